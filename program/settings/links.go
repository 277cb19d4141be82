package settings

import (
	"errors"
	"fmt"

	"creatorpay/engine/link"
)

// LinkKeys is the flag of the keys that sign and verify links.
type LinkKeys struct {
	// A text and not a link.Keys: what a flag's own type refuses, the command line's
	// parser quotes.
	Keys string `name:"link-keys" env:"LINK_KEYS" placeholder:"NAME:KEY,..." help:"Keys of the links to creators' pages, the same for workers and apis; the first signs, all verify. Better set in the environment than here."`
}

// Parse reads the keys; the zero value if there are none.
func (k LinkKeys) Parse() (link.Keys, error) {
	if k.Keys == "" {
		return link.Keys{}, nil
	}
	keys, err := link.ParseKeys(k.Keys)
	if err != nil {
		return link.Keys{}, fmt.Errorf("--link-keys (LINK_KEYS): %w", err)
	}
	return keys, nil
}

// Links are the flags of the links in mails. Without keys and address mails have
// none.
type Links struct {
	LinkKeys `embed:""`
	PagesURL string `name:"pages-url" env:"PAGES_URL" placeholder:"URL" help:"Public address of the creators' pages, to which mails link. Mails have no link without it and --link-keys."`
	Days     int    `name:"link-days" env:"LINK_DAYS" default:"90" help:"Days from the close of the period for which the link of its mail opens the pages."`
}

// Parse reads the flags; the zero value if mails have no links.
func (l Links) Parse() (link.Links, error) {
	if l.Keys == "" && l.PagesURL == "" {
		return link.Links{}, nil
	}
	if l.Keys == "" || l.PagesURL == "" {
		return link.Links{}, errors.New("--link-keys (LINK_KEYS) and --pages-url (PAGES_URL) go together: set both or none")
	}
	keys, err := l.LinkKeys.Parse()
	if err != nil {
		return link.Links{}, err
	}
	links, err := link.NewLinks(keys, l.PagesURL, l.Days)
	if err != nil {
		return link.Links{}, fmt.Errorf("--pages-url (PAGES_URL), --link-days (LINK_DAYS): %w", err)
	}
	return links, nil
}
