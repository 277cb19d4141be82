package mailer

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// cut instead of an answer closes the connection.
const cut = ""

func TestAnAcceptedMailIsSentWhateverComesAfter(t *testing.T) {
	server := fakeServer(t, answers{"RSET": "502 5.5.1 not here", "NOOP": "502 5.5.1 not here", "QUIT": cut})
	sender := dial(t, server.config())
	for range 2 {
		outcome, err := sender.Send(t.Context(), message("creator@example.com"))
		require.NoError(t, err)
		require.Equal(t, Outcome{State: Sent}, outcome)
	}
	sender.Close()
	sender.Close()
}

func TestAServerThatRefusesUsStopsTheBatch(t *testing.T) {
	for name, script := range map[string]answers{
		"sender not allowed":        {"MAIL": "550 5.1.8 bad sender"},
		"authentication required":   {"MAIL": "530 5.7.0 authenticate first"},
		"authentication, later":     {"RCPT": "530 5.7.0 authenticate first"},
		"no relaying":               {"RCPT": "554 5.7.1 Relay access denied"},
		"DKIM of ours not in order": {".": "550 5.7.20 no passing DKIM signature"},
		"daily limit":               {".": "550 5.4.5 Daily user sending limit exceeded"},
	} {
		t.Run(name, func(t *testing.T) {
			outcome, err := dial(t, fakeServer(t, script).config()).Send(t.Context(), message("creator@example.com"))
			require.ErrorIs(t, err, ErrRefusedUs)
			require.Equal(t, Temporary, outcome.State, "the mail itself is as good as before")
		})
	}
}

// Of a mail that is refused at DATA servers remember the sender until they are told to forget it.
func TestAMailThatIsRefusedAtDATALeavesTheNextOneAlone(t *testing.T) {
	sender := dial(t, fakeServer(t, answers{"DATA": "450 4.7.1 try again later"}).config())
	for range 2 {
		outcome, err := sender.Send(t.Context(), message("creator@example.com"))
		require.NoError(t, err)
		require.Equal(t, Temporary, outcome.State)
		require.Equal(t, 450, outcome.Code)
		require.False(t, sender.Broken())
	}
}

func TestAPolicyOfTheRecipientIsNotAboutUs(t *testing.T) {
	sender := dial(t, fakeServer(t, answers{"RCPT": "550 5.7.1 this mailbox takes no mail from outside"}).config())
	outcome, err := sender.Send(t.Context(), message("creator@example.com"))
	require.NoError(t, err)
	require.Equal(t, Rejected, outcome.State)
}

func TestWhatFailsBeforeTheContentIsTemporary(t *testing.T) {
	for name, test := range map[string]struct {
		script answers
		code   int
		broken bool
	}{
		"cut at MAIL":        {answers{"MAIL": cut}, 0, true},
		"cut at RCPT":        {answers{"RCPT": cut}, 0, true},
		"cut at DATA":        {answers{"DATA": cut}, 0, true},
		"shutting down":      {answers{"MAIL": "421 4.3.2 going down"}, 421, true},
		"mailbox full":       {answers{"RCPT": "452 4.2.2 mailbox full"}, 452, false},
		"refused, then gone": {answers{"RCPT": "450 4.2.0 later", "RSET": cut}, 450, true},
	} {
		t.Run(name, func(t *testing.T) {
			sender := dial(t, fakeServer(t, test.script).config())
			outcome, err := sender.Send(t.Context(), message("creator@example.com"))
			require.NoError(t, err)
			require.Equal(t, Temporary, outcome.State, outcome.Detail)
			require.Equal(t, test.code, outcome.Code)
			require.Equal(t, test.broken, sender.Broken())
		})
	}
}

