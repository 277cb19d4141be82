package readside

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/internal/e2e/rig"
	"creatorpay/settlement"
)

// TestReadSide has the rules that need all servers. They are tested one after the
// other, each leaves the servers as it found them.
func TestReadSide(t *testing.T) {
	s := newStack(t, rig.NewRandom(t), 14)
	t.Run("NobodySeesAPeriodOpenAfterItWasSeenClosed", func(t *testing.T) {
		t.Run("Day", func(t *testing.T) { testLagOfDay(t, s.in(t)) })
		t.Run("Week", func(t *testing.T) { testLagOfWeek(t, s.in(t)) })
	})
	t.Run("AReplicaWithoutTheDocumentsIsPassedOver", func(t *testing.T) { testLagOfDocuments(t, s.in(t)) })
	t.Run("TheLossOfAnAPICostsNoAnswer", func(t *testing.T) { testLostAPI(t, s.in(t)) })
	t.Run("WithoutThePrimaryClosedPeriodsAreAnswered", func(t *testing.T) { testLostPrimary(t, s.in(t)) })
	t.Run("WithoutReplicasThePrimaryAnswers", func(t *testing.T) { testLostReplicas(t, s.in(t)) })
	t.Run("WithoutAnyCopyOnlyWhatIsKeptIsAnswered", func(t *testing.T) { testLostCopies(t, s.in(t)) })
	t.Run("AFrozenCopyHoldsNobodyUp", func(t *testing.T) { testFrozenCopies(t, s.in(t)) })
	t.Run("AnAPIThatIsToldToStopAnswersFirst", func(t *testing.T) { testDrain(t, s.in(t)) })
	t.Run("WhoAbusesAnAPIKeepsNobodyWaiting", func(t *testing.T) { testAbuse(t, s.in(t)) })
	t.Run("AUserWhoMayOnlyReadIsEnough", func(t *testing.T) { testRights(t, s.in(t)) })
	t.Run("AChangedRowIsFound", func(t *testing.T) { testChangedRow(t, s.in(t)) })
	t.Run("AnAnswerWithoutTheCloseIsFound", func(t *testing.T) { testAnswerWithoutTheClose(t, s.in(t)) })
	t.Run("NoLogAndNoMetricTellsSecrets", func(t *testing.T) { testSecrets(t, s.in(t)) })
}

// in is the same stack, used by a subtest.
func (s *stack) in(t testing.TB) *stack {
	in := *s
	in.TB = t
	return &in
}

// readWhile reads at a constant rate while something happens, and a moment longer.
// It returns what is wrong with the answers; no fault explains anything here.
func (s *stack) readWhile(asking *readers, next func(*rand.Rand) question, happens func()) (found []string) {
	s.Helper()
	ctx, stop := context.WithCancel(s.Context())
	defer stop()
	done := make(chan struct{})
	go func() {
		defer close(done)
		asking.read(ctx, rate, next)
	}()
	pause(ctx, aMoment)
	happens()
	pause(ctx, aMoment)
	stop()
	<-done
	found, err := newJudge(s, &presence{}).findings(s.Context(), asking.answers)
	require.NoError(s, err)
	return found
}

// aMoment is time for some requests.
const aMoment = 500 * time.Millisecond

// statuses are how often the readers got each.
func (r *readers) statuses() map[int]int {
	statuses := map[int]int{}
	for _, a := range r.answers {
		statuses[a.Status]++
	}
	return statuses
}

func testLagOfDay(t *testing.T, s *stack) {
	day := settlement.DailyPeriod(s.books.nextDay())
	testLag(t, s, day, func(random *rand.Rand) question {
		if random.IntN(3) == 0 {
			return question{Path: periods, Asker: anOperator, Period: settlement.Period{Kind: day.Kind, Start: firstDay}}
		}
		return question{Path: statistics, Asker: theCreator, Creator: 1 + random.Int64N(ownersOfVideos), Period: day}
	})
}

func testLagOfWeek(t *testing.T, s *stack) {
	week := s.books.nextDay().Week()
	asked := []path{periods, statements, oneStatement, history, homePage, weekPage, videoPage}
	testLag(t, s, week, func(random *rand.Rand) question {
		q := question{Path: asked[random.IntN(len(asked))], Asker: theCreator, Video: 1 + random.Int64N(videos), Period: week}
		q.Creator = ownerOf(q.Video)
		if q.Path == periods {
			q.Asker, q.Period.Start = anOperator, firstDay
		}
		return q
	})
}

