package sabotage

import (
	"strings"

	"creatorpay/internal/e2e/chaos"
)

// runSabotages take out what keeps a run right whatever becomes of machines,
// networks and other runs.
var runSabotages = []sabotage{
	{
		safety: "fence",
		edits: []edit{
			{"db/runs.go", `return lockRun(ctx, tx, period, holder, "LOCK IN SHARE MODE")`,
				`fence, err = lockRun(ctx, tx, period, holder, "LOCK IN SHARE MODE")
				if sabotaged("fence") {
					err = nil
				}
				return fence, err`},
			{"db/recount.go", `lockRun(ctx, tx, period, holder, "FOR UPDATE"); err != nil {`,
				`lockRun(ctx, tx, period, holder, "FOR UPDATE"); err != nil && !sabotaged("fence") {`},
			// On a slow machine the activity would hear from Temporal that its run is
			// over before it has had its chance to write.
			{"workflows/options.go", `const lostAfter = 10 * time.Second`,
				`var lostAfter = map[bool]time.Duration{false: 10 * time.Second, true: time.Minute}[sabotaged("fence")]`},
		},
		first: "2024-05-07", days: 3,
		faults: func(p *chaos.Plan) {
			for _, period := range p.Periods {
				if period.IsDay() && !period.NoFaults { // the activity that is left behind would have chunks counted again
					period.Add(arrivesAt("SELECT COUNT(*)\n\t\tFROM watch_log PARTITION (p"+strings.ReplaceAll(period.String(), "-", "")), 1)
					period.Add(chaos.LeftBehind, 1)
				}
			}
		},
	},
	{
		safety: "one transaction for a chunk",
		edits: []edit{
			// Chunks without their payment ids would be counted again, and so be right.
			{"db/contested_payments.go", `		if chunk.FirstPayment != nil && `, `		if chunk.FirstPayment != nil && !sabotaged("one transaction for a chunk") && `},
			{"db/statistics.go", `	err = db.pool.InTx(ctx, func(tx *sqlx.Tx) error {`, `	var results func(*sqlx.Tx) error
				err = db.pool.InTx(ctx, func(tx *sqlx.Tx) error {`},
			{"db/statistics.go", `		if stored.Counts > 0 {`,
				`		results = func(tx *sqlx.Tx) error {
				if stored.Counts > 0 {`},
			{"db/statistics.go", `		_, err = tx.NamedExecContext(ctx, ` + "`" + `
			UPDATE run_chunks`, `		return nil
				}
				if !sabotaged("one transaction for a chunk") {
					if err := results(tx); err != nil {
						return err
					}
				}
				_, err = tx.NamedExecContext(ctx, ` + "`" + `
			UPDATE run_chunks`},
			{"db/statistics.go", `	})
	if err != nil {
		return fmt.Errorf("store count of chunk`, `	})
				if err == nil && results != nil && sabotaged("one transaction for a chunk") {
					err = db.pool.InTx(ctx, results)
				}
				if err != nil {
		return fmt.Errorf("store count of chunk`},
		},
		first: "2024-05-07", days: 1,
		faults: func(p *chaos.Plan) {
			// A chunk that has a row of a contested payment is counted again by the check, and
			// so is right: not all of these have one.
			for _, insert := range []int{2, 3, 4} {
				p.Periods[0].Add(cutBefore("INSERT INTO daily_statistics"), insert)
			}
		},
	},
	{
		safety: "claim before a mail's first byte",
		edits: []edit{{"engine/delivery/batch.go", `	claimed, err := b.DB.ClaimDelivery(certain, b.Week, delivery.CreatorID, b.Claim)
	if err != nil || !claimed {
		return err
	}
	outcome, refused := b.sender.Send(ctx, mail.Message)`, `	claim := func() (bool, error) { return b.DB.ClaimDelivery(certain, b.Week, delivery.CreatorID, b.Claim) }
	late := sabotaged("claim before a mail's first byte")
	if !late {
		if claimed, err := claim(); err != nil || !claimed {
			return err
		}
	}
	outcome, refused := b.sender.Send(ctx, mail.Message)
	if late {
		if claimed, err := claim(); err != nil || !claimed {
			return err
		}
	}`}},
		first: "2024-05-12", days: 1,
		faults: func(p *chaos.Plan) {
			p.Week().Add(cutBefore("UPDATE deliveries"), 1)
		},
	},
	{
		safety: "a mail that is put off keeps nobody waiting",
		edits: []edit{{"engine/delivery/batch.go", `	return refused`,
			`	if outcome.State == mailer.Temporary && sabotaged("a mail that is put off keeps nobody waiting") {
					return errors.New("put off")
				}
				return refused`}},
		first: "2024-05-12", days: 1,
		faults: func(p *chaos.Plan) {
			p.Week().Mails[1] = chaos.MailboxesFull
		},
	},
	{
		safety: "conservation",
		edits: []edit{
			{"db/closing.go", `if rows != totals.Statistics.Rows() {`, `if rows != totals.Statistics.Rows() && !sabotaged("conservation") {`},
			{"db/recount.go", `	run, err := db.OpenRun(ctx, period)
`, `	if sabotaged("conservation") {
				again = nil
			}
			run, err := db.OpenRun(ctx, period)
`},
		},
		first: "2024-05-07", days: 1,
		faults: func(p *chaos.Plan) {
			p.Periods[0].Add(arrivesAt("DELETE FROM top_videos"), 1)
		},
	},
	{
		safety: "the close looks for what came after the check",
		edits: []edit{{"db/checked_rows.go", `	if newest < c.from {`,
			`	if newest < c.from || c.from > 0 && sabotaged("the close looks for what came after the check") {`}},
		first: "2024-05-07", days: 1,
		faults: func(p *chaos.Plan) {
			p.Periods[0].Add(arrivesAt("INSERT INTO daily_settlements"), 1)
		},
	},
	{
		safety: "closed is closed",
		edits: []edit{
			{"db/chain.go", `	if run.State == settlement.Closed {`, `	if run.State == settlement.Closed && !sabotaged("closed is closed") {`},
			{"db/runs.go", `	if run.State == settlement.Closed || run.Holder != holder.RunID {`,
				`	if run.State == settlement.Closed && !sabotaged("closed is closed") || run.Holder != holder.RunID {`},
			{"db/runs.go", `runVersion, settlement.Closed, holder.RunID)`,
				`runVersion, map[bool]settlement.RunState{false: settlement.Closed, true: "any"}[sabotaged("closed is closed")], holder.RunID)`},
		},
		first: "2024-05-07", days: 3,
		faults: func(p *chaos.Plan) { // not on the second day: the chain of days has a first day only once
			p.Periods[2].Add(&chaos.FaultKind{Name: "closed period reset to its start", Inject: (*chaos.Rig).RepeatClosed}, 5)
		},
	},
}
