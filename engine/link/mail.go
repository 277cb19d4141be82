package link

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"
)

// Path is where the pages take a link of a mail: its grant follows.
const Path = "/link/"

// mostDays keeps a typing error from making links that are good for ever.
const mostDays = 3660

// Links makes the links of mails. The zero value makes none.
type Links struct {
	keys  Keys
	pages string
	days  int
}

// NewLinks makes links to the pages at an address such as
// https://pages.example.com, each good for so many days from the close of what it
// is about.
func NewLinks(keys Keys, pages string, days int) (Links, error) {
	at, err := url.Parse(pages)
	switch {
	case err != nil || at.Host == "" || at.Scheme != "http" && at.Scheme != "https":
		return Links{}, errors.New("the address of the pages is not like https://pages.example.com")
	case at.User != nil || at.RawQuery != "" || at.ForceQuery || at.Fragment != "" || strings.Trim(at.Path, "/") != "":
		return Links{}, errors.New("the address of the pages has more than scheme, host and port: the pages are at the root of their host")
	case days < 1 || days > mostDays:
		return Links{}, fmt.Errorf("a link cannot be good for %d days: choose 1 to %d", days, mostDays)
	}
	return Links{keys: keys, pages: strings.TrimRight(pages, "/"), days: days}, nil
}

// To is the link that opens the creator's pages, of a mail about what closed at
// the time: the same for the same close, whenever it is asked for. It is empty
// where there are no links.
func (l Links) To(creatorID int64, closedAt time.Time) string {
	if l.pages == "" {
		return ""
	}
	return l.pages + Path + l.keys.Sign(Mail, Grant{CreatorID: creatorID, Expires: closedAt.AddDate(0, 0, l.days)})
}
