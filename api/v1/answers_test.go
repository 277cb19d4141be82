package v1

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAnAnswerAboutAClosedPeriodHasATagAndMayBeKept(t *testing.T) {
	response := newRig(t).get(settlementPath)
	require.Equal(t, http.StatusOK, response.Code)
	require.NotEmpty(t, response.Header().Get("ETag"))
	require.Equal(t, "private, no-cache", response.Header().Get("Cache-Control"))
	require.Equal(t, "Authorization, Cookie, Accept-Encoding", response.Header().Get("Vary"))
}

func TestAPeriodThatIsNotClosedIsAProblemThatSaysHowItStands(t *testing.T) {
	p := problemIn(t, newRig(t).get("/v1/top5?period=daily&date=2024-05-13"))
	require.Equal(t, http.StatusConflict, p.Status)
	require.Equal(t, "/problems/period-not-closed", p.Type)
	require.Equal(t, "2024-05-13", p.Period)
	require.EqualValues(t, "running", p.State)
}
