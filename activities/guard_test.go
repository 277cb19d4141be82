package activities

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/testsuite"

	"creatorpay/settlement"
)

// Without a run nothing holds the period: no activity may so much as look.
func TestGuard_RefusesAStepThatSomebodyStartedByItself(t *testing.T) {
	var suite testsuite.WorkflowTestSuite
	env := newEnvironment(&suite)
	env.SetExecuteActivitiesInWorkflow(false)
	var a *Activities // that none of it is used
	var m *Mailing
	env.RegisterActivity(a)
	env.RegisterActivity(m)
	for name, step := range map[string]struct{ activity, input any }{
		"BeginDay":  {a.BeginDay, BeginDayInput{Day: day}},
		"MakeRoom":  {a.MakeRoom, DayInput{Day: day}},
		"SendMails": {m.SendMails, SendMailsInput{Week: settlement.DailyPeriod(day), Creators: settlement.AllCreators}},
	} {
		_, err := env.ExecuteActivity(step.activity, step.input)
		requireFinal(t, TypeRefused, err)
		require.ErrorContains(t, err, name+" is a step of a run and was not done")
	}
}
