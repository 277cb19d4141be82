package mailer

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestValidateNamesWhatIsWrong(t *testing.T) {
	require.NoError(t, config("smtp.example.com:587").Validate())
	for want, change := range map[string]func(*Config){
		`the sender "" is not a mail address`:            func(c *Config) { c.From = "" },
		`"Pay a@example.com" is not a mail address`:      func(c *Config) { c.From = "Pay a@example.com" },
		`"Pay <a>" is not a mail address`:                func(c *Config) { c.From = "Pay <a>" },
		"outside ASCII":                                  func(c *Config) { c.From = "Pay <급여@example.com>" },
		`the sender "=?utf-8?q?a=0Db?= <a@example.com>"`: func(c *Config) { c.From = "=?utf-8?q?a=0Db?= <a@example.com>" },
		`the reply address "x" is not a mail address`:    func(c *Config) { c.ReplyTo = "x" },
		"a user and a password":                          func(c *Config) { c.Password = "sesame" },
		"set both or neither":                            func(c *Config) { c.User = "user" },
		"in the clear":                                   func(c *Config) { withUser(c); c.TLS = None },
		`the TLS mode "yes" is unknown`:                  func(c *Config) { c.TLS = "yes" },
		"must be above zero":                             func(c *Config) { c.Timeout = 0 },
	} {
		c := config("smtp.example.com:587")
		change(&c)
		require.ErrorContains(t, c.Validate(), want)
	}
}

func TestTheSenderMayHaveAName(t *testing.T) {
	for _, from := range []string{"a@example.com", "<a@example.com>", "Pay <a@example.com>", `"Pay, Inc." <a@example.com>`, "정산 <a@example.com>"} {
		c := config("smtp.example.com:587")
		c.From = from
		require.NoError(t, c.Validate(), from)
	}
}

func TestContactIsWhereAnswersGo(t *testing.T) {
	require.Equal(t, "help@example.com", Config{From: "Pay <a@example.com>", ReplyTo: "help@example.com"}.Contact())
	require.Equal(t, "a@example.com", Config{From: "Pay <a@example.com>"}.Contact())
	require.Equal(t, "a@example.com", Config{From: "a@example.com"}.Contact())
	require.Empty(t, Config{}.Contact())
}

func TestValidateSaysAllAtOnce(t *testing.T) {
	err := Config{}.Validate()
	require.ErrorContains(t, err, "mail server")
	require.ErrorContains(t, err, "sender")
	require.ErrorContains(t, err, "timeout")
}

func TestTheMailServerIsHostAndPort(t *testing.T) {
	for _, address := range []string{"", "smtp.example.com", ":25", "a:70000", "a:0", "smtp://a:25", "user@a:25"} {
		require.ErrorContains(t, config(address).Validate(), "the mail server is not of the form host:port", address)
	}
}

func TestValidateNeverRepeatsThePassword(t *testing.T) {
	require.NotContains(t, Config{Password: "sesame", TLS: None}.Validate().Error(), "sesame")
	for _, address := range []string{"smtp://user:sesame@a:25", "user:sesame@a:25", "sesame@a:25"} {
		require.NotContains(t, config(address).Validate().Error(), "sesame", address)
	}
}

func TestTLSIsMandatoryUnlessTheServerIsThisMachine(t *testing.T) {
	for address, want := range map[string]TLS{
		"127.0.0.1:25": None, "[::1]:25": None, "localhost:25": None,
		"smtp.example.com:587": Mandatory, "10.0.0.1:25": Mandatory, "127.0.0.1.example.com:25": Mandatory,
	} {
		require.Equal(t, want, config(address).tls(), address)
	}
}
