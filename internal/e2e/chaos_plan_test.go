package e2e

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"creatorpay/internal/e2e/oracle"
	"creatorpay/internal/e2e/rig"
	"creatorpay/settlement"
)

// plannedFault strikes at the wait-th statement that fits, counted from the
// fault before it; 0 is the same statement as that one's.
type plannedFault struct {
	*faultKind
	wait   int
	random *rand.Rand
}

// plannedPeriod is one run and the faults that it is to meet.
type plannedPeriod struct {
	settlement.Period
	faults []*plannedFault
	mails  map[int64]string // mail faults by creator
	calm   bool             // nothing strikes, whatever is left

	titles, addresses map[int64]string // that videos and creators had when it began
}

func (p *plannedPeriod) isDay() bool { return p.Kind == settlement.Daily }

// plan is all that is decided before anything runs: the same seed gives the
// same one.
type plan struct {
	platform *oracle.Platform
	periods  []*plannedPeriod
}

// chaosCreators are more than one batch of mails.
const chaosCreators = 40

func newPlan(random *rand.Rand, first string, days, faults int) *plan {
	p := &plan{platform: busyDays(random, first, days), periods: periodsOf(rig.ToDay(first), days)}
	names := make([]string, 0, len(mailFaults)+len(faultKinds))
	for name := range mailFaults {
		names = append(names, name)
	}
	for _, kind := range faultKinds {
		names = append(names, kind.name)
	}
	slices.Sort(names) // maps have no order
	for planned := 0; planned < faults; planned += len(names) {
		random.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
		for _, name := range names[:min(len(names), faults-planned)] {
			p.add(random, name)
		}
	}
	return p
}

// periodsOf are the days, and each week and month behind its last day; then one
// more day, in peace, which pays what came late in the end.
func periodsOf(first settlement.Day, days int) (periods []*plannedPeriod) {
	for day := first; day < first+settlement.Day(days); day++ {
		periods = append(periods, &plannedPeriod{Period: settlement.DailyPeriod(day)})
		for _, longer := range []settlement.Period{day.Week(), day.Month()} {
			if longer.End() == day+1 {
				periods = append(periods, &plannedPeriod{Period: longer, mails: map[int64]string{}})
			}
		}
	}
	after := first + settlement.Day(days)
	return append(periods, &plannedPeriod{Period: settlement.DailyPeriod(after), calm: true})
}

// add gives the fault to a period.
func (p *plan) add(random *rand.Rand, name string) {
	if _, isMail := mailFaults[name]; isMail {
		week := p.pick(random, func(period *plannedPeriod) bool {
			return period.Kind == settlement.Weekly && len(period.mails) < chaosCreators
		})
		creator := 1 + random.Int64N(chaosCreators)
		for range min(mailFaults[name].creators, chaosCreators-len(week.mails)) {
			for week.mails[creator] != "" {
				creator = creator%chaosCreators + 1
			}
			week.mails[creator] = name
		}
		return
	}
	kind := faultKinds[slices.IndexFunc(faultKinds, func(kind *faultKind) bool { return kind.name == name })]
	period := p.pick(random, func(period *plannedPeriod) bool { return !kind.onlyDays || period.isDay() })
	period.faults = append(period.faults, newFault(kind, 1+random.IntN(kind.within), random.Uint64()))
	// Half of the workers that die are not waited for: an operator acts at once.
	if kind.losesWork && random.IntN(2) == 0 {
		period.faults = append(period.faults, newFault(operatorsAnswer, 0, random.Uint64()))
	}
}

// operatorsAnswer is what an operator does who does not wait until Temporal
// takes the activities of a lost worker for lost.
var operatorsAnswer = &faultKind{name: "run started again behind a lost worker", strike: (*chaos).terminateRun}

// newFault is a fault that strikes at the wait-th statement that fits.
func newFault(kind *faultKind, wait int, seed uint64) *plannedFault {
	return &plannedFault{faultKind: kind, wait: wait, random: rand.New(rand.NewPCG(seed, 0))}
}

func (p *plan) pick(random *rand.Rand, fits func(*plannedPeriod) bool) *plannedPeriod {
	var fitting []*plannedPeriod
	for _, period := range p.periods {
		if fits(period) && !period.calm {
			fitting = append(fitting, period)
		}
	}
	return fitting[random.IntN(len(fitting))]
}

const (
	chaosVideos    = 40
	chaosPlays     = 300 // a day
	chaosChunkRows = "45"

	milliseconds = 24 * 60 * 60 * 1000 // of a day
	aLittle      = 40_000              // milliseconds: more than the window of R3
)

// busyDays has plays of which many come back too soon, at times over midnight,
// of videos that are close below a tier.
func busyDays(random *rand.Rand, first string, days int) *oracle.Platform {
	p := oracle.NewPlatform("Asia/Seoul")
	for id := range int64(chaosVideos) {
		v := randomVideo(random, id+1)
		v.Creator = id%chaosCreators + 1 // each has one
		p.AddVideo(v)
	}
	midnight := p.Midnight(first)
	end := midnight.AddDate(0, 0, days)
	for len(p.Views) < chaosPlays*days {
		play := randomPlay(p, random, midnight.AddDate(0, 0, random.IntN(days)))
		if last := len(p.Views) - 1; last >= 0 && random.IntN(4) == 0 { // the same viewer comes back
			play.Video, play.Viewer = p.Views[last].Video, p.Views[last].Viewer
			play.At = p.Views[last].At.Add(time.Duration(random.IntN(aLittle)) * time.Millisecond)
		}
		if play.At.Before(end) {
			play.ID = int64(len(p.Views) + 1)
			p.Views = append(p.Views, play)
		}
	}
	return p
}

// randomVideo is often one that is close below a tier.
func randomVideo(random *rand.Rand, id int64) oracle.Video {
	return oracle.Video{
		ID: id, Creator: 1 + random.Int64N(chaosCreators), Title: fmt.Sprintf("영상 %d", id),
		OpeningViews:   max(0, rig.Pick[int64](random, 0, 100_000, 500_000)-random.Int64N(100)),
		OpeningAdViews: max(0, rig.Pick[int64](random, 0, 1_000_000)-random.Int64N(100)),
	}
}

// randomPlay is one on the day that begins at midnight, at times close to its
// end.
func randomPlay(p *oracle.Platform, random *rand.Rand, midnight time.Time) oracle.View {
	at := random.Int64N(milliseconds)
	if random.IntN(10) == 0 {
		at = milliseconds - 1 - random.Int64N(aLittle)
	}
	return oracle.View{
		Video: 1 + min(random.Int64N(chaosVideos), random.Int64N(chaosVideos)), Viewer: random.Int64N(chaosCreators + 10),
		At:      midnight.Add(time.Duration(at) * time.Millisecond),
		Seconds: uint32(random.IntN(600)), Ads: uint32(random.IntN(4)),
	}
}
