package readside

import (
	"bytes"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/internal/e2e/rig"
)

// testChangedRow changes a row of a closed day on one replica: the judge must find
// that some answers are not what the books say.
func testChangedRow(t *testing.T, s *stack) {
	asking := newReaders(s, rig.NewRandom(t))
	day := firstDay + 6
	s.changeOnReplica(t, 0, `UPDATE daily_settlements SET video_amount = video_amount + 1 WHERE starts_on = ?`, day)
	found := s.readWhile(asking, func(random *rand.Rand) question {
		return s.aboutClosed(1+random.Int64N(ownersOfVideos), day)
	}, func() {})
	s.changeOnReplica(t, 0, `UPDATE daily_settlements SET video_amount = video_amount - 1 WHERE starts_on = ?`, day)

	require.NotEmpty(t, found)
	require.Contains(t, strings.Join(found, "\n"), "and the books have")
}

// changeOnReplica changes a replica behind the primary's back.
func (s *stack) changeOnReplica(t *testing.T, replica int, statement string, args ...any) {
	t.Helper()
	session, err := s.replicas[replica].Conn(t.Context())
	require.NoError(t, err)
	defer session.Close()
	_, _ = session.ExecContext(t.Context(), `SET GLOBAL super_read_only = OFF`) // only MySQL has it
	_, err = session.ExecContext(t.Context(), `SET SESSION sql_log_bin = 0`)
	require.NoError(t, err)
	_, err = session.ExecContext(t.Context(), statement, args...)
	require.NoError(t, err)
	_, _ = session.ExecContext(t.Context(), `SET GLOBAL super_read_only = ON`)
}

// testAnswerWithoutTheClose puts what an api would say that believes a replica
// without the close in the place of some answers.
func testAnswerWithoutTheClose(t *testing.T, s *stack) {
	asking := newReaders(s, rig.NewRandom(t))
	asking.balanced = true
	var answers atomic.Int64
	change := changer(func(response *http.Response) error {
		if response.StatusCode == http.StatusOK && strings.Contains(response.Request.URL.Path, "settlement") && answers.Add(1)%10 == 0 {
			response.StatusCode = http.StatusConflict
			response.Body = io.NopCloser(bytes.NewReader(nil))
			response.Header.Set("Content-Length", "0")
			response.Header.Del("Content-Encoding")
		}
		return nil
	})
	s.balancer.change.Store(&change)
	found := s.readWhile(asking, func(random *rand.Rand) question {
		return s.aboutClosed(1+random.Int64N(ownersOfVideos), firstDay+7)
	}, func() {})
	s.balancer.change.Store(nil)

	require.NotEmpty(t, found)
	for _, one := range found {
		require.Contains(t, one, "409 about a period that")
	}
}
