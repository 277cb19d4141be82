package mailer

import (
	"errors"
	"net/mail"
	"strings"
)

// longestAddress is that of RFC 5321: a path of 256 with its angle brackets.
const longestAddress = 254

var (
	errEmpty    = errors.New("it is empty")
	errTooLong  = errors.New("it is longer than 254 characters")
	errNotASCII = errors.New("it has characters outside ASCII, which not every mail server on the way takes")
	errForm     = errors.New("it is not of the form name@domain")

	errSenderForm = errors.New("it is neither of the form name@domain nor of the form Name <name@domain>")
)

// CheckAddress takes a bare address such as a@example.com, nothing else: no name
// with it, no quotes, no line breaks. The import and the mailer ask it, so that no
// creator is stored whom no mail can reach. The errors do not repeat the address.
func CheckAddress(text string) error {
	switch {
	case text == "":
		return errEmpty
	case len(text) > longestAddress:
		return errTooLong
	case strings.ContainsFunc(text, func(r rune) bool { return r > '~' }):
		return errNotASCII
	}
	parsed, err := mail.ParseAddress(text)
	// What comes back changed was quoted, commented or in angle brackets.
	if err != nil || parsed.Address != text || strings.ContainsAny(text, " \"<>()[],;:\\") {
		return errForm
	}
	return nil
}

// parseSender takes a bare address, or one with a name: creatorpay <a@example.com>.
func parseSender(text string) (*mail.Address, error) {
	if text == "" {
		return nil, errEmpty
	}
	sender, err := mail.ParseAddress(text)
	if err != nil || printable(sender.Name) != sender.Name {
		return nil, errSenderForm
	}
	return sender, CheckAddress(sender.Address)
}
