package workflows

import (
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/workflow"

	"creatorpay/settlement"
)

// Commands are what people type to act on a run. The program that runs the
// workflows knows them; the workflows only show them, in the Temporal UI and in
// failures.
type Commands struct {
	Retry      func(period settlement.Period) string // lets a run that ended go on
	SendMails  func(week settlement.Period) string   // sends the mails that are still to be sent
	MailStatus func(week settlement.Period) string   // shows what became of the mails
	Verify     func(day settlement.Day) string       // shows which rows of a closed day differ
}

// inWords stand where the program names no commands, as in a replay.
var inWords = Commands{
	Retry:      func(period settlement.Period) string { return "retry the run of " + period.String() },
	SendMails:  func(week settlement.Period) string { return "send the mails of " + week.String() },
	MailStatus: func(week settlement.Period) string { return "the status of the mails of " + week.String() },
	Verify:     func(day settlement.Day) string { return "the verification of " + day.String() },
}

type commandsKey struct{}

func commandsOf(ctx workflow.Context) Commands {
	if commands, named := ctx.Value(commandsKey{}).(Commands); named {
		return commands
	}
	return inWords
}

// ShowCommands makes a worker's workflows show these commands.
func ShowCommands(commands Commands) interceptor.WorkerInterceptor {
	return &commandShower{commands: commands}
}

type commandShower struct {
	interceptor.WorkerInterceptorBase
	commands Commands
}

// InterceptWorkflow is called by the SDK for each workflow run.
func (s *commandShower) InterceptWorkflow(_ workflow.Context, next interceptor.WorkflowInboundInterceptor) interceptor.WorkflowInboundInterceptor {
	return &commandedWorkflow{interceptor.WorkflowInboundInterceptorBase{Next: next}, s.commands}
}

type commandedWorkflow struct {
	interceptor.WorkflowInboundInterceptorBase
	commands Commands
}

// ExecuteWorkflow runs the workflow.
func (w *commandedWorkflow) ExecuteWorkflow(ctx workflow.Context, in *interceptor.ExecuteWorkflowInput) (any, error) {
	return w.Next.ExecuteWorkflow(workflow.WithValue(ctx, commandsKey{}, w.commands), in)
}
