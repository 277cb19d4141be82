package v1

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// representationVersion is part of every ETag: raise it when the same rows are answered in other bytes.
const representationVersion = "2"

// leastCompressed is the size from which on an answer is compressed; a smaller one fits a packet either way.
const leastCompressed = 1 << 10

// representation is an answer in bytes. It is never changed, so that it can be kept and served at the same time.
type representation struct {
	contentType string
	fileName    string // of a document; empty for all else
	next        string // address of the next page; empty if there is none
	tag         entityTag
	plain       []byte
	gzipped     []byte // nil if it is not worth it
}

// entityTag names the bytes of an answer about closed periods, without quotes; empty for an answer that may be
// another one the next time.
type entityTag string

// tagOf is the tag of what the request is answered from the rows of the seal: equal seals, equal answers.
func tagOf(seal string, r request) entityTag {
	if seal == "" {
		return ""
	}
	return newTag([]byte(representationVersion + "\n" + seal + "\n" + r.String()))
}

// newTag is the tag of what the text tells apart.
func newTag(text []byte) entityTag {
	const bytes = 18 // 24 characters in base64, none of them padding
	hash := sha256.Sum256(text)
	return entityTag(base64.RawURLEncoding.EncodeToString(hash[:bytes]))
}

// gzipped is the tag of the compressed bytes.
func (t entityTag) gzipped() entityTag { return t + "-gzip" }

func (t entityTag) String() string { return `"` + string(t) + `"` }

// compressors are used again and again: a new one takes a megabyte. At their level
// an answer takes a tenth of the time of the usual one, and a tenth more bytes.
var compressors = sync.Pool{New: func() any {
	to, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed) // which is a level
	return to
}}

// compress adds the compressed bytes, if it is worth it.
func (a *representation) compress() error {
	if len(a.plain) < leastCompressed {
		return nil
	}
	var out bytes.Buffer
	to := compressors.Get().(*gzip.Writer)
	defer compressors.Put(to)
	to.Reset(&out)
	if _, err := to.Write(a.plain); err != nil {
		return fmt.Errorf("compress an answer: %w", err)
	}
	if err := to.Close(); err != nil {
		return fmt.Errorf("compress an answer: %w", err)
	}
	a.gzipped = bytes.Clone(out.Bytes()) // without room to grow, for which nobody accounts
	return nil
}

// size is how much memory the answer takes.
func (a *representation) size() int { return len(a.plain) + len(a.gzipped) }

// serve answers with the bytes, or says that the client has them.
func (a *representation) serve(w http.ResponseWriter, r *http.Request) {
	if has := a.tag.clientHas(r, true); has != "" {
		writeNotModified(w, has)
		return
	}
	header, body, tag := w.Header(), a.plain, a.tag
	if a.gzipped != nil && acceptsGzip(r.Header.Values("Accept-Encoding")) {
		header.Set("Content-Encoding", "gzip")
		body, tag = a.gzipped, tag.gzipped()
	}
	if a.tag != "" {
		setSealed(header, tag)
	}
	if a.fileName != "" {
		header.Set("Content-Disposition", mime.FormatMediaType("inline", map[string]string{"filename": a.fileName}))
	}
	if a.next != "" {
		header.Set("Link", "<"+a.next+`>; rel="next"`)
	}
	header.Set("Vary", vary)
	header.Set("Content-Type", a.contentType)
	header.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) //nolint:gosec // JSON or a PDF, declared as such with nosniff; a client who has left needs no answer
	}
}

// vary are the headers of a request on which an answer depends.
const vary = "Authorization, Cookie, Accept-Encoding"

// setSealed lets the client keep an answer, and makes it ask each time whether it still may.
func setSealed(header http.Header, tag entityTag) {
	header.Set("ETag", tag.String())
	header.Set("Cache-Control", "private, no-cache")
}

func writeNotModified(w http.ResponseWriter, tag entityTag) {
	setSealed(w.Header(), tag)
	w.Header().Set("Vary", vary)
	w.WriteHeader(http.StatusNotModified)
}

// clientHas is which of the answer's two tags the request's If-None-Match names (RFC 9110, 13.1.2); empty if none.
// "*" names whatever there is: it counts only when it is known that there is an answer.
func (t entityTag) clientHas(r *http.Request, thereIs bool) entityTag {
	if t == "" {
		return ""
	}
	rest := strings.Join(r.Header.Values("If-None-Match"), ",")
	for {
		rest = strings.TrimLeft(rest, " \t,")
		if strings.HasPrefix(rest, "*") && thereIs {
			return t
		}
		rest = strings.TrimPrefix(rest, "W/")
		quoted, found := strings.CutPrefix(rest, `"`)
		if !found {
			return ""
		}
		var named string
		if named, rest, found = strings.Cut(quoted, `"`); !found {
			return ""
		}
		if tag := entityTag(named); tag == t || tag == t.gzipped() {
			return tag
		}
	}
}

// acceptsGzip is whether a client that sent the Accept-Encoding headers is better served compressed (RFC 9110, 12.5.3).
func acceptsGzip(headers []string) bool {
	weights := map[string]float64{}
	for coding := range strings.SplitSeq(strings.Join(headers, ","), ",") {
		name, parameter, weighed := strings.Cut(coding, ";")
		weight := 1.0
		if weighed {
			text, isWeight := strings.CutPrefix(strings.ToLower(strings.TrimSpace(parameter)), "q=")
			parsed, err := strconv.ParseFloat(text, 64)
			if !isWeight || err != nil || !(parsed >= 0 && parsed <= 1) {
				parsed = 0 // what cannot be read is not wanted
			}
			weight = parsed
		}
		weights[strings.ToLower(strings.TrimSpace(name))] = weight
	}
	weightOf := func(otherwise float64, names ...string) float64 {
		for _, name := range names {
			if weight, named := weights[name]; named {
				return weight
			}
		}
		return otherwise
	}
	compressed := weightOf(0, "gzip", "x-gzip", "*")
	return compressed > 0 && compressed >= weightOf(0, "identity")
}
