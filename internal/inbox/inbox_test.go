package inbox

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/emersion/go-smtp"
	"github.com/stretchr/testify/require"
)

const plainMail = "From: a@example.com\r\nTo: b@example.com\r\nSubject: =?UTF-8?B?7KCV7IKw?=\r\n" +
	"Message-ID: <1@example.com>\r\nDate: Mon, 13 May 2024 10:02:03 +0900\r\n\r\n.dot and text\r\n"

const richMail = "From: a@example.com\r\nSubject: <b>rich</b>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n" +
	"--x\r\nContent-Type: text/html; charset=UTF-8\r\n\r\n<script>alert(1)</script><h1>Hello</h1>\r\n" +
	"--x\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename*=utf-8''%EB%AA%85.pdf\r\n\r\n%PDF-1.7\r\n" +
	"--x\r\nContent-Type: text/html\r\nContent-Disposition: attachment; filename=evil.html\r\n\r\n<script></script>\r\n--x--\r\n"

func TestMailsAreKeptInTheOrderOfArrival(t *testing.T) {
	dir := t.TempDir()
	inbox := startInbox(t, dir)
	for n := range 3 {
		require.NoError(t, send(inbox, fmt.Sprintf("c%d@example.com", n), plainMail))
	}
	mails, err := inbox.Mails()
	require.NoError(t, err)
	require.Len(t, mails, 3)
	for n, mail := range mails {
		require.Equal(t, fmt.Sprintf("c%d@example.com", n), mail.To, "the recipient of the envelope")
		require.Equal(t, "정산", mail.Subject)
		require.Equal(t, "1@example.com", mail.MessageID)
		require.Equal(t, "2024-05-13 10:02", mail.Date.Format("2006-01-02 15:04"))
	}
	file, err := os.ReadFile(mails[0].Path)
	require.NoError(t, err)
	require.Equal(t, "Return-Path: <sender@example.com>\r\nDelivered-To: c0@example.com\r\n"+plainMail, string(file))
	require.Equal(t, int64(len(file)), mails[0].Size)
}

func TestMailsSurviveARestart(t *testing.T) {
	dir := t.TempDir()
	first, err := Start(t.Context(), dir)
	require.NoError(t, err)
	require.NoError(t, send(first, "c@example.com", plainMail))
	require.NoError(t, first.Stop())

	mails, err := startInbox(t, dir).Mails()
	require.NoError(t, err)
	require.Len(t, mails, 1)
}

func TestFaults(t *testing.T) {
	for _, test := range []struct {
		name   string
		fault  Fault
		code   int // 0: no answer
		stored int
	}{
		{"refuse for now", RefuseForNow, 450, 0},
		{"mailbox full", FullMailbox, 452, 0},
		{"refuse content for now", RefuseContentForNow, 451, 0},
		{"refuse", Refuse, 550, 0},
		{"refuse content", RefuseContent, 554, 0},
		{"cut in content", CutInContent, 0, 0},
		{"cut unstored", CutUnstored, 0, 0},
		{"cut stored", CutStored, 0, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			inbox := startInbox(t, t.TempDir())
			inbox.Misbehave("C@example.com", test.fault, 1)

			err := send(inbox, "c@example.com", plainMail)

			require.Error(t, err)
			var answer *smtp.SMTPError
			if test.code != 0 {
				require.ErrorAs(t, err, &answer)
				require.Equal(t, test.code, answer.Code)
			} else {
				require.NotErrorAs(t, err, &answer)
			}
			mails, err := inbox.Mails()
			require.NoError(t, err)
			require.Len(t, mails, test.stored)
			require.NoError(t, send(inbox, "other@example.com", plainMail), "only the address is struck")
			require.NoError(t, send(inbox, "c@example.com", plainMail), "only as often as told")
		})
	}
}

func TestAFaultCanLast(t *testing.T) {
	inbox := startInbox(t, t.TempDir())
	inbox.Misbehave("c@example.com", Refuse, -1)
	for range 3 {
		require.Error(t, send(inbox, "c@example.com", plainMail))
	}
	inbox.Misbehave("c@example.com", Refuse, 0)
	require.NoError(t, send(inbox, "c@example.com", plainMail))
}

func TestAHangEndsWhenTheInboxStops(t *testing.T) {
	inbox, err := Start(t.Context(), t.TempDir())
	require.NoError(t, err)
	inbox.Misbehave("c@example.com", Hang, 1)
	client, err := smtp.Dial(inbox.SMTPAddr)
	require.NoError(t, err)
	defer client.Close()
	require.NoError(t, client.Mail("sender@example.com", nil))
	require.NoError(t, client.Rcpt("c@example.com", nil))
	content, err := client.Data()
	require.NoError(t, err)
	answered := make(chan error)
	go func() { answered <- content.Close() }()

	require.NoError(t, inbox.Stop())
	require.Error(t, <-answered)
}

