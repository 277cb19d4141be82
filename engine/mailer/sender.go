package mailer

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"

	"github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"
)

// authentications are tried in this order. Those that show the password to the
// server are not used on an unencrypted connection, except to this machine.
var authentications = []mail.SMTPAuthType{
	mail.SMTPAuthSCRAMSHA256, mail.SMTPAuthSCRAMSHA1, mail.SMTPAuthCramMD5, mail.SMTPAuthPlain, mail.SMTPAuthLogin,
}

// Sender is one connection to the mail server, for many mails one after the
// other. It is not safe for concurrent use.
type Sender struct {
	config     Config
	client     *mail.Client
	connection *smtp.Client
	broken     bool
}

// Dial connects, encrypts and authenticates. An error that is not [ErrRefusedUs]
// may pass by itself: try again.
func (c Config) Dial(ctx context.Context) (*Sender, error) {
	return c.dial(ctx, nil)
}

// dial trusts the given authorities for TLS; nil are those of the machine.
func (c Config) dial(ctx context.Context, authorities *x509.CertPool) (*Sender, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	security := &tls.Config{ServerName: c.host(), MinVersion: tls.VersionTLS12, RootCAs: authorities}
	line := &line{address: c.Addr}
	if c.tls() == Implicit {
		line.security = security
	}
	client, err := c.client(line, security)
	if err != nil {
		return nil, fmt.Errorf("set up the connection to the mail server: %w", err)
	}
	connection, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		line.hangUp()
		if refusedConnection(err) {
			return nil, fmt.Errorf("%w: connect to %s: %w", ErrRefusedUs, c.Addr, err)
		}
		return nil, fmt.Errorf("connect to the mail server %s: %w", c.Addr, err)
	}
	return &Sender{config: c, client: client, connection: connection}, nil
}

func (c Config) client(line *line, security *tls.Config) (*mail.Client, error) {
	policy := mail.NoTLS
	if c.tls() == Mandatory {
		policy = mail.TLSMandatory
	}
	options := []mail.Option{
		mail.WithDialContextFunc(line.dial),
		mail.WithTLSConfig(security),
		mail.WithTLSPolicy(policy),
		mail.WithTimeout(c.Timeout),
		// Each costs a round trip a mail and says nothing that the next MAIL would not.
		mail.WithoutNoop(),
		mail.WithoutRset(),
		// All headers and addresses are ASCII. A mail that asks for SMTPUTF8 all the
		// same bounces where a server on its way does not know it.
		mail.WithoutSMTPUTF8(),
	}
	if c.User != "" {
		options = append(options, mail.WithOpportunisticSMTPAuth(authentications...),
			mail.WithUsername(c.User), mail.WithPassword(c.Password))
	}
	return mail.NewClient(c.host(), options...)
}

// Send sends one mail. The outcome always holds. The error is [ErrRefusedUs] or
// nil: with it the mail was not sent, and no other will be.
//
// A mail that has begun is finished or times out whatever becomes of ctx: cutting
// it short would leave its fate unknown.
func (s *Sender) Send(ctx context.Context, m Message) (Outcome, error) {
	if ctx.Err() != nil {
		return temporary(0, "", "not begun: "+context.Cause(ctx).Error()), nil //nolint:nilerr // the outcome carries it
	}
	if s.broken {
		return temporary(0, "", "not begun: the connection is broken"), nil
	}
	message, err := Build(s.config, m)
	if err != nil {
		return Outcome{State: Rejected, Detail: oneLine(err.Error())}, nil
	}
	err = s.client.SendWithSMTPClient(s.connection, message)
	if message.IsDelivered() { // whatever came after it
		s.broken = err != nil
		return Outcome{State: Sent}, nil
	}
	var failure *mail.SendError
	if !errors.As(err, &failure) {
		s.broken = true
		return Outcome{State: Unknown, Detail: oneLine(fmt.Sprintf("not delivered: %v", err))}, nil
	}
	s.broken = !s.isUsableAfter(failure)
	outcome := judge(failure)
	if refusedSender(failure) {
		outcome.State = Temporary
		return outcome, fmt.Errorf("%w: %s", ErrRefusedUs, outcome.Detail)
	}
	return outcome, nil
}

// isUsableAfter has a server that has refused a mail forget it: of one that was refused at
// DATA it would take the next MAIL for a nested one. A command after half a mail would end
// the mail as if it were whole, so without an answer nothing more may be said.
func (s *Sender) isUsableAfter(failure *mail.SendError) bool {
	return failure.ErrorCode() != 0 && failure.ErrorCode() != 421 && s.connection.Reset() == nil
}

// Broken tells whether the connection is of no more use: dial again.
func (s *Sender) Broken() bool { return s.broken }

// Close ends the connection. What was sent stays sent, so there is no error.
func (s *Sender) Close() {
	if !s.broken {
		_ = s.connection.Quit() // a courtesy
	}
	_ = s.connection.Close()
	s.broken = true
}

// line makes the connection and can end it when the library fails on it: the
// library would leave it open.
type line struct {
	address  string
	security *tls.Config // nil: not encrypted from the first byte
	conn     net.Conn
}

func (l *line) dial(ctx context.Context, network, _ string) (conn net.Conn, err error) {
	if l.security == nil {
		conn, err = new(net.Dialer).DialContext(ctx, network, l.address)
	} else {
		conn, err = (&tls.Dialer{Config: l.security}).DialContext(ctx, network, l.address)
	}
	l.conn = conn
	return conn, err
}

func (l *line) hangUp() {
	if l.conn != nil {
		_ = l.conn.Close()
	}
}
