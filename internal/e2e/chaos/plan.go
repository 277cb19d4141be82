package chaos

import (
	"math/rand/v2"
	"slices"

	"creatorpay/internal/e2e/oracle"
	"creatorpay/internal/e2e/rig"
	"creatorpay/settlement"
)

// plannedFault is injected at the wait-th statement that fits, counted from the
// fault before it; 0 is the same statement as that one's.
type plannedFault struct {
	*FaultKind
	wait   int
	random *rand.Rand
}

// PlannedPeriod is one run and the faults that it is to meet.
type PlannedPeriod struct {
	settlement.Period
	faults   []*plannedFault
	Mails    map[int64]string // mail faults by creator
	NoFaults bool             // none is injected, whatever is left

	titles, addresses map[int64]string // that videos and creators had when it began
}

// IsDay tells whether the period is a day.
func (p *PlannedPeriod) IsDay() bool { return p.Kind == settlement.Daily }

// Plan is all that is decided before anything runs: the same seed gives the
// same one.
type Plan struct {
	platform *oracle.Platform
	cashBook *cashBook
	Periods  []*PlannedPeriod
}

// creatorCount are more than one batch of mails.
const creatorCount = 40

// NewPlan plans the days from the first on and as many faults, of all kinds that any
// system has and of those that this one has, too.
func NewPlan(random *rand.Rand, first string, days, faults int, more ...*FaultKind) *Plan {
	kinds := slices.Concat(faultKinds, more)
	platform := busyDays(random, first, days)
	p := &Plan{platform: platform, cashBook: openCashBook(random, platform, first, days), Periods: periodsOf(rig.ToDay(first), days)}
	names := make([]string, 0, len(mailFaults)+len(kinds))
	for name := range mailFaults {
		names = append(names, name)
	}
	for _, kind := range kinds {
		names = append(names, kind.Name)
	}
	slices.Sort(names) // maps have no order
	for planned := 0; planned < faults; planned += len(names) {
		random.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
		for _, name := range names[:min(len(names), faults-planned)] {
			p.add(random, kinds, name)
		}
	}
	return p
}

// periodsOf are the days, and each week and month behind its last day; then one
// more day, in peace, which pays what came late in the end.
func periodsOf(first settlement.Day, days int) (periods []*PlannedPeriod) {
	for day := first; day < first+settlement.Day(days); day++ {
		periods = append(periods, &PlannedPeriod{Period: settlement.DailyPeriod(day)})
		for _, longer := range []settlement.Period{day.Week(), day.Month()} {
			if longer.End() == day+1 {
				periods = append(periods, &PlannedPeriod{Period: longer, Mails: map[int64]string{}})
			}
		}
	}
	after := first + settlement.Day(days)
	return append(periods, &PlannedPeriod{Period: settlement.DailyPeriod(after), NoFaults: true})
}

// add gives the fault, one of the mail server or of the kinds, to a period.
func (p *Plan) add(random *rand.Rand, kinds []*FaultKind, name string) {
	if _, isMail := mailFaults[name]; isMail {
		week := p.pick(random, func(period *PlannedPeriod) bool {
			return period.Kind == settlement.Weekly && len(period.Mails) < creatorCount
		})
		creator := 1 + random.Int64N(creatorCount)
		for range min(mailFaults[name].creators, creatorCount-len(week.Mails)) {
			for week.Mails[creator] != "" {
				creator = creator%creatorCount + 1
			}
			week.Mails[creator] = name
		}
		return
	}
	kind := kinds[slices.IndexFunc(kinds, func(kind *FaultKind) bool { return kind.Name == name })]
	period := p.pick(random, func(period *PlannedPeriod) bool { return !kind.onlyDays || period.IsDay() })
	period.faults = append(period.faults, newFault(kind, 1+random.IntN(kind.within), random.Uint64()))
	// Half of the workers that die are not waited for: an operator acts at once.
	if kind.losesWork && random.IntN(2) == 0 {
		period.faults = append(period.faults, newFault(operatorsAnswer, 0, random.Uint64()))
	}
}

// operatorsAnswer is what an operator does who does not wait until Temporal
// takes the activities of a lost worker for lost.
var operatorsAnswer = &FaultKind{Name: "run started again behind a lost worker", Inject: (*Rig).terminateRun}

// newFault is a fault that is injected at the wait-th statement that fits.
func newFault(kind *FaultKind, wait int, seed uint64) *plannedFault {
	return &plannedFault{FaultKind: kind, wait: wait, random: rand.New(rand.NewPCG(seed, 0))}
}

func (p *Plan) pick(random *rand.Rand, fits func(*PlannedPeriod) bool) *PlannedPeriod {
	var fitting []*PlannedPeriod
	for _, period := range p.Periods {
		if fits(period) && !period.NoFaults {
			fitting = append(fitting, period)
		}
	}
	if len(fitting) == 0 {
		panic("no period is left that could meet the fault: plan more days or fewer faults")
	}
	return fitting[random.IntN(len(fitting))]
}

// Week is the first week that is planned.
func (p *Plan) Week() *PlannedPeriod {
	for _, period := range p.Periods {
		if period.Mails != nil {
			return period
		}
	}
	panic("no week is planned")
}

// Add adds a fault that is injected at the wait-th statement that fits.
func (p *PlannedPeriod) Add(kind *FaultKind, wait int) {
	p.faults = append(p.faults, newFault(kind, wait, uint64(len(p.faults))))
}
