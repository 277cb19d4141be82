package access

import (
	"net/http"
	"testing"
	"time"

	"creatorpay/engine/link"
)

// What each request costs before it is answered.
func BenchmarkIdentify(b *testing.B) {
	w := newWorld(b)
	for name, r := range map[string]*http.Request{
		"token":  request("Bearer " + w.creatorToken(42)),
		"cookie": withCookie(http.MethodGet, w.links.Sign(link.Cookie, link.Grant{CreatorID: 42, Expires: time.Now().Add(time.Hour)})),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				w.accept(r)
			}
		})
	}
}