// testLag asks while the period closes that one replica does not get to know.
func testLag(t *testing.T, s *stack, period settlement.Period, next func(*rand.Rand) question) {
	asking := newReaders(s, rig.NewRandom(t))
	lagging := s.cluster.Replicas[0]
	require.NoError(t, lagging.StopReplication(t.Context()))
	found := s.readWhile(asking, next, func() {
		require.NoError(t, s.books.closeDays(t.Context(), int(period.End()-s.books.nextDay())))
	})
	require.NoError(t, lagging.StartReplication(t.Context()))
	require.NoError(t, lagging.CatchUp(t.Context()))

	require.Empty(t, found, strings.Join(found, "\n"))
	statuses := asking.statuses()
	require.NotZero(t, statuses[http.StatusConflict], "it was open at first")
	require.NotZero(t, statuses[http.StatusOK], "and then closed")
	closed, err := closedPeriods(t.Context(), s.replicas[0])
	require.NoError(t, err)
	require.Contains(t, closed, period, "the replica has caught up")
}

// testLagOfDocuments takes the documents of a week away from both replicas, as if the
// week had closed there and its mails had not been noted yet.
func testLagOfDocuments(t *testing.T, s *stack) {
	asking := newReaders(s, rig.NewRandom(t))
	week := (firstDay + 7).Week()
	take := `UPDATE statements SET contact = '', payout_sha256 = '', top5_sha256 = '' WHERE kind = 'weekly' AND starts_on = ?`
	for i := range s.replicas {
		s.changeOnReplica(t, i, take, week.Start)
	}
	for _, api := range s.apis {
		for creator := range int64(ownersOfVideos) {
			requireStatus(t, http.StatusOK, asking.askOnce(question{Path: payoutPDF, Asker: theCreator, Creator: creator + 1, Period: week}, api))
			a := asking.askOnce(question{Path: oneStatement, Asker: theCreator, Creator: creator + 1, Period: week}, api)
			requireStatus(t, http.StatusOK, a)
			require.NotContains(t, string(*a.Body), `"documents":null`, "they were mailed")
		}
	}
	for i := range s.replicas {
		s.copyStatements(t, i, week)
	}
}

// copyStatements gives a replica the documents that the primary has.
func (s *stack) copyStatements(t *testing.T, replica int, week settlement.Period) {
	t.Helper()
	found, err := s.primary.QueryContext(t.Context(), `
		SELECT creator_id, contact, payout_sha256, top5_sha256 FROM statements WHERE kind = 'weekly' AND starts_on = ?`, week.Start)
	require.NoError(t, err)
	defer found.Close()
	for found.Next() {
		var creator int64
		var contact, payout, top string
		require.NoError(t, found.Scan(&creator, &contact, &payout, &top))
		s.changeOnReplica(t, replica, `
			UPDATE statements SET contact = ?, payout_sha256 = ?, top5_sha256 = ?
			WHERE kind = 'weekly' AND starts_on = ? AND creator_id = ?`, contact, payout, top, week.Start, creator)
	}
	require.NoError(t, found.Err())
}

func testLostAPI(t *testing.T, s *stack) {
	asking := newReaders(s, rig.NewRandom(t))
	asking.balanced = true
	found := s.readWhile(asking, asking.anything, func() {
		for range 2 {
			s.apis[0].kill()
			pause(t.Context(), aMoment)
			s.apis[0].start()
			s.apis[0].awaitReady()
		}
	})
	require.Empty(t, found, strings.Join(found, "\n"))
}

// Questions about a day that closed long ago, one that will close, and nobody.
func (s *stack) aboutClosed(creator int64, day settlement.Day) question {
	return question{Path: settlements, Asker: anOperator, Creator: creator, Period: settlement.DailyPeriod(day)}
}

func (s *stack) aboutOpen() question { return s.aboutClosed(1, s.books.nextDay()+1) }

// askOnce asks an api directly.
func (r *readers) askOnce(q question, of *api) *answer {
	a := &answer{question: q, Way: of.address}
	r.ask(a, of.address, false)
	return a
}

func requireStatus(t *testing.T, want int, a *answer) {
	t.Helper()
	require.NoError(t, a.Err)
	require.Equal(t, want, a.Status, "%s", a)
	if want == http.StatusServiceUnavailable {
		require.NotEmpty(t, a.RetryAfter)
	}
}

