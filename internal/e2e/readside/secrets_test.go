package readside

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/internal/dbtest"
	"creatorpay/settlement"
)

// secrets are what no log line and no label of a metric may have.
type secrets struct {
	texts   []string        // tokens, links and cookies in their parts, names, titles, addresses
	amounts map[string]bool // in digits, and as people read them
}

// leastAmount is from which on a number is taken for an amount: smaller ones are
// those of ids and statuses, too.
const leastAmount = 1000

// testSecrets looks for all that readers have shown and been told.
func testSecrets(t *testing.T, s *stack) {
	hidden := s.secrets(t)
	for _, one := range s.apis {
		log, metrics := one.log(), one.metrics(t)
		require.Contains(t, log, `"level":"DEBUG"`, "all is logged that can be")
		require.Contains(t, metrics, `route="`)
		require.Empty(t, hidden.inLog(log), "in the log of the api on %s", one.address)
		require.Empty(t, hidden.inMetrics(metrics), "in the metrics of the api on %s", one.address)
	}
}

func (s *stack) secrets(t *testing.T) secrets {
	t.Helper()
	hidden := secrets{amounts: map[string]bool{}}
	grants := append([]string{s.grants.operator}, s.grants.links...)
	for _, token := range s.grants.tokens {
		grants = append(grants, token)
	}
	for _, cookie := range s.grants.cookies {
		grants = append(grants, cookie.Value)
	}
	for _, grant := range grants {
		for part := range strings.SplitSeq(grant, ".") {
			if len(part) > len("v1") { // the version and the key of a link
				hidden.texts = append(hidden.texts, part)
			}
		}
	}
	hidden.texts = append(hidden.texts, linkSecret, "Title of ")
	for creator := range int64(idle) {
		hidden.texts = append(hidden.texts, fmt.Sprintf("Creator %d", creator+1), dbtest.Address(creator+1))
	}
	found, err := s.primary.QueryContext(t.Context(), `
		SELECT video_amount, ad_amount, video_amount + ad_amount FROM daily_settlements UNION
		SELECT video_amount, ad_amount, video_amount + ad_amount FROM period_videos UNION
		SELECT video_amount, ad_amount, video_amount + ad_amount FROM adjustments UNION
		SELECT video_amount, ad_amount, video_amount + ad_amount FROM statements`)
	require.NoError(t, err)
	defer found.Close()
	for found.Next() {
		var amounts [3]settlement.Won
		require.NoError(t, found.Scan(&amounts[0], &amounts[1], &amounts[2]))
		for _, amount := range amounts {
			if amount >= leastAmount {
				hidden.amounts[fmt.Sprint(int64(amount))], hidden.amounts[amount.String()] = true, true
			}
		}
	}
	require.NoError(t, found.Err())
	require.NotEmpty(t, hidden.amounts)
	return hidden
}

// arbitrary are the fields of a line that can have any digits.
var arbitrary = []string{"time", "duration", "bytes", "request_id"}

// inLog are the lines that tell a secret.
func (s secrets) inLog(log string) (telling []string) {
	for line := range strings.Lines(log) {
		var fields map[string]any
		in := json.NewDecoder(bytes.NewReader([]byte(line)))
		in.UseNumber()
		numbers := []any{line}
		if in.Decode(&fields) == nil {
			numbers = nil
			for _, name := range arbitrary {
				delete(fields, name)
			}
			for _, value := range fields {
				numbers = append(numbers, value)
			}
		}
		if s.tells(line) || s.hasAmount(fmt.Sprintln(numbers...)) {
			telling = append(telling, line)
		}
	}
	return telling
}

// inMetrics are the lines that tell a secret by anything but their values.
func (s secrets) inMetrics(metrics string) (telling []string) {
	for line := range strings.Lines(metrics) {
		if labels := line[:strings.LastIndex(line, "}")+1]; s.tells(line) || s.hasAmount(labels) {
			telling = append(telling, line)
		}
	}
	return telling
}

func (s secrets) tells(line string) bool {
	for _, text := range s.texts {
		if strings.Contains(line, text) {
			return true
		}
	}
	return false
}

// numbers are those of amounts, addresses, dates and weeks as wholes.
var numbers = regexp.MustCompile(`₩?[0-9][0-9.,:-]*(W[0-9-]+)?`)

// errorNumbers are those of the database's errors, which may be any amount: Error 1053 (08S01).
var errorNumbers = regexp.MustCompile(`Error [0-9]+ \([0-9A-Z]{5}\)`)

func (s secrets) hasAmount(text string) bool {
	for _, number := range numbers.FindAllString(errorNumbers.ReplaceAllString(text, ""), -1) {
		if s.amounts[strings.TrimRight(number, ".,:-")] {
			return true
		}
	}
	return false
}

func TestSecretsAreFound(t *testing.T) {
	hidden := secrets{texts: []string{"c1@creators.example"}, amounts: map[string]bool{"1053": true, "2024": true, "38211": true, "₩38,211": true}}
	for _, line := range []string{
		`{"time":"2024-05-09T04:00:00.38211+09:00","level":"DEBUG","duration":38211,"bytes":2024,"request_id":"TY3NWNMVXKRO7E7J2024U"}`,
		`{"error":"dial tcp 127.0.0.1:38211: connection refused: 2024-05-09 is not closed"}`,
		`{"error":"statement 2024-W17-7 not found"}`,
		`{"error":"read book of runs: Error 1053 (08S01): Server shutdown in progress"}`,
		`38,211 or 382110 or 38211.5`,
	} {
		require.Empty(t, hidden.inLog(line), line)
	}
	for _, line := range []string{
		`{"error":"no mail to c1@creators.example"}`, `{"amount":38211}`, `{"error":"38211 won are not 2"}`, `{"error":"paid ₩38,211."}`, `panic: 38211`,
	} {
		require.NotEmpty(t, hidden.inLog(line), line)
	}
	require.Empty(t, hidden.inMetrics("requests_sum{status=\"200\"} 38211\n"))
	require.NotEmpty(t, hidden.inMetrics("requests_sum{amount=\"38211\"} 1\n"))
	require.NotEmpty(t, hidden.inMetrics("requests_sum{to=\"c1@creators.example\"} 1\n"))
}
