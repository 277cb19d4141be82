package rig

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Outcome is how a program ended.
type Outcome struct {
	t              testing.TB
	Code           int
	Stdout, Stderr string
}

// RequireSuccess means that the program ended with 0.
func (o Outcome) RequireSuccess() Outcome {
	o.t.Helper()
	require.Zero(o.t, o.Code, "stdout:\n%s\nstderr:\n%s", o.Stdout, o.Stderr)
	return o
}

// RequireRefusal means that the program did nothing but say why, in one line.
func (o Outcome) RequireRefusal(why ...string) {
	o.t.Helper()
	o.RequireFailure(why...)
	require.Empty(o.t, o.Stdout)
	require.Equal(o.t, 1, strings.Count(o.Stderr, "\n"), "one line:\n%s", o.Stderr)
}

// RequireFailure means that the program failed and its last line says why.
func (o Outcome) RequireFailure(why ...string) {
	o.t.Helper()
	require.Equal(o.t, 1, o.Code, "stdout:\n%s\nstderr:\n%s", o.Stdout, o.Stderr)
	require.NotContains(o.t, o.Stderr, "goroutine ", "a stack trace")
	for _, part := range why {
		require.Contains(o.t, LastLines(o.Stderr, 1), part)
	}
}

// LastLines are the last n lines of a text, without the last line break.
func LastLines(text string, n int) string {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}

// withoutDebug is a log without its entries of that level: so many that nobody finds among them why a test has failed.
func withoutDebug(log string) string {
	var rest strings.Builder
	for line := range strings.Lines(log) {
		if !strings.Contains(line, `"level":"DEBUG"`) {
			rest.WriteString(line)
		}
	}
	return rest.String()
}
