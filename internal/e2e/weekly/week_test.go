package weekly

import (
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/internal/e2e/oracle"
	"creatorpay/internal/e2e/rig"
)

func TestR8_WeeksAndMonthsAreTheSumsOfTheirDays(t *testing.T) {
	t.Parallel()
	random := rig.NewRandom(t)
	p := rig.FewPlays(random, "2024-05-28", 7) // Tuesday to Monday, over the end of May
	s := rig.New(t, p)
	s.AddDays("2024-05-27", "2024-06-04")
	s.StartWorker()
	days := p.Settle("2024-05-28", "2024-06-02")
	s.Starter("run", "weekly", "--week", "2024-W22").RequireRefusal("2024-05-27 is not closed: it was never run")
	for _, want := range days[:4] {
		s.RunDay(want.Start).RequireSuccess()
	}
	s.Starter("run", "weekly", "--week", "2024-W22").RequireRefusal("2024-W22 cannot run yet", "2024-06-01 is not closed")
	s.Starter("run", "weekly", "--week", "2024-W21").RequireRefusal("2024-05-26 lies before 2024-05-28")
	s.Starter("export", "settlement", "--period", "weekly", "--date", "2024-05-28").RequireRefusal("2024-W22 is not closed")
	waiting := s.BeginStarter("run", "weekly", "--week", "2024-W22", "--no-mail", "--wait")
	s.Starter("run", "monthly", "--month", "2024-05").RequireSuccess() // its first settled day is 05-28
	for _, want := range days[4:] {
		s.RunDay(want.Start).RequireSuccess()
	}

	waiting.Wait().RequireSuccess()

	s.RequireSettled(oracle.RollUp("weekly", "2024-05-27", days...))
	s.RequireSettled(oracle.RollUp("monthly", "2024-05-01", days[:4]...))
	s.Starter("run", "weekly", "--week", "2024-W22").RequireRefusal("2024-W22 is closed", "starter audit --from 2024-05-27 --to 2024-06-02")
	s.Starter("run", "monthly", "--month", "2024-06").RequireRefusal("2024-06-03 is not closed")
	s.Starter("run", "weekly", "--week", "2024-22").RequireRefusal("write it as 2024-W19")
}

func TestATamperedWeekIsNotClosed(t *testing.T) {
	t.Parallel()
	p := rig.FewPlays(rig.NewRandom(t), "2024-05-12", 1)
	s := rig.New(t, p)
	s.StartWorker()
	s.RunDay("2024-05-12").RequireSuccess()
	s.Exec(`UPDATE daily_settlements SET ad_amount = ad_amount + 1 ORDER BY video_id LIMIT 1`)

	s.Starter("run", "weekly", "--week", "2024-W19").RequireFailure("2024-W19 is not the sum of its closed days")

	s.Exec(`UPDATE daily_settlements SET ad_amount = ad_amount - 1 ORDER BY video_id LIMIT 1`)
	require.EqualValues(t, 0, s.Number(`SELECT COUNT(*) FROM runs WHERE kind = 'weekly' AND state = 'closed'`))
}
