package inbox

import (
	"bytes"
	"embed"
	"errors"
	"html/template"
	"mime"
	"net/http"
	"os"
	"slices"
	"strconv"
	"time"
)

// mailsPerPage bounds the work of a page: thousands of mails are stored.
const mailsPerPage = 50

// The content security policies. A mail is shown as a mail program would show
// it: with its own styles, but no script, no form and nothing from outside; its links
// open tabs of their own.
const (
	pagePolicy = "default-src 'none'; style-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
	mailPolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
)

//go:embed pages
var pageFiles embed.FS

var pages = template.Must(template.New("").Funcs(template.FuncMap{
	"size": kilobytes,
}).ParseFS(pageFiles, "pages/*.html"))

// site is the web page of the inbox.
type site struct{ store *store }

func newSite(s *store) http.Handler {
	web := site{s}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", web.list)
	mux.HandleFunc("GET /style.css", func(w http.ResponseWriter, r *http.Request) {
		http.ServeFileFS(w, r, pageFiles, "pages/style.css")
	})
	mux.HandleFunc("GET /mails/{name}", web.show)
	mux.HandleFunc("GET /mails/{name}/html", web.html)
	mux.HandleFunc("GET /mails/{name}/source", web.source)
	mux.HandleFunc("GET /mails/{name}/attachments/{number}", web.attachment)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", pagePolicy)
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Referrer-Policy", "no-referrer")
		mux.ServeHTTP(w, r)
	})
}

// list shows one page of the mails, the newest first.
func (web site) list(w http.ResponseWriter, r *http.Request) {
	names, err := web.store.names()
	if err != nil {
		fail(w, err)
		return
	}
	slices.Reverse(names)
	last := max(1, (len(names)+mailsPerPage-1)/mailsPerPage)
	page, _ := strconv.Atoi(r.FormValue("page")) // anything else shows the first page
	page = min(max(page, 1), last)

	view := struct {
		Count, Page, Last, Newer, Older int
		Mails                           []Mail
	}{Count: len(names), Page: page, Last: last, Newer: page - 1}
	if page < last {
		view.Older = page + 1
	}
	for _, name := range names[(page-1)*mailsPerPage : min(page*mailsPerPage, len(names))] {
		mail, err := web.store.mail(name)
		if err != nil { // show the others
			mail = Mail{Name: name, Subject: err.Error()}
		}
		view.Mails = append(view.Mails, mail)
	}
	render(w, "list.html", view)
}

func (web site) show(w http.ResponseWriter, r *http.Request) {
	mail, err := web.store.mail(r.PathValue("name"))
	if err != nil {
		fail(w, err)
		return
	}
	parts, err := web.parse(r)
	if err != nil {
		fail(w, err)
		return
	}
	render(w, "mail.html", struct {
		Mail
		content
	}{mail, parts})
}

func (web site) html(w http.ResponseWriter, r *http.Request) {
	parts, err := web.parse(r)
	if err != nil {
		fail(w, err)
		return
	}
	w.Header().Set("Content-Security-Policy", mailPolicy)
	serve(w, "text/html; charset=utf-8", []byte(parts.HTML))
}

func (web site) source(w http.ResponseWriter, r *http.Request) {
	file, err := web.store.open(r.PathValue("name"))
	if err != nil {
		fail(w, err)
		return
	}
	defer file.Close()
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	http.ServeContent(w, r, "", time.Time{}, file)
}

// attachment shows a PDF document; anything else is only for download.
func (web site) attachment(w http.ResponseWriter, r *http.Request) {
	parts, err := web.parse(r)
	if err != nil {
		fail(w, err)
		return
	}
	number, err := strconv.Atoi(r.PathValue("number"))
	if err != nil || number < 0 || number >= len(parts.Attachments) {
		fail(w, os.ErrNotExist)
		return
	}
	file := parts.Attachments[number]
	kind, disposition := "application/octet-stream", "attachment"
	if file.Type == "application/pdf" {
		kind, disposition = file.Type, "inline"
		// The browser's own PDF viewer is made of styles and scripts.
		w.Header().Del("Content-Security-Policy")
	}
	w.Header().Set("Content-Disposition", mime.FormatMediaType(disposition, map[string]string{"filename": file.Name}))
	serve(w, kind, file.Data)
}

func (web site) parse(r *http.Request) (content, error) {
	file, err := web.store.open(r.PathValue("name"))
	if err != nil {
		return content{}, err
	}
	defer file.Close()
	return parse(file)
}

func render(w http.ResponseWriter, page string, view any) {
	var html bytes.Buffer
	if err := pages.ExecuteTemplate(&html, page, view); err != nil {
		fail(w, err)
		return
	}
	serve(w, "text/html; charset=utf-8", html.Bytes())
}

func serve(w http.ResponseWriter, kind string, body []byte) {
	w.Header().Set("Content-Type", kind)
	_, _ = w.Write(body) // the browser may have disconnected
}

func kilobytes(bytes int64) string {
	return strconv.FormatInt((bytes+1023)/1024, 10) + " KB"
}

func fail(w http.ResponseWriter, err error) {
	status := http.StatusInternalServerError
	if errors.Is(err, os.ErrNotExist) {
		status = http.StatusNotFound
	}
	http.Error(w, err.Error(), status)
}
