package e2e

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

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
	platform *platform
	periods  []*plannedPeriod
}

// chaosCreators are more than one batch of mails.
const chaosCreators = 40

func newPlan(random *rand.Rand, first string, days, faults int) *plan {
	p := &plan{platform: busyDays(random, first, days), periods: periodsOf(toDay(first), days)}
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
func busyDays(random *rand.Rand, first string, days int) *platform {
	p := newPlatform("Asia/Seoul")
	for id := range int64(chaosVideos) {
		v := randomVideo(random, id+1)
		v.creator = id%chaosCreators + 1 // each has one
		p.addVideo(v)
	}
	midnight, err := time.ParseInLocation(time.DateOnly, first, p.zone)
	if err != nil {
		panic(err)
	}
	end := midnight.AddDate(0, 0, days)
	for len(p.views) < chaosPlays*days {
		play := p.randomPlay(random, midnight.AddDate(0, 0, random.IntN(days)))
		if last := len(p.views) - 1; last >= 0 && random.IntN(4) == 0 { // the same viewer comes back
			play.video, play.viewer = p.views[last].video, p.views[last].viewer
			play.at = p.views[last].at.Add(time.Duration(random.IntN(aLittle)) * time.Millisecond)
		}
		if play.at.Before(end) {
			play.id = int64(len(p.views) + 1)
			p.views = append(p.views, play)
		}
	}
	return p
}

// randomVideo is often one that is close below a tier.
func randomVideo(random *rand.Rand, id int64) video {
	return video{
		id: id, creator: 1 + random.Int64N(chaosCreators), title: fmt.Sprintf("영상 %d", id),
		openingViews:   max(0, pick[int64](random, 0, 100_000, 500_000)-random.Int64N(100)),
		openingAdViews: max(0, pick[int64](random, 0, 1_000_000)-random.Int64N(100)),
	}
}

// randomPlay is one on the day that begins at midnight, at times close to its
// end.
func (p *platform) randomPlay(random *rand.Rand, midnight time.Time) view {
	at := random.Int64N(milliseconds)
	if random.IntN(10) == 0 {
		at = milliseconds - 1 - random.Int64N(aLittle)
	}
	return view{
		video: 1 + min(random.Int64N(chaosVideos), random.Int64N(chaosVideos)), viewer: random.Int64N(chaosCreators + 10),
		at:      midnight.Add(time.Duration(at) * time.Millisecond),
		seconds: uint32(random.IntN(600)), ads: uint32(random.IntN(4)),
	}
}
