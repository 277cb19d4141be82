package activities

import (
	"testing"
	"time"

	"creatorpay/db"
	"creatorpay/settlement"

	"github.com/stretchr/testify/require"
)

func (b *bundle) planRowChecks(rows int64, most int) []RowCheck {
	b.Helper()
	plan, err := run[PlanRowChecksResult](b, b.activities.PlanRowChecks, PlanRowChecksInput{Period: week, CheckRows: rows, MaxChecks: most})
	require.NoError(b, err)
	return plan.Checks
}

func (b *bundle) checkRows(check RowCheck) settlement.Mismatch {
	b.Helper()
	found, err := run[settlement.Mismatch](b, b.activities.CheckRows, check)
	require.NoError(b, err)
	return found
}

// weekInChunks has five closed chunks on Thursday, of two rows each, and one on
// each of the other days.
func weekInChunks(t *testing.T) *bundle {
	t.Helper()
	b := setup(t)
	b.AddDays(saturday, sunday)
	for video := int64(1); video <= 5; video++ {
		b.Watch(thursday, video, 2)
	}
	b.CloseDay(thursday, 2, 3, 4, 5)
	for on := friday; on <= sunday; on++ {
		b.CloseDay(on)
	}
	return b
}

func TestPlanRowChecks_CoversEachChunkOnceAndPutsSmallOnesTogether(t *testing.T) {
	b := weekInChunks(t)

	require.Equal(t, []RowCheck{
		{Day: thursday, First: 1, Last: 2, Rows: 4},
		{Day: thursday, First: 3, Last: 4, Rows: 4},
		{Day: thursday, First: 5, Last: 5, Rows: 2},
		{Day: friday, First: 1, Last: 1},
		{Day: saturday, First: 1, Last: 1},
		{Day: sunday, First: 1, Last: 1},
	}, b.planRowChecks(5, 100))
}

func TestPlanRowChecks_ABigWeekHasBiggerChecksNotMore(t *testing.T) {
	b := weekInChunks(t)

	require.Equal(t, RowCheck{Day: thursday, First: 1, Last: 5, Rows: 10}, b.planRowChecks(1, 1)[0])
}

func TestPlanRowChecks_LeavesOutDaysWithoutAPartition(t *testing.T) {
	b := weekInChunks(t)
	_, err := b.DB.EachDroppable(b.Context(), friday, true, func(day db.Droppable) error { return b.DB.Drop(b.Context(), day) })
	require.NoError(t, err)

	require.Equal(t, friday, b.planRowChecks(5, 100)[0].Day)
}

func TestCheckRows_ReadsItsChunksAndNoOthers(t *testing.T) {
	b := weekInChunks(t)
	first, second := RowCheck{Day: thursday, First: 1, Last: 2}, RowCheck{Day: thursday, First: 3, Last: 5}
	require.Equal(t, settlement.Mismatch{Day: thursday, Expected: 4, Found: 4}, b.checkRows(first))
	require.Equal(t, settlement.Mismatch{Day: thursday, Expected: 6, Found: 6}, b.checkRows(second))

	b.Exec(`UPDATE watch_log SET played_seconds = 11 WHERE video_id = 4`)

	require.Equal(t, settlement.Mismatch{Day: thursday, Expected: 4, Found: 4}, b.checkRows(first))
	require.Equal(t, settlement.Mismatch{Day: thursday, Expected: 6, Found: 6, Chunks: []int{4}}, b.checkRows(second))
}

func TestCheckRows_ReadsPaymentsByThemselves(t *testing.T) {
	b := setup(t)
	b.AddDays(thursday, sunday)
	b.Watch(thursday, 1, 2)
	b.Pay(b.Payment(thursday, 1, 7, 1000, time.Hour), b.Payment(thursday, 2, 8, 1000, time.Hour))
	for on := thursday; on <= sunday; on++ {
		b.CloseDay(on)
	}
	views, payments := RowCheck{Day: thursday, First: 1, Last: 1, Rows: 2}, RowCheck{Day: thursday, First: 1, Last: 1, Rows: 2, Payments: true}
	require.Equal(t, []RowCheck{views, payments}, b.planRowChecks(5, 100)[:2])
	require.Equal(t, "2024-05-09, payments, chunk 1", payments.String())

	b.Exec(`UPDATE payments SET amount = 1001 WHERE payment_id = 7`)

	require.Equal(t, settlement.Mismatch{Day: thursday, Expected: 2, Found: 2}, b.checkRows(views))
	require.Equal(t, settlement.Mismatch{Day: thursday, Payments: true, Expected: 2, Found: 2, Chunks: []int{1}}, b.checkRows(payments))
}