func TestTheListIsPaged(t *testing.T) {
	dir := t.TempDir()
	inbox := startInbox(t, dir)
	for n := range mailsPerPage + 1 {
		path := filepath.Join(dir, fmt.Sprintf("%03d.eml", n))
		require.NoError(t, os.WriteFile(path, fmt.Appendf(nil, "Subject: number %03d\r\n\r\n", n), 0o600))
	}
	first, last := get(t, inbox, "/").body, get(t, inbox, "/?page=2").body
	require.Contains(t, first, "number 050", "the newest first")
	require.NotContains(t, first, "number 000")
	require.Contains(t, last, "number 000")
	require.Equal(t, 1, strings.Count(last, "<li>"))
	require.Equal(t, last, get(t, inbox, "/?page=99").body, "past the end is the end")
	require.Equal(t, first, get(t, inbox, "/?page=-1").body)
}

func TestAnUnreadableMailDoesNotHideTheOthers(t *testing.T) {
	dir := t.TempDir()
	inbox := startInbox(t, dir)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "1.eml"), []byte("no header"), 0o600))
	require.NoError(t, send(inbox, "c@example.com", plainMail))
	require.Contains(t, get(t, inbox, "/").body, "c@example.com")
}

func TestAMailIsShownWithoutItsScripts(t *testing.T) {
	inbox := startInbox(t, t.TempDir())
	require.NoError(t, send(inbox, "c@example.com", richMail))
	mails, err := inbox.Mails()
	require.NoError(t, err)
	page := "/mails/" + mails[0].Name

	shown := get(t, inbox, page)
	require.Contains(t, shown.body, "&lt;b&gt;rich&lt;/b&gt;")
	require.Contains(t, shown.body, "<iframe src=\""+page+"/html\" sandbox=\"allow-popups allow-popups-to-escape-sandbox\" ")
	require.Contains(t, shown.body, "명.pdf")

	html := get(t, inbox, page+"/html")
	require.Contains(t, html.body, "<h1>Hello</h1>")
	require.Regexp(t, "default-src 'none'.*sandbox allow-popups allow-popups-to-escape-sandbox$", html.header.Get("Content-Security-Policy"))
}

func TestOnlyPDFIsShownByTheBrowser(t *testing.T) {
	inbox := startInbox(t, t.TempDir())
	require.NoError(t, send(inbox, "c@example.com", richMail))
	mails, err := inbox.Mails()
	require.NoError(t, err)
	attachments := "/mails/" + mails[0].Name + "/attachments/"

	document := get(t, inbox, attachments+"0")
	require.Equal(t, "%PDF-1.7", document.body)
	require.Equal(t, "application/pdf", document.header.Get("Content-Type"))
	require.Contains(t, document.header.Get("Content-Disposition"), "inline;")

	page := get(t, inbox, attachments+"1")
	require.Equal(t, "application/octet-stream", page.header.Get("Content-Type"))
	require.Contains(t, page.header.Get("Content-Disposition"), "attachment;")
}

func TestOnlyMailsAreServed(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "secret.eml"), []byte("Subject: secret\r\n\r\n"), 0o600))
	require.NoError(t, os.Mkdir(filepath.Join(dir, "mails"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "mails", "key.txt"), []byte("secret"), 0o600))
	inbox := startInbox(t, filepath.Join(dir, "mails"))
	for _, path := range []string{"/mails/..%2Fsecret.eml", "/mails/key.txt", "/mails/none.eml", "/mails/..%2Fsecret.eml/source"} {
		require.Equal(t, http.StatusNotFound, get(t, inbox, path).status, path)
	}
}

func startInbox(t *testing.T, dir string) *Inbox {
	t.Helper()
	inbox, err := Start(t.Context(), dir)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, inbox.Stop()) })
	return inbox
}

func send(inbox *Inbox, to, content string) error {
	client, err := smtp.Dial(inbox.SMTPAddr)
	if err != nil {
		return err
	}
	defer client.Close()
	return client.SendMail("sender@example.com", []string{to}, strings.NewReader(content))
}

type page struct {
	status int
	header http.Header
	body   string
}

func get(t *testing.T, inbox *Inbox, path string) page {
	t.Helper()
	response, err := http.Get(inbox.URL + path)
	require.NoError(t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return page{response.StatusCode, response.Header, string(body)}
}
