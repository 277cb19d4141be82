package settlement

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Late plays of the tests are posted two days after the day of dayStart.
const (
	originDay  Day = 19852 // 2024-05-09
	postingDay     = originDay + 2
)

// lateAt is a late play of the viewer, so long after the origin day's start.
func lateAt(afterStart time.Duration, postedOn Day, verdict Verdict) LatePlay {
	return LatePlay{Play: playAt(afterStart), PostedOn: postedOn, Verdict: verdict}
}

// pairDay is a day of the pair, so many days after the origin day.
func pairDay(offset int, onTime []Play, late ...LatePlay) PairDay {
	return PairDay{
		Day: originDay + Day(offset), Start: dayStart.Add(time.Duration(offset) * dayLength), Window: DefaultRepeatWindow,
		OnTime: onTime, Late: late,
	}
}

func TestLate_Verdict(t *testing.T) {
	const (
		w   = DefaultRepeatWindow
		ms  = time.Millisecond
		day = dayLength
	)
	mine := func(after time.Duration) LatePlay { return lateAt(after, postingDay, unjudged) }
	onTime := func(after ...time.Duration) (plays []Play) {
		for _, at := range after {
			plays = append(plays, playAt(at))
		}
		return plays
	}
	tests := []struct {
		rule string
		days []PairDay
		want []Verdict // on the plays that postingDay posts
	}{
		{"a late play alone counts", []PairDay{pairDay(0, nil, mine(noon))}, []Verdict{Counts}},
		{"less than 30 s after a play on time it is a repeat", []PairDay{pairDay(0, onTime(noon), mine(noon+w-ms))}, []Verdict{Repeat}},
		{"exactly 30 s after one it counts", []PairDay{pairDay(0, onTime(noon), mine(noon+w))}, []Verdict{Counts}},
		{"less than 30 s before one that counted it is a repeat", []PairDay{pairDay(0, onTime(noon), mine(noon-w+ms))}, []Verdict{Repeat}},
		{"exactly 30 s before one that counted it counts", []PairDay{pairDay(0, onTime(noon), mine(noon-w))}, []Verdict{Counts}},
		{
			"less than 30 s after a repeat it is a repeat",
			[]PairDay{pairDay(0, onTime(noon, noon+20*time.Second), mine(noon+40*time.Second))}, []Verdict{Repeat},
		},
		{
			"a chain of one posting counts once",
			[]PairDay{pairDay(0, nil, mine(noon), mine(noon+20*time.Second), mine(noon+40*time.Second))}, []Verdict{Counts, Repeat, Repeat},
		},
		{
			"less than 30 s before a late one that an earlier day counted it is a repeat",
			[]PairDay{pairDay(0, nil, mine(noon), lateAt(noon+w-ms, postingDay-1, Counts))}, []Verdict{Repeat},
		},
		{
			"less than 30 s before a late one that an earlier day left out it counts",
			[]PairDay{pairDay(0, nil, mine(noon), lateAt(noon+w-ms, postingDay-1, Repeat))}, []Verdict{Counts},
		},
		{
			"less than 30 s after a late one that an earlier day left out it is a repeat",
			[]PairDay{pairDay(0, nil, lateAt(noon, postingDay-1, Repeat), mine(noon+w-ms))}, []Verdict{Repeat},
		},
		{"a play on the day before is looked at", []PairDay{pairDay(-1, onTime(-10*time.Second)), pairDay(0, nil, mine(19*time.Second))}, []Verdict{Repeat}},
		{"a play on the day after is looked at", []PairDay{pairDay(0, nil, mine(day-10*time.Second)), pairDay(1, onTime(day+19*time.Second))}, []Verdict{Repeat}},
		{
			"a play on the day after that is a repeat across midnight does not keep it from counting",
			[]PairDay{pairDay(0, onTime(day-25*time.Second), mine(day-60*time.Second)), pairDay(1, onTime(day))}, []Verdict{Counts},
		},
		{
			"a play of the posting day just after it is a repeat, since it knew the late one",
			[]PairDay{pairDay(1, nil, mine(2*day-10*time.Second)), pairDay(2, onTime(2*day+10*time.Second))}, []Verdict{Counts},
		},
		{
			"a play of an earlier day just after it counted, since it did not know the late one",
			[]PairDay{pairDay(0, nil, mine(day-10*time.Second)), pairDay(1, onTime(day+10*time.Second))}, []Verdict{Repeat},
		},
	}
	for _, test := range tests {
		t.Run(test.rule, func(t *testing.T) {
			JudgeLate(test.days, postingDay, w, creator)
			require.Equal(t, test.want, verdictsOf(test.days, postingDay))
		})
	}
}

// verdictsOf are the verdicts on what the day posts.
func verdictsOf(days []PairDay, posting Day) (verdicts []Verdict) {
	for _, day := range days {
		for _, late := range day.Late {
			if late.PostedOn == posting {
				verdicts = append(verdicts, late.Verdict)
			}
		}
	}
	return verdicts
}

func TestLate_EqualStartsAreOrderedByViewID(t *testing.T) {
	smaller, greater := lateAt(noon, postingDay, unjudged), lateAt(noon, postingDay, unjudged)
	smaller.ViewID, greater.ViewID = 1, 2
	days := []PairDay{pairDay(0, nil, greater, smaller)}

	JudgeLate(days, postingDay, DefaultRepeatWindow, creator)

	require.Equal(t, []Verdict{Repeat, Counts}, verdictsOf(days, postingDay))
}

func TestLate_OfPlaysAtMidnightThoseOfTheDayBeforeComeFirst(t *testing.T) {
	before, after := lateAt(dayLength, postingDay, unjudged), lateAt(dayLength, postingDay, unjudged)
	before.ViewID, after.ViewID = 2, 1
	days := []PairDay{pairDay(0, nil, before), pairDay(1, nil, after)}

	JudgeLate(days, postingDay, DefaultRepeatWindow, creator)

	require.Equal(t, []Verdict{Counts, Repeat}, verdictsOf(days, postingDay))
}

func TestR2_ALatePlayByTheCreatorIsASelfView(t *testing.T) {
	days := []PairDay{pairDay(0, []Play{playBy(creator, noon)}, LatePlay{Play: playBy(creator, noon+time.Second), PostedOn: postingDay})}

	JudgeLate(days, postingDay, DefaultRepeatWindow, creator)

	require.Equal(t, []Verdict{Self}, verdictsOf(days, postingDay))
}

func TestR3_ALatePlayOfAnAnonymousViewerCounts(t *testing.T) {
	days := []PairDay{pairDay(0, []Play{playBy(Anonymous, noon)}, LatePlay{Play: playBy(Anonymous, noon), PostedOn: postingDay})}

	JudgeLate(days, postingDay, DefaultRepeatWindow, creator)

	require.Equal(t, []Verdict{Counts}, verdictsOf(days, postingDay))
}

func TestLate_VerdictsOfEarlierPostingsNeverChange(t *testing.T) {
	days := []PairDay{pairDay(0, nil, lateAt(noon, postingDay-1, Counts), lateAt(noon+time.Second, postingDay-1, Counts))}

	JudgeLate(days, postingDay, DefaultRepeatWindow, creator)

	require.Equal(t, []Verdict{Counts, Counts}, verdictsOf(days, postingDay-1))
}
