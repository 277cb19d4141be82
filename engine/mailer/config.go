// Package mailer hands mails to a mail server and says for certain what became
// of each: a mail must not be sent twice and must not get lost.
package mailer

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// TLS says how a connection is encrypted.
type TLS string

// The ways to encrypt.
const (
	// Auto is [None] to this machine and [Mandatory] to any other.
	Auto TLS = "auto"
	// Mandatory asks the server for TLS (STARTTLS) and goes no further without it.
	Mandatory TLS = "mandatory"
	// Implicit speaks TLS from the first byte, as on port 465.
	Implicit TLS = "implicit"
	// None never encrypts.
	None TLS = "none"
)

// Config is how to reach the mail server, and in whose name.
type Config struct {
	Addr     string        // host:port
	From     string        // sender: an address, or Name <address>
	ReplyTo  string        // address where answers go; empty: to the sender
	User     string        // empty: no authentication
	Password string        // needs User
	TLS      TLS           // empty is [Auto]
	Timeout  time.Duration // for the connection to be made, and for each mail
}

// Validate says what is wrong with the settings, all of it at once. It does not
// look anything up.
func (c Config) Validate() error {
	var problems []error
	host, port, err := net.SplitHostPort(c.Addr)
	if number, portErr := strconv.ParseUint(port, 10, 16); err != nil || host == "" || strings.ContainsAny(host, "/@") || portErr != nil || number == 0 {
		// Not quoted: it may have been written as a URL with a password.
		problems = append(problems, errors.New("the mail server is not of the form host:port, such as smtp.example.com:587"))
	}
	if _, err := parseSender(c.From); err != nil {
		problems = append(problems, fmt.Errorf("the sender %q is not a mail address: %w", c.From, err))
	}
	if c.ReplyTo != "" {
		if err := CheckAddress(c.ReplyTo); err != nil {
			problems = append(problems, fmt.Errorf("the reply address %q is not a mail address: %w", c.ReplyTo, err))
		}
	}
	if (c.User == "") != (c.Password == "") {
		problems = append(problems, errors.New("a user and a password for the mail server go together: set both or neither"))
	}
	switch c.TLS {
	case "", Auto, Mandatory, Implicit:
	case None:
		if c.Password != "" && !isLoopback(host) {
			problems = append(problems, fmt.Errorf("a password would travel to %s in the clear: choose another TLS mode than none", host))
		}
	default:
		problems = append(problems, fmt.Errorf("the TLS mode %q is unknown: write auto, mandatory, implicit or none", c.TLS))
	}
	if c.Timeout <= 0 {
		problems = append(problems, fmt.Errorf("the mail timeout is %s: it must be above zero", c.Timeout))
	}
	return errors.Join(problems...)
}

// Contact is the bare address for questions: where answers go. It is empty, or
// not an address, where [Config.Validate] refuses the sender.
func (c Config) Contact() string {
	if c.ReplyTo != "" {
		return c.ReplyTo
	}
	sender, err := parseSender(c.From)
	if err != nil {
		return c.From
	}
	return sender.Address
}

func (c Config) host() string {
	host, _, _ := net.SplitHostPort(c.Addr) // Validate has seen it
	return host
}

// tls is the mode with [Auto] decided.
func (c Config) tls() TLS {
	switch {
	case c.TLS != "" && c.TLS != Auto:
		return c.TLS
	case isLoopback(c.host()):
		return None
	default:
		return Mandatory
	}
}

func isLoopback(host string) bool {
	address, err := netip.ParseAddr(host)
	return err == nil && address.IsLoopback() || strings.EqualFold(host, "localhost")
}
