package operations

import (
	"bytes"
	"context"
	"io"
	"net"
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"

	"creatorpay/internal/e2e/rig"
)

func TestProgramsRefuseAServerOnWhichMoneyIsNotSafe(t *testing.T) {
	for name, c := range map[string]struct{ ignored, says string }{
		"shared locks do nothing":          {"LOCK IN SHARE MODE", "LOCK IN SHARE MODE did not keep"},
		"a partition cannot be told apart": {"PARTITION (p20000102)", "gave rows of another partition"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := rig.New(t, rig.PlainPlatform())
			setting := s.DSN(func(config *mysql.Config) { config.Addr = ignoring(t, config.Addr, c.ignored) })

			requireProgramsRefused(s, setting, c.says)
			s.Start("starter", []string{setting}, "migrate").Wait().RequireRefusal(c.says)
		})
	}
}

// ignoring is an address that leads to the server, which does not see these words of a statement.
func ignoring(t *testing.T, server, words string) string {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, listener.Close()) })
	blank := bytes.Repeat([]byte(" "), len(words)) // so that packets stay as long as they say
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			go relay(t.Context(), client, server, func(statements []byte) []byte {
				return bytes.ReplaceAll(statements, []byte(words), blank)
			})
		}
	}()
	return listener.Addr().String()
}

// relay leads a connection to the server until either ends it. A driver sends each statement at once.
func relay(ctx context.Context, client net.Conn, server string, change func([]byte) []byte) {
	defer func() { _ = client.Close() }()
	there, err := new(net.Dialer).DialContext(ctx, "tcp", server)
	if err != nil {
		return
	}
	defer func() { _ = there.Close() }()
	go func() {
		_, _ = io.Copy(client, there)
		_ = client.Close()
	}()
	statements := make([]byte, 1<<20)
	for {
		read, err := client.Read(statements)
		if err != nil {
			return
		}
		if _, err := there.Write(change(statements[:read])); err != nil {
			return
		}
	}
}
