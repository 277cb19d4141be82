package v1

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"creatorpay/settlement"
)

func TestAnAnswerIsMadeOnce(t *testing.T) {
	for _, target := range []string{top5Path, settlementPath, "/v1/creators/7/statements/2024-W19/top5.pdf"} {
		rig := newRig(t)
		for range 3 {
			require.Equal(t, http.StatusOK, rig.get(target).Code)
		}
		require.EqualValues(t, 1, rig.asked.Load(), target)
	}
}

func TestWhatMayChangeAndWhatIsRefusedIsMadeAnew(t *testing.T) {
	for _, target := range []string{"/v1/creators/7/statements", "/v1/top5?period=daily&date=2024-05-13", "/v1/creators/7/videos/5/explanation?date=2024-05-09"} {
		rig := newRig(t)
		for range 3 {
			rig.get(target)
		}
		require.EqualValues(t, 3, rig.asked.Load(), target)
	}
}

func TestAStatementIsNotKeptBeforeItsDocumentsWereMailed(t *testing.T) {
	rig := newRig(t)
	rig.unmailed = true
	const target = "/v1/creators/7/statements/2024-W19"
	for range 2 {
		response := rig.get(target)
		require.Equal(t, http.StatusOK, response.Code)
		require.Empty(t, response.Header().Get("ETag"))
		require.Equal(t, "no-store", response.Header().Get("Cache-Control"))
	}
	require.EqualValues(t, 2, rig.asked.Load())
	rig.unmailed = false
	require.NotEmpty(t, rig.get(target).Header().Get("ETag"))
}

func TestKeptAnswersTakeNoMoreMemoryThanTheyMay(t *testing.T) {
	rig := newRig(t)
	rig.videos = 1000
	for limit := 1; limit <= 1000; limit++ { // 100 MB of answers, and some
		require.Equal(t, http.StatusOK, rig.get(fmt.Sprintf("%s&limit=%d", settlementPath, limit)).Code)
	}
	rig.service.kept.CleanUp()
	require.LessOrEqual(t, rig.service.kept.WeightedSize(), uint64(1<<20))
}

func TestRequestsForOneAnswerShareItAndMayLeave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rig := newRig(t)
		goOn := make(chan struct{})
		rig.answer = func() { <-goOn }
		ctx, leave := context.WithCancel(t.Context())
		answers := make([]*httptest.ResponseRecorder, 5)
		ended := make(chan struct{})
		for i := range answers {
			answers[i] = httptest.NewRecorder()
			request := httptest.NewRequestWithContext(ctx, http.MethodGet, top5Path, nil)
			if i > 0 {
				request = httptest.NewRequestWithContext(t.Context(), http.MethodGet, top5Path, nil)
			}
			request.Header.Set("Authorization", "Bearer own")
			go func() {
				rig.handler.ServeHTTP(answers[i], request)
				ended <- struct{}{}
			}()
			synctest.Wait()
		}
		leave() // the one for whom it is made
		synctest.Wait()
		close(goOn)
		for range answers {
			<-ended
		}
		for _, answer := range answers {
			require.Equal(t, http.StatusOK, answer.Code)
		}
		require.EqualValues(t, 1, rig.asked.Load())
	})
}

func TestAnAnswerThatTakesTooLongIsGivenUpForAllWhoWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rig := newRig(t)
		var made atomic.Int64
		answers := make([]*httptest.ResponseRecorder, 3)
		var waiting sync.WaitGroup
		for i := range answers {
			answers[i] = httptest.NewRecorder()
			waiting.Go(func() {
				rig.service.serveKept(answers[i], mustRequest(top5Path), top5Path, func(ctx context.Context) (*representation, error) {
					made.Add(1)
					<-ctx.Done()
					return nil, ctx.Err()
				})
			})
		}
		waiting.Wait()
		for _, answer := range answers {
			require.Equal(t, "10", answer.Header().Get("Retry-After"))
			require.Equal(t, "/problems/unavailable", problemIn(t, answer).Type)
		}
		require.EqualValues(t, 1, made.Load())
	})
}

// One reader asks before the period closes, another one after it has seen it closed elsewhere.
func TestThatAPeriodIsNotClosedIsToldOnlyToWhoAskedMeanwhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rig := newRig(t)
		goOn := make(chan struct{})
		closed := false
		rig.answer = func() {
			if rig.fail = nil; !closed {
				rig.fail = settlement.NotClosed(settlement.DailyPeriod(openDay-1), settlement.Running)
				<-goOn
			}
		}
		early, late := make(chan int), make(chan int)
		go func() { early <- rig.get(top5Path).Code }()
		synctest.Wait()
		closed = true
		go func() { late <- rig.get(top5Path).Code }()
		synctest.Wait()
		close(goOn)
		require.Equal(t, http.StatusConflict, <-early)
		require.Equal(t, http.StatusOK, <-late)
	})
}
