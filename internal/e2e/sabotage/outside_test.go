package sabotage

import "creatorpay/internal/e2e/chaos"

// outsideSabotages take out what keeps a run right whatever is done to its rows,
// its catalogue and its servers from outside.
var outsideSabotages = []sabotage{
	{
		safety: "counted videos keep their creators",
		edits: []edit{
			{"db/owners.go", `	for _, of := range tables {`,
				`	if sabotaged("counted videos keep their creators") {
				return nil
			}
			for _, of := range tables {`},
			{"db/settlements.go", `if video.Owner != video.CreatorID {`,
				`if video.Owner != video.CreatorID && !sabotaged("counted videos keep their creators") {`},
		},
		first: "2024-05-07", days: 1,
		faults: func(p *chaos.Plan) {
			p.Periods[0].Add(&chaos.FaultKind{Name: "catalogue imported at the Top 5", At: "DELETE FROM top_videos", Inject: (*chaos.Rig).ImportCatalogue}, 1)
		},
	},
	{
		safety: "late views are collected",
		edits:  []edit{{"db/collect_late.go", `		case came:`, `		case came && !sabotaged("late views are collected"):`}},
		first:  "2024-05-07", days: 2,
		faults: func(p *chaos.Plan) {
			p.Periods[1].Add(&chaos.FaultKind{Name: "late rows arrived at the beginning", At: chaos.Beginning, Inject: (*chaos.Rig).LateRowsArrive}, 1)
		},
	},
	{
		safety: "a session sets what it needs",
		edits: []edit{{"db/server/session.go", `	for _, statement := range c.statements {`,
			`	for _, statement := range c.statements {
			if sabotaged("a session sets what it needs") {
				break
			}`}},
		first: "2024-05-07", days: 1,
		faults: func(p *chaos.Plan) {
			p.Periods[0].Add(&chaos.FaultKind{Name: "catalogue imported", At: chaos.Beginning, Inject: (*chaos.Rig).ImportCatalogue}, 1)
		},
		session: map[string]string{"charset": "latin1"},
	},
	{
		safety: "a workflow's input is checked",
		edits: []edit{
			{"workflows/validate.go", `	given := workflow.GetInfo(ctx).WorkflowExecution.ID`,
				`	if sabotaged("a workflow's input is checked") {
				return nil
			}
			given := workflow.GetInfo(ctx).WorkflowExecution.ID`},
			{"activities/fence.go", `	if err := period.Validate(); err != nil {`,
				`	if err := period.Validate(); err != nil && !sabotaged("a workflow's input is checked") {`},
			{"db/periods.go", `	if err := period.Validate(); err != nil {`,
				`	if err := period.Validate(); err != nil && !sabotaged("a workflow's input is checked") {`},
		},
		first: "2024-05-08", days: 2,
		faults: func(p *chaos.Plan) { // the week from Thursday ends with the first day
			p.Periods[1].Add(&chaos.FaultKind{Name: "week started from a Thursday", Inject: (*chaos.Rig).StartOddWeek}, 1)
		},
		unchecked: []string{"runs", "run_chunks", "top_videos", "period_videos", "statements", "deliveries"},
	},
	{
		safety: "days are kept until the late rows of theirs are judged",
		edits: []edit{
			{"db/retention.go", `	if len(first) == 0 {`, `	if len(first) == 0 || sabotaged("days are kept until the late rows of theirs are judged") {`},
			{"db/daylog/description.go", `	if rows.LateFrom == 0 {`,
				`	if rows.LateFrom == 0 || sabotaged("days are kept until the late rows of theirs are judged") {`},
		},
		first: "2024-05-07", days: 3,
		faults: func(p *chaos.Plan) {
			p.Periods[2].Add(&chaos.FaultKind{Name: "repeats of the first day arrived", At: chaos.Beginning, Inject: (*chaos.Rig).RepeatsArrive}, 1)
			p.Periods[2].Add(&chaos.FaultKind{Name: "first day dropped", At: "INSERT INTO run_chunks", Inject: (*chaos.Rig).DropFirst}, 1)
		},
	},
}
