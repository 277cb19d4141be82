package answers

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/db/copies"
	"creatorpay/internal/dbtest"
	"creatorpay/internal/devstack/devtest"
	"creatorpay/settlement"
)

func TestWhatIsNotClosedIsSaidByItsState(t *testing.T) {
	r := newRig(t)
	r.AddDays(sunday+1, sunday+2)
	r.BeginDay(sunday + 1)
	r.Exec(`UPDATE runs SET state = 'failed' WHERE kind = 'monthly'`)
	for period, state := range map[settlement.Period]settlement.RunState{
		settlement.DailyPeriod(sunday + 1): settlement.Running,
		month:                              settlement.Failed,
		settlement.DailyPeriod(monday - 1): settlement.NeverRun,
		settlement.DailyPeriod(sunday + 2): settlement.NeverRun,
	} {
		_, seal := r.answers.Seal(t.Context(), period)
		_, top := r.answers.Top5(t.Context(), period)
		_, settled := r.answers.Settlement(t.Context(), busy, period, Page{})
		_, counted := r.answers.Statistics(t.Context(), nobody, period, Page{})
		for _, err := range []error{seal, top, settled, counted} {
			var notClosed *settlement.Error
			require.ErrorAs(t, err, &notClosed)
			require.Equal(t, settlement.ErrNotClosed, notClosed.Kind)
			require.Equal(t, state, notClosed.State)
		}
	}
}

func TestACreatorWithoutLinesIsAnsweredAndOneWhoDoesNotExistIsNot(t *testing.T) {
	r := newRig(t)
	for _, period := range periods {
		settled, err := r.answers.Settlement(t.Context(), idle, period, Page{})
		require.NoError(t, err)
		require.Empty(t, settled.Value.Lines)
		require.Zero(t, settled.Value.Totals)
		require.Equal(t, r.sealOf(period), settled.Seal)

		_, err = r.answers.Settlement(t.Context(), nobody, period, Page{})
		require.Equal(t, ErrNotFound{What: "creator 99"}, err)
		_, err = r.answers.Statistics(t.Context(), nobody, period, Page{})
		require.Equal(t, ErrNotFound{What: "creator 99"}, err)
	}
	_, err := r.answers.Locale(t.Context(), nobody)
	require.Equal(t, ErrNotFound{What: "creator 99"}, err)
	for video, owner := range map[int64]int64{1: other, 98: busy} {
		_, err = r.answers.Title(t.Context(), owner, video)
		require.ErrorIs(t, err, settlement.ErrNotFound)
	}
}

// twoCopies are the DSNs of a replica that has the same closed periods and does not know the idle creator yet, and of its
// primary.
func twoCopies(t *testing.T) (primary, replica string) {
	t.Helper()
	primary, replica = devtest.Database(t), devtest.Database(t)
	ahead, behind := dbtest.OpenAt(t, primary), dbtest.OpenAt(t, replica)
	for _, b := range []*dbtest.Books{ahead, behind} {
		fill(b)
		b.Exec(`UPDATE runs SET ended_at = '2024-06-03 01:00:00'`) // what one closed, the other has from it
	}
	behind.Exec(`DELETE FROM videos WHERE creator_id = ?`, idle)
	behind.Exec(`DELETE FROM creators WHERE creator_id = ?`, idle)
	return primary, replica
}

func TestOnlyThePrimarySaysThatSomethingIsNotThere(t *testing.T) {
	primary, replica := twoCopies(t)

	answers := answersFrom(t, primary, replica)
	settled, err := answers.Settlement(t.Context(), idle, week, Page{})
	require.NoError(t, err)
	require.Empty(t, settled.Value.Lines)
	_, err = answers.Settlement(t.Context(), nobody, week, Page{})
	require.Equal(t, ErrNotFound{What: "creator 99"}, err)

	answers = answersFrom(t, down, replica)
	_, err = answers.Settlement(t.Context(), busy, week, Page{})
	require.NoError(t, err)
	var unavailable *copies.Unavailable
	_, err = answers.Settlement(t.Context(), idle, week, Page{})
	require.ErrorAs(t, err, &unavailable)
	_, err = answers.Explanation(t.Context(), idle, 70, monday)
	require.ErrorAs(t, err, &unavailable)
	_, err = answers.Top5(t.Context(), settlement.DailyPeriod(sunday+1))
	require.ErrorAs(t, err, &unavailable)
}

