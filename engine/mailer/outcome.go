package mailer

import (
	"strings"
	"unicode"

	"github.com/wneessen/go-mail"
)

// State is what became of a mail.
type State string

// The states.
const (
	// Sent: the server has taken the mail and answers for it.
	Sent State = "sent"
	// Rejected: the server will never take this mail, or it cannot go to this
	// address. It was not delivered.
	Rejected State = "rejected"
	// Temporary: it was surely not delivered; try again later.
	Temporary State = "temporary"
	// Unknown: the server may have taken it. Sending it again could deliver it
	// twice, so a person decides.
	Unknown State = "unknown"
)

// Outcome is what became of a mail, and why.
type Outcome struct {
	State    State
	Code     int    // the server's answer, such as 550; 0 if it gave none
	Enhanced string // such as 5.1.1; empty if the server does not say
	Detail   string // one line for the operator; empty for Sent
}

// longestDetail keeps a server from filling the operator's screen.
const longestDetail = 300

func temporary(code int, enhanced, detail string) Outcome {
	return Outcome{State: Temporary, Code: code, Enhanced: enhanced, Detail: oneLine(detail)}
}

// judge says what an error of the library means for the mail. A mail that the
// library calls delivered never comes here.
func judge(err *mail.SendError) Outcome {
	code, enhanced := err.ErrorCode(), err.EnhancedStatusCode()
	switch {
	case code >= 500:
		return Outcome{State: Rejected, Code: code, Enhanced: enhanced, Detail: oneLine(err.Error())}
	case code >= 400:
		return temporary(code, enhanced, err.Error())
	case sentNoDot(err.Reason):
		return temporary(0, "", err.Error())
	default:
		return Outcome{State: Unknown, Detail: oneLine(err.Error())}
	}
}

// sentNoDot tells whether the final dot, with which a server takes a mail over,
// was surely not sent. While content is written it was not: only closing the
// writer sends it. The error of closing is that of the answer, so by then it may
// have arrived.
func sentNoDot(reason mail.SendErrReason) bool {
	switch reason {
	case mail.ErrConnCheck, mail.ErrGetSender, mail.ErrGetRcpts, mail.ErrNoUnencoded,
		mail.ErrSMTPMailFrom, mail.ErrSMTPRcptTo, mail.ErrSMTPData, mail.ErrWriteContent:
		return true
	default:
		return false
	}
}

func oneLine(text string) string {
	line := strings.Join(strings.FieldsFunc(strings.ToValidUTF8(text, "?"), func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r)
	}), " ")
	if runes := []rune(line); len(runes) > longestDetail {
		return string(runes[:longestDetail]) + "…"
	}
	return line
}
