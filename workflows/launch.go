package workflows

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"creatorpay/activities"
	"creatorpay/settlement"
)

// Launch runs periods one after the other, each as a child with the period's
// own workflow ID, and waits for them. A run that fails does not keep the next
// from starting: a day that needs the failed one waits for it and goes on when
// that is closed, whoever repaired it. In the end the launch fails if a period
// is not closed, naming each, which pauses the schedule that started it; but for one before
// the first day that is settled, of which a schedule knows nothing.
func Launch(ctx workflow.Context, input LaunchInput) (LaunchResult, error) {
	bySchedule := input.First == 0
	input, err := input.admitted(ctx)
	if err != nil {
		return LaunchResult{}, err
	}
	l := &launch{input: input, bySchedule: bySchedule, progress: LaunchProgress{LaunchResult: input.Before}}
	if err := workflow.SetQueryHandlerWithOptions(ctx, ProgressQuery,
		func() (LaunchProgress, error) { return l.progress, nil },
		workflow.QueryHandlerOptions{Description: "Which period is running, and how many are done and left."}); err != nil {
		return LaunchResult{}, err
	}
	err = l.do(ctx)
	return l.progress.LaunchResult, err
}

// admitted is the input with its periods named, unless something is wrong with it.
func (i LaunchInput) admitted(ctx workflow.Context) (LaunchInput, error) {
	due, scheduled := workflow.GetTypedSearchAttributes(ctx).GetTime(DueTime)
	problem := errors.Join(i.Validate(), onlyContinued(ctx, i))
	if problem == nil && i.First == 0 {
		i, problem = i.named(due, scheduled)
	}
	id := workflow.GetInfo(ctx).WorkflowExecution.ID
	if bySchedule := scheduled && strings.HasPrefix(id, LaunchPrefix(i.Kind)+"-"); problem == nil && !bySchedule {
		periods := i.periods()
		id = LaunchID(periods[0], periods[len(periods)-1])
	}
	return i, admit(ctx, problem, id)
}

// named is a schedule's input with the period that ended last before it was due.
func (i LaunchInput) named(due time.Time, scheduled bool) (LaunchInput, error) {
	if !scheduled {
		return i, settlement.Invalid("no schedule started this launch and it names no periods: give it first and last")
	}
	calendar, err := settlement.NewCalendar(i.Zone)
	if err != nil {
		return i, err
	}
	period, err := calendar.LastEnded(i.Kind, due)
	if err != nil {
		return i, err
	}
	i.First, i.Last = period.Start, period.Start
	return i, i.Validate()
}

// periods are those of a valid input that names them.
func (i LaunchInput) periods() []settlement.Period {
	periods, _ := settlement.Periods(i.Kind, i.First, i.Last)
	return periods
}

type launch struct {
	input      LaunchInput
	bySchedule bool // which names no periods
	progress   LaunchProgress
}

func (l *launch) do(ctx workflow.Context) error {
	open, err := l.openPeriods(ctx)
	if err != nil {
		return err
	}
	if l.input.From == 0 {
		l.progress.ClosedAlready = len(l.input.periods()) - len(open)
	}
	open = slices.DeleteFunc(open, func(period activities.OpenPeriod) bool { return period.Start < l.input.From })
	for i, one := range open {
		period := one.Period
		if i > 0 && workflow.GetInfo(ctx).GetContinueAsNewSuggested() {
			next := l.input
			next.From, next.Before = period.Start, l.progress.LaunchResult
			return workflow.NewContinueAsNewError(ctx, Launch, next)
		}
		l.progress.Running, l.progress.Left = &period, len(open)-i
		l.show(ctx)
		err := l.run(ctx, period)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if l.bySchedule && isBeforeFirst(err) {
			l.progress.BeforeFirst = true
			break
		}
		if err != nil {
			l.progress.Failed = append(l.progress.Failed, FailedPeriod{Period: period, Cause: Cause(err), AfterClose: ofMails(err)})
		} else {
			l.progress.Closed++
		}
	}
	l.progress.Running, l.progress.Left = nil, 0
	l.show(ctx)
	if l.progress.BeforeFirst { // no reason to pause the schedule
		return nil
	}
	return l.check(ctx)
}

// openPeriods asks the book of runs which periods of the whole range are not
// closed, however long the database is away: its runs wait for it as well, and a launch that fails pauses its schedule.
func (l *launch) openPeriods(ctx workflow.Context) ([]activities.OpenPeriod, error) {
	var periods activities.OpenPeriodsResult
	err := workflow.ExecuteActivity(withOptions(ctx, retryForever, "open periods"), a.OpenPeriods,
		activities.OpenPeriodsInput{Kind: l.input.Kind, First: l.input.First, Last: l.input.Last}).Get(ctx, &periods)
	return periods.Open, err
}

