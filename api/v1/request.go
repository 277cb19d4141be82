package v1

import (
	"net/http"
	"net/url"
)

// request is what was asked for, in one spelling: the path, and the parameters in order of their names.
type request struct {
	path  string
	query url.Values
}

func requestOf(r *http.Request) request { return request{r.URL.Path, r.URL.Query()} }

// String is the request's address.
func (r request) String() string {
	if len(r.query) == 0 {
		return r.path
	}
	return r.path + "?" + r.query.Encode()
}

// with is the same request with another value of a parameter; without one if the value is empty.
func (r request) with(name, value string) request {
	query := url.Values{}
	for key, values := range r.query {
		query[key] = values
	}
	query.Del(name)
	if value != "" {
		query.Set(name, value)
	}
	return request{r.path, query}
}
