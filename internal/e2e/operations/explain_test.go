package operations

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/internal/e2e/rig"
)

func TestExplainSaysHowAnAmountCameAboutAndWhetherTheRowsGiveItAgain(t *testing.T) {
	t.Parallel()
	p := rig.PlainPlatform()
	p.Play(10, 1000, rig.Today+" 00:00:01", 60, 1) // a repeat
	s := rig.New(t, p)
	s.StartWorker()
	s.Starter("explain", "--date", rig.Today, "--video", "10").RequireRefusal("2024-05-06 is not closed")
	s.RunDay(rig.Today).RequireSuccess()
	explain := func(more ...string) rig.Outcome {
		return s.Starter(append([]string{"explain", "--date", rig.Today, "--video", "10"}, more...)...)
	}
	s.Starter("explain", "--date", rig.Today, "--video", "9999").RequireRefusal("2024-05-06 has neither rows nor late rows of video 9999")

	told := explain().RequireSuccess().Stdout
	require.Contains(t, told, "│ repeat views     │     1 │")
	require.Contains(t, told, "recomputed from the logs: equal")
	require.Contains(t, told, "run: daily:2024-05-06, closed ")
	var read struct {
		VideoID int64 `json:"video_id"`
		Views   struct {
			Amount int64 `json:"amount"`
		} `json:"views"`
		Run struct {
			Link string `json:"link"`
		} `json:"run"`
	}
	require.NoError(t, json.Unmarshal([]byte(explain("--format", "json").RequireSuccess().Stdout), &read))
	require.EqualValues(t, 10, read.VideoID)
	require.EqualValues(t, 10, read.Views.Amount)
	require.Contains(t, read.Run.Link, "/workflows/daily:2024-05-06/")

	s.Exec(`UPDATE watch_log SET played_seconds = 61 WHERE video_id = 10 AND viewer_id = 1003`)
	failed := explain()
	failed.RequireFailure("1 difference between what is stored and what the logs give", "other rows than were counted in chunk 1")
	require.Contains(t, failed.Stdout, "│ video 10 │ played seconds │")

	s.Exec(`ALTER TABLE watch_log DROP PARTITION p20240506`)
	require.Contains(t, explain().RequireSuccess().Stdout, "not recomputed: 2024-05-06 cannot be verified: the watch log has no partition for it any more, its rows were dropped")
}