func TestWithoutThePrimaryAListSaysHowFarItsReplicaKnows(t *testing.T) {
	_, replica := twoCopies(t)
	answers := answersFrom(t, down, replica)

	statements, err := answers.Statements(t.Context(), busy, WeekPage{})
	require.NoError(t, err)
	require.Equal(t, sunday, *statements.Through)
	require.Zero(t, statements.Closed, "it may lack a week")
	require.Len(t, statements.Statements, 1)
	history, err := answers.History(t.Context(), busy, 1, monday, sunday)
	require.NoError(t, err)
	require.Equal(t, sunday, *history.Through)
	locale, err := answers.Locale(t.Context(), busy)
	require.NoError(t, err)
	require.Equal(t, "en", locale)
}

func TestWithoutThePrimaryOnlyClosedPeriodsAreInTheBookOfRuns(t *testing.T) {
	replica := devtest.Database(t)
	b := dbtest.OpenAt(t, replica)
	fill(b)
	b.AddDays(sunday+1, sunday+2)
	b.BeginDay(sunday + 1)
	b.Exec(`UPDATE runs SET state = 'failed' WHERE kind = 'monthly'`)
	without, with := answersFrom(t, down, replica), answersFrom(t, replica)

	for _, limit := range []int{1, 2, MaxLimit} {
		var names []string
		for page := (PeriodPage{Limit: limit}); ; {
			found, err := without.Periods(t.Context(), settlement.Daily, sunday-1, sunday+1, page)
			require.NoError(t, err)
			require.Equal(t, sunday, *found.Through)
			for _, run := range found.Periods {
				names = append(names, run.Name)
			}
			if found.Next == nil {
				break
			}
			page.After = *found.Next
		}
		require.Equal(t, []string{"2024-06-01", "2024-06-02"}, names)
	}
	months, err := without.Periods(t.Context(), settlement.Monthly, monday, monday, PeriodPage{})
	require.NoError(t, err)
	require.Empty(t, months.Periods)
	months, err = with.Periods(t.Context(), settlement.Monthly, monday, monday, PeriodPage{})
	require.NoError(t, err)
	require.Equal(t, settlement.Failed, months.Periods[0].State, "the primary says so")
}

func TestASealIsRememberedAndNeedsNoDatabaseAnyMore(t *testing.T) {
	dsn := devtest.Database(t)
	b := dbtest.OpenAt(t, dsn)
	fill(b)
	answers := answersFrom(t, dsn)
	seal, err := answers.Seal(t.Context(), week)
	require.NoError(t, err)
	_, err = answers.Top5(t.Context(), month)
	require.NoError(t, err)
	b.Exec(`RENAME TABLE runs TO hidden`)

	again, err := answers.Seal(t.Context(), week)
	require.NoError(t, err)
	require.Equal(t, seal, again)
	_, err = answers.Seal(t.Context(), month)
	require.NoError(t, err, "an answer about it was enough")
	var unavailable *copies.Unavailable
	_, err = answers.Seal(t.Context(), settlement.DailyPeriod(monday))
	require.ErrorAs(t, err, &unavailable)
}

func TestWhatWasSeenClosedIsNeverSaidNotToBe(t *testing.T) {
	primary, replica := devtest.Database(t), devtest.Database(t)
	behind, ahead := dbtest.OpenAt(t, primary), dbtest.OpenAt(t, replica)
	fill(behind)
	fill(ahead)
	behind.Exec(`UPDATE runs SET state = 'running' WHERE kind <> 'daily'`)
	answers := answersFrom(t, primary, replica)
	_, err := answers.Top5(t.Context(), week)
	require.NoError(t, err)
	ahead.Exec(`RENAME TABLE runs TO hidden`)

	var unavailable *copies.Unavailable
	_, err = answers.Top5(t.Context(), week)
	require.ErrorAs(t, err, &unavailable)
	require.Equal(t, time.Second, unavailable.RetryAfter)
	require.ErrorContains(t, err, "primary: 2024-W22 is not closed")
	_, err = answers.Top5(t.Context(), month)
	require.Equal(t, settlement.ErrNotClosed, settlement.KindOf(err), "nobody has seen it closed")
}

func TestTheSealsThatAreRememberedAreBounded(t *testing.T) {
	answers := answersFrom(t, down)
	for day := range 2 * mostSeals {
		answers.seals.Set(settlement.DailyPeriod(settlement.FirstDay+settlement.Day(day)), "seal")
	}
	answers.seals.CleanUp()
	require.LessOrEqual(t, answers.seals.EstimatedSize(), mostSeals)
}
