// Package inbox is the mail inbox of the local stack: a mail server that keeps
// every mail as a file, and a web page to read them. Nothing leaves the machine.
//
// Tests can make it misbehave as real mail servers do; see [Fault].
package inbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/emersion/go-smtp"
)

// Both bound what a stuck client can hold on to.
const (
	readHeaderTimeout = 10 * time.Second
	maxMailBytes      = 64 << 20
)

// Inbox is a running inbox. Its methods are safe for concurrent use.
type Inbox struct {
	SMTPAddr string // host:port that takes mail, without TLS or a password
	URL      string // of the web page

	store    *store
	faults   faults
	smtp     *smtp.Server
	listener net.Listener // of smtp
	web      *http.Server
	ended    chan error // one value from each server
}

// Start opens the inbox on free loopback ports. Mails are kept in dir, one .eml
// file each, and those of earlier times are shown too. ctx bounds the start only.
func Start(ctx context.Context, dir string) (*Inbox, error) {
	inbox, err := start(ctx, dir)
	if err != nil {
		return nil, fmt.Errorf("start the mail inbox: %w", err)
	}
	return inbox, nil
}

func start(ctx context.Context, dir string) (*Inbox, error) {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, err
	}
	var config net.ListenConfig
	smtpListener, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	webListener, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, errors.Join(err, smtpListener.Close())
	}
	inbox := &Inbox{
		SMTPAddr: smtpListener.Addr().String(),
		URL:      "http://" + webListener.Addr().String(),
		store:    &store{dir: dir},
		listener: smtpListener,
		ended:    make(chan error, 2),
	}
	inbox.smtp = smtp.NewServer(smtp.BackendFunc(inbox.newSession))
	inbox.smtp.Domain = "inbox.localhost"
	inbox.smtp.MaxMessageBytes = maxMailBytes
	// Clients may disconnect at any time.
	inbox.smtp.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelInfo)
	inbox.web = &http.Server{Handler: newSite(inbox.store), ReadHeaderTimeout: readHeaderTimeout}

	go func() { inbox.ended <- inbox.smtp.Serve(smtpListener) }()
	go func() { inbox.ended <- inbox.web.Serve(webListener) }()
	return inbox, nil
}

// Stop closes the inbox and every connection to it. The mails stay. A second
// call is an error.
func (i *Inbox) Stop() error {
	err := errors.Join(i.smtp.Close(), i.web.Close())
	_ = i.listener.Close() // the mail server does not know it before it has begun to serve
	for range cap(i.ended) {
		if end := <-i.ended; !errors.Is(end, http.ErrServerClosed) {
			err = errors.Join(err, end)
		}
	}
	if err != nil {
		return fmt.Errorf("stop the mail inbox: %w", err)
	}
	return nil
}

// Mails are the stored mails in the order in which they arrived.
func (i *Inbox) Mails() ([]Mail, error) {
	names, err := i.store.names()
	if err != nil {
		return nil, err
	}
	mails := make([]Mail, 0, len(names))
	for _, name := range names {
		mail, err := i.store.mail(name)
		if err != nil {
			return nil, err
		}
		mails = append(mails, mail)
	}
	return mails, nil
}

// Misbehave makes the next mails to an address, as many as times says, meet the
// fault; a negative number means all. It replaces what was set for the address
// before. Address and fault are matched by the recipient that the client names.
func (i *Inbox) Misbehave(address string, fault Fault, times int) {
	i.faults.set(address, fault, times)
}
