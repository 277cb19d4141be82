package mailer

import (
	"crypto/tls"
	"errors"
	"net/textproto"
	"regexp"
	"strings"

	"github.com/wneessen/go-mail"
)

// ErrRefusedUs is returned when the mail server does not want this sender, or
// cannot be trusted: the password is wrong, the sender's address is not allowed,
// TLS is missing. Every further mail would fare the same, so a batch stops until
// an operator has corrected that.
var ErrRefusedUs = errors.New("the mail server refuses us")

var relaying = regexp.MustCompile(`(?i)\brelay|not permitted to send`)

// refusedSender tells whether an answer to one mail is about the sender rather
// than about this mail or its recipient.
func refusedSender(err *mail.SendError) bool {
	code, enhanced := err.ErrorCode(), err.EnhancedStatusCode()
	switch {
	case code < 500:
		return false
	case err.Reason == mail.ErrSMTPMailFrom: // nothing but the sender has been said by then
		return true
	case code == 530, code == 534, code == 535, code == 538: // authentication
		return true
	}
	switch enhanced {
	case "5.4.5": // Google's "Daily user sending limit exceeded": all mails of the next 24 hours fare so
		return true
	case "5.7.3", "5.7.8", "5.7.9", "5.7.11": // authentication and encryption (RFC 4954, 5248)
		return true
	case "5.7.0", "5.7.1": // any policy, often the recipient's own; but relaying is about us
		return relaying.MatchString(err.Error())
	default: // DKIM, SPF and reverse DNS of the sender (RFC 7372), or Microsoft's "cannot send as"
		return strings.HasPrefix(enhanced, "5.7.2") || enhanced == "5.7.54" || enhanced == "5.7.60"
	}
}

// refusedConnection tells whether the greeting, TLS or authentication failed in
// a way that does not pass.
func refusedConnection(err error) bool {
	var answer *textproto.Error
	if errors.As(err, &answer) {
		return answer.Code >= 500
	}
	var certificate *tls.CertificateVerificationError
	var notTLS tls.RecordHeaderError
	return errors.As(err, &certificate) || errors.As(err, &notTLS) ||
		errors.Is(err, mail.ErrNoSupportedAuthDiscovered) ||
		strings.Contains(err.Error(), "does not support") // STARTTLS, AUTH: the library has no type for these
}