// run starts the period's run, unless it is going or has finished already, and
// waits until it has ended. Two things are waited for, and what comes first
// counts: the child's own word, which comes at once; and the book of runs, which
// also knows of a run that somebody else started, that was reset, or that ended
// while this launch was closed and reset.
func (l *launch) run(ctx workflow.Context, period settlement.Period) (err error) {
	child := startRun(ctx, period)
	var runsAlready *temporal.ChildWorkflowExecutionAlreadyStartedError
	if err := child.GetChildWorkflowExecution().Get(ctx, nil); err != nil && !errors.As(err, &runsAlready) {
		return err
	}
	ctx, stop := workflow.WithCancel(ctx)
	defer stop()
	watch := awaitRun(ctx, period)
	decided := false
	either := workflow.NewSelector(ctx).
		AddFuture(child, func(f workflow.Future) {
			err = f.Get(ctx, nil)
			var terminated *temporal.TerminatedError // as a run is that is reset
			decided = !errors.As(err, &runsAlready) && !errors.As(err, &terminated) || ctx.Err() != nil
		}).
		AddFuture(watch, func(f workflow.Future) {
			err = f.Get(ctx, nil)
			decided = ctx.Err() == nil || child.IsReady() // who is cancelled waits for its run to stop
		})
	for !decided {
		either.Select(ctx)
	}
	return err
}

// awaitRun waits for the period's run by the book of runs and by Temporal's word.
func awaitRun(ctx workflow.Context, period settlement.Period) workflow.Future {
	return workflow.ExecuteActivity(withOptions(ctx, retryForever, "wait for "+period.String()), a.AwaitRun,
		activities.AwaitRunInput{Period: period, WorkflowID: ID(period)})
}

// startRun starts the period's run as a child that outlives this launch: what
// ends a launch is no reason to stop settling. But who cancels it means the run.
func startRun(ctx workflow.Context, period settlement.Period) workflow.ChildWorkflowFuture {
	ctx = workflow.WithChildOptions(ctx, workflow.ChildWorkflowOptions{
		WorkflowID:            ID(period),
		WorkflowIDReusePolicy: enums.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE_FAILED_ONLY,
		ParentClosePolicy:     enums.PARENT_CLOSE_POLICY_ABANDON,
		WaitForCancellation:   true,
		StaticSummary:         Summary(period),
	})
	switch period.Kind {
	case settlement.Weekly:
		return workflow.ExecuteChildWorkflow(ctx, Weekly, PeriodInput{Period: period, Wait: true})
	case settlement.Monthly:
		return workflow.ExecuteChildWorkflow(ctx, Monthly, PeriodInput{Period: period, Wait: true})
	default:
		return workflow.ExecuteChildWorkflow(ctx, Daily, DailyInput{Day: period.Start, Wait: true})
	}
}

// isBeforeFirst tells whether a run was refused since its period lies before all that
// is settled here.
func isBeforeFirst(err error) bool {
	var failure *temporal.ApplicationError
	return errors.As(err, &failure) && failure.Type() == activities.TypeBeforeFirst
}

// ofMails tells whether a week failed after its close.
func ofMails(err error) bool {
	var failure *temporal.ApplicationError
	return errors.As(err, &failure) &&
		(failure.Type() == activities.TypeMails || failure.Type() == activities.TypeMailSettings)
}

// periodsNamed is how many failed periods an error names.
const periodsNamed = 20

// check fails if a period of the whole range is not closed, whichever run of the
// launch came by it, or if its mails failed. A run that failed and was repaired
// since is forgiven.
func (l *launch) check(ctx workflow.Context) error {
	open, err := l.openPeriods(ctx)
	if err != nil {
		return err
	}
	why := make(map[settlement.Period]string, len(open))
	for _, one := range open {
		why[one.Period] = one.State.Describe()
	}
	for _, failed := range l.progress.Failed {
		_, isOpen := why[failed.Period]
		switch {
		case isOpen || failed.AfterClose:
			why[failed.Period] = failed.Cause
		case failed.Kind == settlement.Weekly: // it may have closed before it failed, and have mails left
			err := awaitRun(ctx, failed.Period).Get(ctx, nil)
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if err != nil {
				why[failed.Period] = Cause(err)
			}
		}
	}
	var causes []string
	periods := l.input.periods()
	for i := 0; i < len(periods); i++ {
		first := periods[i]
		cause, bad := why[first]
		if !bad {
			continue
		}
		for i+1 < len(periods) && why[periods[i+1]] == cause {
			i++
		}
		causes = append(causes, settlement.Span(first, periods[i])+": "+cause)
	}
	if len(causes) == 0 {
		return nil
	}
	more := ""
	if len(causes) > periodsNamed {
		more = fmt.Sprintf("; and %d more", len(causes)-periodsNamed)
		causes = causes[:periodsNamed]
	}
	return temporal.NewNonRetryableApplicationError(strings.Join(causes, "; ")+more, activities.TypePeriods, nil)
}

// show tells the Temporal UI how far the launch is.
func (l *launch) show(ctx workflow.Context) {
	now, notes := "none", ""
	if l.progress.BeforeFirst {
		notes = "\nThe period lies before the first day that is settled here: there was nothing to do.\n"
	}
	if l.progress.Running != nil {
		now = ID(*l.progress.Running)
	}
	for _, failed := range l.progress.Failed {
		notes += fmt.Sprintf("\n**%s failed**: %s\n", failed.Period, failed.Cause)
	}
	workflow.SetCurrentDetails(ctx, fmt.Sprintf(`| running | closed | were closed already | failed | left |
|---|---:|---:|---:|---:|
| %s | %d | %d | %d | %d |
%s`, now, l.progress.Closed, l.progress.ClosedAlready, len(l.progress.Failed), l.progress.Left, notes))
}
