package v1

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/settlement"
)

// nextOf is the address of the page after the answer, as its Link says; empty after the last one.
func nextOf(t *testing.T, header http.Header) string {
	t.Helper()
	if header.Get("Link") == "" {
		return ""
	}
	found := regexp.MustCompile(`^<([^>]+)>; rel="next"$`).FindStringSubmatch(header.Get("Link"))
	require.Len(t, found, 2)
	return found[1]
}

func TestPagesGoOnToTheEndWithoutGapOrRepetition(t *testing.T) {
	for _, limit := range []int{1, 2, 3, 4} {
		rig := newRig(t)
		var videos []int64
		for next := fmt.Sprintf("%s&limit=%d", settlementPath, limit); next != ""; {
			response := rig.get(next)
			require.Equal(t, http.StatusOK, response.Code, response.Body.String())
			var body settlementBody
			require.NoError(t, json.Unmarshal(response.Body.Bytes(), &body))
			require.LessOrEqual(t, len(body.Lines), limit)
			for _, line := range body.Lines {
				videos = append(videos, line.VideoID)
			}
			next = nextOf(t, response.Header())
			require.Equal(t, next == "", body.NextPage == "")
			require.Contains(t, next, body.NextPage)
		}
		require.Equal(t, []int64{1001, 1002, 1003}, videos)
	}
}

func TestAListOfWeeksGoesOnBeforeTheOldestOfThePage(t *testing.T) {
	rig := newRig(t)
	next := nextOf(t, rig.get("/v1/creators/7/statements?limit=1").Header())
	require.NotEmpty(t, next)
	response := rig.get(next)
	require.Equal(t, http.StatusOK, response.Code)
	require.Empty(t, nextOf(t, response.Header()))
}

func TestACursorOfAnotherListIsRefused(t *testing.T) {
	rig := newRig(t)
	cursor := cursorOf(seal, request{path: "/v1/creators/7/settlement", query: map[string][]string{"period": {"weekly"}, "date": {"2024-05-09"}}}, "2")
	require.Equal(t, http.StatusOK, rig.get(settlementPath+"&limit=1&cursor="+cursor).Code, "limits may differ")
	for rule, target := range map[string]string{
		"of another list":    strings.Replace(settlementPath, "settlement", "statistics", 1),
		"of another creator": strings.Replace(settlementPath, "/7/", "/8/", 1),
		"of another period":  strings.Replace(settlementPath, "weekly", "daily", 1),
		"of another day":     strings.Replace(settlementPath, "05-09", "05-08", 1),
		"of what grows":      "/v1/creators/7/statements?limit=1",
	} {
		separator := "&"
		p := problemIn(t, rig.ask(http.MethodGet, target+separator+"cursor="+cursor, "Authorization", "Bearer operator"))
		require.Equal(t, http.StatusUnprocessableEntity, p.Status, rule)
		require.Equal(t, "query.cursor", p.Errors[0].Location)
	}
}

func TestACursorOfOtherRowsIsRefused(t *testing.T) {
	asked := requestOf(mustRequest(settlementPath))
	cursor := cursorOf("another seal", asked, "2")
	require.Equal(t, http.StatusUnprocessableEntity, newRig(t).get(settlementPath+"&cursor="+cursor).Code)
}

func TestAMadeUpCursorIsRefused(t *testing.T) {
	for _, key := range []string{"", "0", "-1", "x", "9223372036854775807", "9223372036854775808"} {
		cursor := cursorOf(seal, requestOf(mustRequest(settlementPath)), key)
		response := newRig(t).get(settlementPath + "&cursor=" + cursor)
		if key == "" {
			require.Equal(t, http.StatusOK, response.Code, "it is the first page's")
			continue
		}
		require.Equal(t, http.StatusUnprocessableEntity, response.Code, key)
	}
	for _, key := range []string{"0001-01-01", "x", "1"} {
		cursor := cursorOf("", requestOf(mustRequest("/v1/creators/7/statements")), key)
		require.Equal(t, http.StatusUnprocessableEntity, newRig(t).get("/v1/creators/7/statements?cursor="+cursor).Code, key)
	}
}

func TestACursorOfAPeriodThatIsNotClosedIsThatProblem(t *testing.T) {
	p := problemIn(t, newRig(t).get("/v1/creators/7/settlement?period=daily&date=2024-05-13&cursor=AAAA"))
	require.Equal(t, "/problems/period-not-closed", p.Type)
	require.Equal(t, settlement.Running, p.State)
}

func mustRequest(target string) *http.Request {
	request, err := http.NewRequest(http.MethodGet, target, http.NoBody)
	if err != nil {
		panic(err)
	}
	return request
}
