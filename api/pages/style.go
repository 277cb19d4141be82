package pages

import (
	"bytes"
	"crypto/sha256"
	_ "embed" // of the style sheet
	"fmt"
	"net/http"
	"time"
)

const stylePath = "/style.css"

//go:embed html/style.css
var style []byte

var styleTag = fmt.Sprintf(`"%x"`, sha256.Sum256(style))

// serveStyle lets browsers keep the style sheet, and ask each time whether it is still the same.
func serveStyle(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("ETag", styleTag)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(style))
}
