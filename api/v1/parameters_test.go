package v1

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAWrongParameterIsNamed(t *testing.T) {
	const video, week = "/v1/creators/7/videos/1001/", "/v1/creators/7/statements/"
	tests := []struct{ rule, target, location string }{
		{"a kind must be one of three", "/v1/top5?period=yearly&date=2024-05-09", "query.period"},
		{"a required one must be there", "/v1/top5?period=daily", "query.date"},
		{"a value must not be empty", "/v1/top5?period=daily&date=", "query.date"},
		{"nor that of an optional one", settlementPath + "&limit=", "query.limit"},
		{"nothing is given twice", "/v1/top5?period=daily&date=2024-05-09&date=2024-05-09", "query.date"},
		{"unknown ones are refused", top5Path + "&creator=8", "query.creator"},
		{"a query must be readable", "/v1/top5?period=daily&date=2024-05-09&x=%zz", "query"},
		{"and have no semicolons", "/v1/top5?period=daily;date=2024-05-09", "query"},
		{"a date must be one", "/v1/top5?period=daily&date=2024-02-30", "query.date"},
		{"a date has one spelling", "/v1/top5?period=daily&date=2024-5-9", "query.date"},
		{"a date must not lie in the year 0", "/v1/top5?period=daily&date=0000-01-01", "query.date"},
		{"nor in 9999", "/v1/top5?period=daily&date=9999-12-31", "query.date"},
		{"nor be 1970-01-01, which is none", "/v1/top5?period=daily&date=1970-01-01", "query.date"},
		{"a page has a line", settlementPath + "&limit=0", "query.limit"},
		{"a page has 1000 lines at most", settlementPath + "&limit=1001", "query.limit"},
		{"a limit is a number", settlementPath + "&limit=many", "query.limit"},
		{"a number has no sign", settlementPath + "&limit=%2B5", "query.limit"},
		{"nor zeros before it", settlementPath + "&limit=05", "query.limit"},
		{"there is no creator 0", "/v1/creators/0/statements", "path.creator_id"},
		{"nor a negative one", "/v1/creators/-7/statements", "path.creator_id"},
		{"nor one above 2^63-1", "/v1/creators/9223372036854775808/statements", "path.creator_id"},
		{"a creator is a number", "/v1/creators/me/statements", "path.creator_id"},
		{"spelled in one way", "/v1/creators/007/statements", "path.creator_id"},
		{"without a slash in it", "/v1/creators/7%2F7/statements", "path.creator_id"},
		{"there is no video 0", "/v1/creators/7/videos/0/explanation?date=2024-05-09", "path.video_id"},
		{"nor one above 2^63-1", "/v1/creators/7/videos/99999999999999999999/explanation?date=2024-05-09", "path.video_id"},
		{"a week must be one", week + "2024-W54", "path.week"},
		{"a week is no day", week + "2024-05-09", "path.week"},
		{"a range must not end before it begins", video + "history?from=2024-05-09&to=2024-05-08", "query.to"},
		{"a history has its longest range", video + "history?from=2022-05-09&to=2024-05-09", "query.to"},
		{"a cursor is text of base64url", settlementPath + "&cursor=*", "query.cursor"},
		{"a cursor is not long", settlementPath + "&cursor=" + strings.Repeat("A", 101), "query.cursor"},
	}
	for _, test := range tests {
		t.Run(test.rule, func(t *testing.T) {
			rig := newRig(t)
			p := problemIn(t, rig.get(test.target))
			require.Equal(t, "/problems/invalid-parameter", p.Type)
			require.Equal(t, http.StatusUnprocessableEntity, p.Status)
			require.Len(t, p.Errors, 1)
			require.Equal(t, test.location, p.Errors[0].Location)
			require.NotEmpty(t, p.Errors[0].Message)
			require.Zero(t, rig.asked.Load(), "no database is asked")
		})
	}
}

func TestAllWrongParametersAreNamedAtOnce(t *testing.T) {
	p := problemIn(t, newRig(t).get("/v1/creators/7/settlement?period=x&date=y&limit=0"))
	var locations []string
	for _, wrong := range p.Errors {
		locations = append(locations, wrong.Location)
	}
	require.Equal(t, []string{"query.date", "query.limit", "query.period"}, locations)
}

func TestWhatIsRightAtTheEdgesIsAnswered(t *testing.T) {
	for _, target := range []string{
		settlementPath + "&limit=1",
		settlementPath + "&limit=1000",
		"/v1/top5?period=daily&date=1990-01-01",
		"/v1/top5?date=2024-05-09&period=daily",
		"/v1/creators/7/videos/1001/history?from=2024-05-09&to=2024-05-09",
		"/v1/creators/7/videos/1001/history?from=2022-05-09&to=2024-05-08",
		"/v1/creators/%37/statements",
	} {
		require.Equal(t, http.StatusOK, newRig(t).get(target).Code, target)
	}
}
