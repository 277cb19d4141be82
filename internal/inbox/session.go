package inbox

import (
	"bytes"
	"errors"
	"io"

	"github.com/emersion/go-smtp"
)

// bytesBeforeCut is how much of a mail [CutInContent] reads.
const bytesBeforeCut = 64

var errCut = errors.New("the connection was cut on purpose")

// session takes the mails of one connection.
type session struct {
	inbox *Inbox
	conn  *smtp.Conn

	from  string
	to    []string
	fault Fault        // of the mail being taken
	mail  bytes.Buffer // as it is stored; the next one takes its memory
}

func (i *Inbox) newSession(conn *smtp.Conn) (smtp.Session, error) {
	return &session{inbox: i, conn: conn}, nil
}

// Reset forgets the mail being taken.
func (s *session) Reset() { s.from, s.to, s.fault = "", nil, 0 }

// Logout ends the session.
func (s *session) Logout() error { return nil }

// Mail begins a mail.
func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	s.from = from
	return nil
}

// Rcpt adds a recipient.
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	switch fault := s.inbox.faults.take(to); fault {
	case RefuseForNow:
		return &smtp.SMTPError{Code: 450, EnhancedCode: smtp.EnhancedCode{4, 7, 1}, Message: "Greylisted, try again later"}
	case FullMailbox:
		return &smtp.SMTPError{Code: 452, EnhancedCode: smtp.EnhancedCode{4, 2, 2}, Message: "The mailbox is full"}
	case Refuse:
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "No such mailbox"}
	default:
		s.fault = max(s.fault, fault)
		s.to = append(s.to, to)
		return nil
	}
}

// Data takes the mail itself.
func (s *session) Data(content io.Reader) error {
	if s.fault == CutInContent {
		_, _ = io.CopyN(io.Discard, content, bytesBeforeCut) // a shorter mail is cut as well
		return s.cut()
	}
	s.mail.Reset()
	writeEnvelope(&s.mail, s.from, s.to)
	// Reading to the end means that the final dot has come.
	if _, err := s.mail.ReadFrom(content); err != nil {
		return err
	}
	switch s.fault {
	case RefuseContentForNow:
		return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "Try again later"}
	case RefuseContent:
		return &smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 6, 0}, Message: "Content refused"}
	case CutUnstored:
		return s.cut()
	case Hang:
		_, _ = s.conn.Conn().Read(make([]byte, 1)) // a waiting client sends nothing
		return s.cut()
	}
	if err := s.inbox.store.add(s.mail.Bytes()); err != nil {
		return err
	}
	if s.fault == CutStored {
		return s.cut()
	}
	return nil
}

// cut closes the connection under the server's feet: its answer goes nowhere.
func (s *session) cut() error {
	return errors.Join(errCut, s.conn.Conn().Close())
}
