package e2e

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/internal/faultproxy"
)

// sabotage takes a safety out of the worker. That is done to a copy of its
// sources when it is built: the programs themselves have no switch for it.
type sabotage struct {
	safety string
	edits  []edit
	// first and days are what is run, and faults what it meets: the moments at
	// which the safety is needed.
	first  string
	days   int
	faults func(*plan)
}

// edit is a text of a source file, which is there once, and what it becomes.
type edit struct{ file, old, becomes string }

var sabotages = []sabotage{
	{
		safety: "fence",
		edits: []edit{
			{"db/runs.go", `return lockRun(ctx, tx, period, holder, "LOCK IN SHARE MODE")`,
				`fence, err = lockRun(ctx, tx, period, holder, "LOCK IN SHARE MODE")
				if sabotaged("fence") {
					err = nil
				}
				return fence, err`},
			// On a slow machine the activity would hear from Temporal that its run is
			// over before it has had its chance to write.
			{"workflows/options.go", `const lostAfter = 10 * time.Second`,
				`var lostAfter = map[bool]time.Duration{false: 10 * time.Second, true: time.Minute}[sabotaged("fence")]`},
		},
		first: "2024-05-07", days: 3,
		faults: func(p *plan) {
			for _, period := range p.periods {
				if period.isDay() && !period.calm { // the activity that is left behind would have chunks counted again
					period.meets(arrivesAt("SELECT COUNT(*)\n\t\tFROM watch_log PARTITION (p"+strings.ReplaceAll(period.String(), "-", "")), 1)
					period.meets(leftBehind, 1)
				}
			}
		},
	},
	{
		safety: "one transaction for a chunk",
		edits: []edit{
			{"db/statistics.go", `	err := db.inTx(ctx, func(tx *sqlx.Tx) error {`, `	var results func(*sqlx.Tx) error
				err := db.inTx(ctx, func(tx *sqlx.Tx) error {`},
			{"db/statistics.go", `		if err := deleteLines(ctx, tx, "daily_statistics", day, stored.Range); err != nil {`,
				`		results = func(tx *sqlx.Tx) error {
				if err := deleteLines(ctx, tx, "daily_statistics", day, stored.Range); err != nil {`},
			{"db/statistics.go", `		_, err = tx.ExecContext(ctx, ` + "`" + `
			UPDATE run_chunks`, `		return nil
				}
				if !sabotaged("one transaction for a chunk") {
					if err := results(tx); err != nil {
						return err
					}
				}
				_, err = tx.ExecContext(ctx, ` + "`" + `
			UPDATE run_chunks`},
			{"db/statistics.go", `	if err != nil {
		return fmt.Errorf("store count of chunk`, `	if err == nil && results != nil && sabotaged("one transaction for a chunk") {
					err = db.inTx(ctx, results)
				}
				if err != nil {
		return fmt.Errorf("store count of chunk`},
		},
		first: "2024-05-07", days: 1,
		faults: func(p *plan) {
			p.periods[0].meets(cutBefore("INSERT INTO daily_statistics"), 2)
		},
	},
	{
		safety: "claim before a mail's first byte",
		edits: []edit{{"activities/mailing.go", `	claimed, err := b.DB.ClaimDelivery(ctx, b.week, delivery.CreatorID, b.claim)
	if err != nil || !claimed {
		return err
	}
	outcome, refused := b.sender.Send(ctx, message)`, `	claim := func() (bool, error) { return b.DB.ClaimDelivery(ctx, b.week, delivery.CreatorID, b.claim) }
	late := sabotaged("claim before a mail's first byte")
	if !late {
		if claimed, err := claim(); err != nil || !claimed {
			return err
		}
	}
	outcome, refused := b.sender.Send(ctx, message)
	if late {
		if claimed, err := claim(); err != nil || !claimed {
			return err
		}
	}`}},
		first: "2024-05-12", days: 1,
		faults: func(p *plan) {
			p.week().meets(cutBefore("UPDATE deliveries"), 1)
		},
	},
	{
		safety: "conservation",
		edits: []edit{
			{"db/closing.go", `if rows != totals.Rows() {`, `if rows != totals.Rows() && !sabotaged("conservation") {`},
			{"db/chunks.go", `if err != nil || rows == total {`, `if err != nil || rows == total || sabotaged("conservation") {`},
		},
		first: "2024-05-07", days: 1,
		faults: func(p *plan) {
			p.periods[0].meets(arrivesAt("DELETE FROM top_videos"), 1)
		},
	},
	{
		safety: "closed is closed",
		edits: []edit{
			{"db/chain.go", `	if run.State == StateClosed {`, `	if run.State == StateClosed && !sabotaged("closed is closed") {`},
			{"db/runs.go", `	if run.State == StateClosed || run.Holder != holder.RunID {`,
				`	if run.State == StateClosed && !sabotaged("closed is closed") || run.Holder != holder.RunID {`},
			{"db/runs.go", `runVersion, StateClosed, holder.RunID)`,
				`runVersion, map[bool]string{false: StateClosed, true: "any"}[sabotaged("closed is closed")], holder.RunID)`},
		},
		first: "2024-05-07", days: 3,
		faults: func(p *plan) { // not on the second day: the chain of days has a first day only once
			p.periods[2].meets(&faultKind{name: "closed period reset to its start", strike: (*chaos).repeatClosed}, 5)
		},
	},
}

// meets adds a fault that strikes at the wait-th statement that fits.
func (p *plannedPeriod) meets(kind *faultKind, wait int) {
	p.faults = append(p.faults, newFault(kind, wait, uint64(len(p.faults))))
}

// arrivesAt and cutBefore are kinds whose moment is a certain statement.
func arrivesAt(statement string) *faultKind {
	return &faultKind{name: "rows arrived at " + strings.Join(strings.Fields(statement), " "), at: statement, strike: (*chaos).rowsArrive}
}

func cutBefore(statement string) *faultKind {
	return &faultKind{name: "connection cut before " + statement, at: statement, strike: wire(faultproxy.CutBefore)}
}

func (p *plan) week() *plannedPeriod {
	for _, period := range p.periods {
		if period.mails != nil {
			return period
		}
	}
	panic("no week is planned")
}

func TestChaosFindsEverySafetyThatIsTakenOut(t *testing.T) {
	t.Parallel()
	for _, s := range sabotages {
		t.Run(s.safety, func(t *testing.T) {
			t.Parallel()
			require.NoError(t, sabotagedWorker())
			plan := newPlan(rand.New(rand.NewPCG(1, 0)), s.first, s.days, 0)
			s.faults(plan)
			c := newSmallChaos(t, plan, sabotagedWorkerName, sabotageVariable+"="+s.safety)

			c.runAll()
			found := c.compare()

			require.NotEmpty(t, found, "%s", c.tally)
			t.Logf("%d differences, the first:\n%s", len(found), found[0])
		})
	}
}

func TestChaosFindsNothingWhileTheSafetiesAreThere(t *testing.T) {
	t.Parallel()
	require.NoError(t, sabotagedWorker())
	plan := newPlan(rand.New(rand.NewPCG(1, 0)), "2024-05-11", 2, 0)
	for _, s := range sabotages {
		s.faults(plan)
	}
	c := newSmallChaos(t, plan, sabotagedWorkerName)

	c.runAll()

	require.Empty(t, c.compare())
	require.Equal(t, c.tally.planned, c.tally.struck)
}
