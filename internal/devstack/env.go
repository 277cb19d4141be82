package devstack

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"

	"github.com/google/renameio/v2"
)

var (
	envName  = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
	plainEnv = regexp.MustCompile(`^[A-Za-z0-9_@%+=:,./-]*$`) // means the same to sh without quotes
)

// WriteEnv writes vars, each "NAME=value", to a file at path that sh can source. The file appears
// whole or not at all, and only its owner may read it. A name that sh does not take is an error.
func WriteEnv(path string, vars ...string) error {
	var text bytes.Buffer
	for _, v := range vars {
		name, value, ok := strings.Cut(v, "=")
		if !ok || !envName.MatchString(name) {
			return fmt.Errorf("write %s: %q is not of the form NAME=value", path, v)
		}
		fmt.Fprintf(&text, "%s=%s\n", name, shellQuote(value))
	}
	if err := renameio.WriteFile(path, text.Bytes(), 0o600); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}

func shellQuote(value string) string {
	if plainEnv.MatchString(value) {
		return value
	}
	return "'" + strings.ReplaceAll(value, "'", `'\''`) + "'"
}
