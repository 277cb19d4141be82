package sabotage

import "creatorpay/internal/e2e/chaos"

// paymentSabotages take out what keeps payments from being settled twice, or not at
// all. The platform has payments with rows in several videos and on several days.
var paymentSabotages = []sabotage{
	{
		safety: "a payment in two videos is settled once",
		edits: []edit{{"db/contested_payments.go", `	if len(ids) == 0 {`,
			`	if len(ids) == 0 || sabotaged("a payment in two videos is settled once") {`}},
		first: "2024-05-07", days: 2,
		faults: func(*chaos.Plan) {},
	},
	{
		safety: "a payment is settled on one day",
		edits: []edit{{"db/known_payments.go", `	days, err := db.paymentDays(ctx, before, ids)`,
			`	days, err := db.paymentDays(ctx, before, ids)
			if sabotaged("a payment is settled on one day") {
				days = nil
			}`}},
		first: "2024-05-07", days: 2,
		faults: func(*chaos.Plan) {},
	},
	{
		safety: "conservation of payments",
		edits: []edit{
			{"db/closing_payments.go", `rows != counted {`, `rows != counted && !sabotaged("conservation of payments") {`},
			{"db/recount.go", `		again = slices.Concat(again, changed, lost)`, `		if sabotaged("conservation of payments") {
				changed = nil
			}
			again = slices.Concat(again, changed, lost)`},
		},
		first: "2024-05-07", days: 1,
		faults: func(p *chaos.Plan) {
			p.Periods[0].Add(&chaos.FaultKind{Name: "payments arrived at the Top 5", At: "DELETE FROM top_videos", Inject: (*chaos.Rig).PaymentsArrive}, 1)
		},
	},
	{
		safety: "late payments are collected",
		edits:  []edit{{"db/collect_late.go", `	if !settles {`, `	if !settles || sabotaged("late payments are collected") {`}},
		first:  "2024-05-07", days: 2,
		faults: func(p *chaos.Plan) {
			p.Periods[1].Add(&chaos.FaultKind{Name: "late payments arrived at the beginning", At: chaos.Beginning, Inject: (*chaos.Rig).LatePaymentsArrive}, 1)
		},
	},
	{
		safety: "payments of dropped days are known",
		edits: []edit{{"db/daylog/drop.go", `	if l.keep != nil {`,
			`	if l.keep != nil && !sabotaged("payments of dropped days are known") {`}},
		first: "2024-05-07", days: 4,
		faults: func(p *chaos.Plan) { // the third day has no payments of its own
			p.Periods[2].Add(&chaos.FaultKind{Name: "first day dropped at the beginning", At: chaos.Beginning, Inject: (*chaos.Rig).DropFirst}, 1)
		},
	},
}