func testLostPrimary(t *testing.T, s *stack) {
	asking := newReaders(s, rig.NewRandom(t))
	require.NoError(t, s.cluster.CatchUp(t.Context()))
	require.NoError(t, s.cluster.Primary.Kill())
	for _, api := range s.apis {
		for range 2 * breakerCalls { // the breaker of the primary opens meanwhile
			requireStatus(t, http.StatusServiceUnavailable, asking.askOnce(s.aboutOpen(), api))
		}
		requireStatus(t, http.StatusServiceUnavailable, asking.askOnce(s.aboutClosed(nobody, firstDay), api))
		for creator := range int64(ownersOfVideos) {
			requireStatus(t, http.StatusOK, asking.askOnce(s.aboutClosed(creator+1, firstDay+1), api))
		}
		requireStatus(t, http.StatusOK, asking.askOnce(question{Path: statements, Asker: theCreator, Creator: 1}, api))
	}
	require.NoError(t, s.cluster.Primary.Restart(t.Context()))
	for _, api := range s.apis {
		s.awaitAnswer(asking, http.StatusConflict, s.aboutOpen(), api)
	}
}

// awaitAnswer waits until breakers let requests through again.
func (s *stack) awaitAnswer(asking *readers, want int, q question, of *api) {
	s.Helper()
	rig.WaitUntil(s, fmt.Sprintf("%s is %d", q, want), func() bool { return asking.askOnce(q, of).Status == want })
}

func testLostReplicas(t *testing.T, s *stack) {
	asking := newReaders(s, rig.NewRandom(t))
	for _, replica := range s.cluster.Replicas {
		require.NoError(t, replica.Kill())
	}
	for _, api := range s.apis {
		for creator := range int64(ownersOfVideos) {
			requireStatus(t, http.StatusOK, asking.askOnce(s.aboutClosed(creator+1, firstDay+2), api))
		}
		requireStatus(t, http.StatusConflict, asking.askOnce(s.aboutOpen(), api))
	}
	s.restartReplicas(t)
}

func (s *stack) restartReplicas(t *testing.T) {
	t.Helper()
	for _, replica := range s.cluster.Replicas {
		require.NoError(t, replica.Restart(t.Context()))
	}
	require.NoError(t, s.cluster.CatchUp(t.Context()))
}

func testLostCopies(t *testing.T, s *stack) {
	asking := newReaders(s, rig.NewRandom(t))
	kept, notKept := s.aboutClosed(1, firstDay+3), s.aboutClosed(2, firstDay+4)
	notKept.Limit = 999 // as nobody else asks
	for _, api := range s.apis {
		requireStatus(t, http.StatusOK, asking.askOnce(kept, api))
	}
	require.NoError(t, s.cluster.Kill())
	for _, api := range s.apis {
		for range 2 * breakerCalls { // until all breakers are open
			a := asking.askOnce(notKept, api)
			requireStatus(t, http.StatusServiceUnavailable, a)
			require.Less(t, a.Ended.Sub(a.Begun), longest)
		}
		again := &answer{question: kept, Way: api.address, Sent: asking.tags[kept.url()][0]}
		asking.ask(again, api.address, false)
		requireStatus(t, http.StatusNotModified, again)
		if api == s.keeping() {
			requireStatus(t, http.StatusOK, asking.askOnce(kept, api))
		} else {
			requireStatus(t, http.StatusServiceUnavailable, asking.askOnce(kept, api))
		}
	}
	require.NoError(t, s.cluster.Primary.Restart(t.Context()))
	s.restartReplicas(t)
	for _, api := range s.apis {
		s.awaitAnswer(asking, http.StatusOK, notKept, api)
		s.awaitAnswer(asking, http.StatusConflict, s.aboutOpen(), api)
	}
}

func testFrozenCopies(t *testing.T, s *stack) {
	asking := newReaders(s, rig.NewRandom(t))
	servers := []interface{ Freeze() error }{s.cluster.Primary, s.cluster.Replicas[0]}
	for _, server := range servers {
		require.NoError(t, server.Freeze())
	}
	for _, api := range s.apis {
		for creator := range int64(ownersOfVideos) {
			a := asking.askOnce(s.aboutClosed(creator+1, firstDay+5), api)
			requireStatus(t, http.StatusOK, a)
			require.Less(t, a.Ended.Sub(a.Begun), longest)
		}
		a := asking.askOnce(s.aboutOpen(), api)
		requireStatus(t, http.StatusServiceUnavailable, a)
		require.Less(t, a.Ended.Sub(a.Begun), longest)
	}
	require.NoError(t, s.cluster.Primary.Thaw())
	require.NoError(t, s.cluster.Replicas[0].Thaw())
	for _, api := range s.apis {
		s.awaitAnswer(asking, http.StatusConflict, s.aboutOpen(), api)
	}
}
