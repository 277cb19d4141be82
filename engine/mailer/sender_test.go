package mailer

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/internal/inbox"
)

func TestManyMailsGoOverOneConnection(t *testing.T) {
	server := startInbox(t)
	sender := dial(t, config(server.SMTPAddr))
	for n := range 20 {
		outcome, err := sender.Send(t.Context(), message(fmt.Sprintf("creator%d@example.com", n)))
		require.NoError(t, err)
		require.Equal(t, Outcome{State: Sent}, outcome)
	}
	require.False(t, sender.Broken())
	require.Len(t, stored(t, server), 20)
}

func TestOutcomeOfEachWayToFail(t *testing.T) {
	for _, test := range []struct {
		name   string
		fault  inbox.Fault
		want   Outcome // without its detail
		broken bool
		stored int
	}{
		{"refused for now", inbox.RefuseForNow, Outcome{State: Temporary, Code: 450, Enhanced: "4.7.1"}, false, 0},
		{"mailbox full", inbox.FullMailbox, Outcome{State: Temporary, Code: 452, Enhanced: "4.2.2"}, false, 0},
		{"content refused for now", inbox.RefuseContentForNow, Outcome{State: Temporary, Code: 451, Enhanced: "4.3.0"}, false, 0},
		{"refused", inbox.Refuse, Outcome{State: Rejected, Code: 550, Enhanced: "5.1.1"}, false, 0},
		{"content refused", inbox.RefuseContent, Outcome{State: Rejected, Code: 554, Enhanced: "5.6.0"}, false, 0},
		{"cut after the dot, not taken", inbox.CutUnstored, Outcome{State: Unknown}, true, 0},
		{"cut after the dot, taken", inbox.CutStored, Outcome{State: Unknown}, true, 1},
		{"no answer to the dot", inbox.Hang, Outcome{State: Unknown}, true, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := startInbox(t)
			server.Misbehave("creator@example.com", test.fault, 1)
			c := config(server.SMTPAddr)
			if test.fault == inbox.Hang {
				c.Timeout = 3 * time.Second
			}
			sender := dial(t, c)

			outcome, err := sender.Send(t.Context(), message("creator@example.com"))

			require.NoError(t, err)
			require.NotEmpty(t, outcome.Detail)
			require.NotContains(t, outcome.Detail, "\n")
			outcome.Detail = ""
			require.Equal(t, test.want, outcome)
			require.Equal(t, test.broken, sender.Broken())
			require.Len(t, stored(t, server), test.stored)
			if !test.broken {
				outcome, err = sender.Send(t.Context(), message("other@example.com"))
				require.NoError(t, err)
				require.Equal(t, Sent, outcome.State, "the connection goes on")
			}
		})
	}
}

// A mail larger than what the operating system buffers cannot have left as a
// whole when the connection breaks: of a small one nobody can tell.
func TestACutInTheContentIsTemporaryOnlyIfTheDotWasSurelyNotSent(t *testing.T) {
	server := startInbox(t)
	server.Misbehave("creator@example.com", inbox.CutInContent, -1)

	large := message("creator@example.com")
	large.Attachments[0].Data = bytes.Repeat([]byte{1}, 12<<20)
	sender := dial(t, config(server.SMTPAddr))
	outcome, err := sender.Send(t.Context(), large)
	require.NoError(t, err)
	require.Equal(t, Temporary, outcome.State, outcome.Detail)
	require.True(t, sender.Broken())

	sender = dial(t, config(server.SMTPAddr))
	outcome, err = sender.Send(t.Context(), message("creator@example.com"))
	require.NoError(t, err)
	require.Contains(t, []State{Temporary, Unknown}, outcome.State)
	require.True(t, sender.Broken())
	sender.Close()
	require.Empty(t, stored(t, server), "closing after half a mail does not end it as if it were whole")
}

