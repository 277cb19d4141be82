package v1

import (
	"net/http"
	"path"
)

// maxAddress is how many bytes an address may have: the longest path with all its parameters needs about 200.
const maxAddress = 2048

// limited refuses what no path takes, before anything looks at it.
func limited(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Cache-Control", "no-store")
		switch {
		case len(r.RequestURI) > maxAddress:
			tooLong.problem("").write(w)
		case r.ContentLength != 0: // -1 is one of unknown length; it is not read
			unwantedBody.problem("").write(w)
		case path.Clean(r.URL.Path) != r.URL.Path || r.URL.Path[0] != '/': // an answer has one address
			nothing().write(w)
		default:
			next.ServeHTTP(w, r)
		}
	})
}