func TestDialTellsRefusalFromTrouble(t *testing.T) {
	for name, test := range map[string]struct {
		script  answers
		change  func(*Config)
		refused bool
	}{
		"greeting refused":       {answers{"": "554 5.3.2 no service"}, func(*Config) {}, true},
		"busy":                   {answers{"": "421 4.3.2 too busy"}, func(*Config) {}, false},
		"cut":                    {answers{"EHLO": cut}, func(*Config) {}, false},
		"no STARTTLS":            {nil, func(c *Config) { c.TLS = Mandatory }, true},
		"no TLS at all":          {nil, func(c *Config) { c.TLS = Implicit }, true},
		"no authentication":      {nil, withUser, true},
		"wrong password":         {answers{"EHLO": "250 AUTH PLAIN", "AUTH": "535 5.7.8 wrong"}, withUser, true},
		"password store is down": {answers{"EHLO": "250 AUTH PLAIN", "AUTH": "454 4.7.0 later"}, withUser, false},
	} {
		t.Run(name, func(t *testing.T) {
			c := fakeServer(t, test.script).config()
			test.change(&c)
			_, err := c.Dial(t.Context())
			require.Error(t, err)
			require.NotContains(t, err.Error(), "sesame")
			if test.refused {
				require.ErrorIs(t, err, ErrRefusedUs)
			} else {
				require.NotErrorIs(t, err, ErrRefusedUs)
			}
		})
	}
}

func TestTLS(t *testing.T) {
	authority := httptest.NewUnstartedServer(nil)
	authority.StartTLS()
	defer authority.Close()
	trusted := x509.NewCertPool()
	trusted.AddCert(authority.Certificate())
	server := fakeServer(t, answers{"EHLO": "250-STARTTLS\r\n250 AUTH PLAIN", "AUTH": "235 2.7.0 welcome"})
	server.security = &tls.Config{Certificates: authority.TLS.Certificates}

	t.Run("an unknown certificate is refused", func(t *testing.T) {
		c := server.config()
		c.TLS = Mandatory
		_, err := c.Dial(t.Context())
		require.ErrorIs(t, err, ErrRefusedUs)
	})
	t.Run("a known one carries password and mail", func(t *testing.T) {
		c := server.config()
		c.TLS = Mandatory
		withUser(&c)
		sender, err := c.dial(t.Context(), trusted)
		require.NoError(t, err)
		defer sender.Close()
		outcome, err := sender.Send(t.Context(), message("creator@example.com"))
		require.NoError(t, err)
		require.Equal(t, Sent, outcome.State)
	})
}

func withUser(c *Config) { c.User, c.Password = "user", "sesame" }

// answers are what a fake server says to a command, "" being the greeting and
// "." the end of a mail. The others it takes.
type answers map[string]string

type fake struct {
	listener net.Listener
	script   answers
	security *tls.Config // for STARTTLS
}

func fakeServer(t *testing.T, script answers) *fake {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, listener.Close()) })
	server := &fake{listener: listener, script: script}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go server.serve(conn)
		}
	}()
	return server
}

func (f *fake) config() Config { return config(f.listener.Addr().String()) }

func (f *fake) serve(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	lines := bufio.NewScanner(conn)
	usual := answers{"": "220 fake", "EHLO": "250 ENHANCEDSTATUSCODES", "DATA": "354 go on", "STARTTLS": "220 go on"}
	say := func(to string) bool {
		answer, ok := f.script[to]
		if !ok {
			answer = usual[to]
			if answer == "" {
				answer = "250 2.0.0 fine"
			}
		}
		if to == "EHLO" && answer != cut {
			answer = "250-ENHANCEDSTATUSCODES\r\n" + answer
		}
		if answer != cut {
			_, _ = fmt.Fprintf(conn, "%s\r\n", answer)
		}
		return strings.HasPrefix(answer, "2") || strings.HasPrefix(answer, "3") || strings.HasPrefix(answer, "4") && to != "" || strings.HasPrefix(answer, "5")
	}
	inMail := false
	for open := say(""); open && lines.Scan(); {
		verb, _, _ := strings.Cut(lines.Text(), " ")
		if verb == "MAIL" && inMail {
			_, _ = fmt.Fprint(conn, "503 5.5.1 nested MAIL\r\n")
			continue
		}
		open = say(verb)
		inMail = verb == "MAIL" || inMail && verb != "RSET"
		switch {
		case !open:
		case verb == "STARTTLS":
			conn = tls.Server(conn, f.security)
			lines = bufio.NewScanner(conn)
		case verb == "DATA" && f.script["DATA"] == "":
			for lines.Scan() && lines.Text() != "." {
			}
			open = say(".")
			inMail = false
		}
	}
}