func TestABadAddressIsRejectedWithoutTheServer(t *testing.T) {
	server := startInbox(t)
	sender := dial(t, config(server.SMTPAddr))
	for _, address := range []string{
		"", "nobody", "@", "a@", "@example.com", "a b@example.com", "a@example.com\r\nBcc: x@example.com",
		"a@example.com>\r\nRCPT TO:<x@example.com", "a@example.com, b@example.com", "Name <a@example.com>", "<a@example.com>",
		"김@example.com", "a@한국.kr", "a@exa\x00mple.com", "\xff@example.com", "\"a\"@example.com", "a@example.com ",
		string(bytes.Repeat([]byte("a"), 300)) + "@example.com",
	} {
		outcome, err := sender.Send(t.Context(), message(address))
		require.NoError(t, err)
		require.Equal(t, Rejected, outcome.State, "%q", address)
		require.Contains(t, outcome.Detail, "bad mail address")
	}
	require.False(t, sender.Broken())
	require.Empty(t, stored(t, server))
}

func TestACancelledContextBeginsNoMail(t *testing.T) {
	server := startInbox(t)
	sender := dial(t, config(server.SMTPAddr))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()

	outcome, err := sender.Send(ctx, message("creator@example.com"))

	require.NoError(t, err)
	require.Equal(t, Temporary, outcome.State)
	require.Empty(t, stored(t, server))
}

func TestAStoppedServerIsTemporary(t *testing.T) {
	server, err := inbox.Start(t.Context(), t.TempDir())
	require.NoError(t, err)
	sender := dial(t, config(server.SMTPAddr))
	require.NoError(t, server.Stop())

	outcome, err := sender.Send(t.Context(), message("creator@example.com"))
	require.NoError(t, err)
	require.Equal(t, Temporary, outcome.State)
	require.True(t, sender.Broken())
	again, err := sender.Send(t.Context(), message("creator@example.com"))
	require.NoError(t, err)
	require.Equal(t, Temporary, again.State)

	_, err = config(server.SMTPAddr).Dial(t.Context())
	require.Error(t, err)
	require.NotErrorIs(t, err, ErrRefusedUs)
}

func TestTheMailArrivesAsItWasBuilt(t *testing.T) {
	server := startInbox(t)
	outcome, err := dial(t, config(server.SMTPAddr)).Send(t.Context(), message("creator@example.com"))
	require.NoError(t, err)
	require.Equal(t, Sent, outcome.State)

	mail := stored(t, server)[0]
	file, err := os.ReadFile(mail.Path)
	require.NoError(t, err)
	require.True(t, bytes.HasSuffix(file, built(t, message("creator@example.com"))))
	require.Equal(t, "statement-42@example.com", mail.MessageID)
	require.Equal(t, "[creatorpay] 정산 내역", mail.Subject)
}

func startInbox(t *testing.T) *inbox.Inbox {
	t.Helper()
	server, err := inbox.Start(t.Context(), t.TempDir())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, server.Stop()) })
	return server
}

func stored(t *testing.T, server *inbox.Inbox) []inbox.Mail {
	t.Helper()
	mails, err := server.Mails()
	require.NoError(t, err)
	return mails
}

func dial(t *testing.T, c Config) *Sender {
	t.Helper()
	sender, err := c.Dial(t.Context())
	require.NoError(t, err)
	t.Cleanup(sender.Close)
	return sender
}

func config(address string) Config {
	return Config{Addr: address, From: "payouts@example.com", ReplyTo: "help@example.com", Timeout: time.Minute}
}

func message(address string) Message {
	return Message{
		ID: "statement-42", Date: time.Date(2024, 5, 13, 10, 2, 3, 0, time.FixedZone("KST", 9*60*60)),
		To:      Recipient{Address: address, Name: "김하늘"},
		Subject: "[creatorpay] 정산 내역", Text: "합계 ₩1\n.\n끝", HTML: "<p>합계 <b>₩1</b></p>",
		Attachments: []Attachment{{Name: "명세서.pdf", Data: []byte("%PDF-1.7\n...")}, {Name: "top5.pdf", Data: []byte("%PDF-1.7")}},
	}
}
