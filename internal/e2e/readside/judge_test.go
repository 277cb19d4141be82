package readside

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/settlement"
)

// The instants of the judge's own tests, in seconds after some time.
func at(seconds float64) time.Time {
	return time.Unix(1_700_000_000, 0).Add(time.Duration(seconds * float64(time.Second)))
}

// newJudged is a judge of a day that closed from 100 to 101; replica 1 has it from
// 102 on.
func newJudged(failed ...*trouble) *judge {
	day := settlement.DailyPeriod(firstDay)
	return &judge{
		books: &books{}, troubles: &troubles{all: failed},
		presence: &presence{spans: map[replicaPeriod][]span{{0, day}: {{From: at(102)}}}},
		closes:   map[settlement.Period]*closing{day: {Period: day, Begun: at(100), Ended: at(101)}},
		shown:    map[settlement.Period]time.Time{day: at(100.5)}, tags: map[string]string{}, bodies: map[string]string{},
	}
}

// answered is an answer about the day that came within 10 ms.
func answered(begun float64, status int) *answer {
	return &answer{
		question: question{Path: settlements, Asker: theCreator, Creator: 1, Period: settlement.DailyPeriod(firstDay)},
		Way:      "balancer", Begun: at(begun), Ended: at(begun + 0.01), Status: status, RetryAfter: "1",
	}
}

// tagged is a judge that knows the tag of the answer.
func tagged() *judge {
	j := newJudged()
	j.tags[answered(0, 0).url()] = `"a"`
	return j
}

func with(a *answer, change func(*answer)) *answer {
	change(a)
	return a
}

func TestJudgeFindsWhatIsWrong(t *testing.T) {
	long := func(of string) *trouble { return &trouble{Of: of, Kind: "killed", From: at(190), To: at(210)} }
	everything := []*trouble{long(thePrimary), long(replicaName(0)), long(replicaName(1))}
	tag := func(sent, got string) func(*answer) { return func(a *answer) { a.Sent, a.Tag = sent, got } }
	for name, test := range map[string]struct {
		judge *judge
		of    *answer
		wrong string // empty if nothing is
	}{
		"409 before the close":                 {newJudged(), answered(99, 409), ""},
		"409 while it closes":                  {newJudged(), answered(100.2, 409), ""},
		"409 after a reader saw it closed":     {newJudged(), answered(100.8, 409), "409 about a period that a reader saw closed"},
		"409 after the close":                  {newJudged(), answered(150, 409), "409 about a period that closed"},
		"200 before the close":                 {newJudged(), answered(99, 200), "200 about a period that was not closed"},
		"200 without a tag":                    {newJudged(), answered(150, 200), "without an ETag"},
		"200 for who has it":                   {newJudged(), with(answered(150, 200), tag(`"a"`, `"a"`)), "200 for who has the answer"},
		"200 for who has it compressed":        {newJudged(), with(answered(150, 200), tag(`"a-gzip"`, `"a"`)), "200 for who has the answer"},
		"200 with another tag than before":     {tagged(), with(answered(150, 200), tag("", `"b"`)), "at other times"},
		"304":                                  {tagged(), with(answered(150, 304), tag(`"a"`, `"a"`)), ""},
		"304 for a compressed answer":          {tagged(), with(answered(150, 304), tag(`"a-gzip"`, `"a-gzip"`)), ""},
		"304 for the tag of another answer":    {tagged(), with(answered(150, 304), tag(`"b"`, `"b"`)), "never handed out"},
		"304 for a made-up tag":                {newJudged(), with(answered(150, 304), tag(neverHandedOut, neverHandedOut)), "never handed out"},
		"304 unasked":                          {newJudged(), answered(150, 304), "never handed out"},
		"404 for what is there":                {newJudged(), answered(150, 404), "404 for what is there"},
		"404 for somebody else's":              {newJudged(), with(answered(150, 404), func(a *answer) { a.Asker = otherCreator }), ""},
		"409 for somebody else's":              {newJudged(), with(answered(99, 409), func(a *answer) { a.Asker = otherCreator }), "is not 404"},
		"404 for a stranger":                   {newJudged(), with(answered(150, 404), func(a *answer) { a.Asker = stranger }), "a stranger is not refused"},
		"500":                                  {newJudged(), answered(150, 500), "no status that it may have"},
		"503 when all is well":                 {newJudged(), answered(200, 503), "503 while the primary was well"},
		"503 when all has failed":              {newJudged(everything...), answered(200, 503), ""},
		"503 soon after":                       {newJudged(everything...), answered(210+recovery.Seconds()-0.1, 503), ""},
		"503 long after":                       {newJudged(everything...), answered(210+recovery.Seconds()+0.1, 503), "503 while the primary was well"},
		"503 of an api that was frozen":        {newJudged(&trouble{Of: apiName(1), Kind: frozen, From: at(190), To: at(199)}), answered(200, 503), ""},
		"503 of a slow api":                    {newJudged(&trouble{Of: apiName(0), Kind: slow, From: at(199), To: at(199.5)}), answered(200, 503), ""},
		"503 while the primary was slow":       {newJudged(&trouble{Of: thePrimary, Kind: slow, From: at(199), To: at(199.5)}, long(replicaName(0)), long(replicaName(1))), answered(200, 503), ""},
		"503 without Retry-After":              {newJudged(everything...), with(answered(200, 503), func(a *answer) { a.RetryAfter = "" }), "without a Retry-After"},
		"503 while a replica had it":           {newJudged(long(thePrimary), long(replicaName(1))), answered(200, 503), "503 while replica 1 was well"},
		"503 while a replica that lags had it": {newJudged(long(thePrimary), long(replicaName(1)), &trouble{Of: replicaName(0), Kind: lagging, From: at(190), To: at(210)}), answered(200, 503), "503 while replica 1 was well"},
		"503 while a replica had it not":       {newJudged(long(thePrimary), long(replicaName(0))), answered(200, 503), ""},
		"503 for a list of a replica":          {newJudged(long(thePrimary)), with(answered(200, 503), listOf(idle)), "503 while replica 1 was well"},
		"503 for the list of nobody":           {newJudged(long(thePrimary)), with(answered(200, 503), listOf(idle+1)), ""},
		"too slow":                             {newJudged(everything...), with(answered(200, 503), func(a *answer) { a.Ended = at(201).Add(longest) }), "longer than"},
		"cut off":                              {newJudged(), with(answered(200, 0), func(a *answer) { a.Err = errors.New("EOF") }), "no answer while the api was well"},
		"cut off by a killed api":              {newJudged(long(apiName(0))), with(answered(200, 0), func(a *answer) { a.Way, a.Err = apiName(0), errors.New("EOF") }), ""},
		"502 with one api":                     {newJudged(long(apiName(0))), answered(200, http.StatusBadGateway), "no answer from the balancer"},
		"502 without any api":                  {newJudged(long(apiName(0)), long(apiName(1))), answered(200, http.StatusBadGateway), ""},
	} {
		t.Run(name, func(t *testing.T) {
			wrong, err := test.judge.judge(t.Context(), test.of)
			require.NoError(t, err)
			if test.wrong == "" {
				require.Empty(t, wrong)
			} else {
				require.Contains(t, wrong, test.wrong)
			}
		})
	}
}

// listOf makes it the list of a creator's statements, for an operator.
func listOf(creator int64) func(*answer) {
	return func(a *answer) { a.Path, a.Asker, a.Creator = statements, anOperator, creator }
}

func TestJudgeFindsRowsThatAreNotThoseOfTheBooks(t *testing.T) {
	lines, totals := part{field: "lines"}, part{field: "totals."}
	want := []string{`{"video_id":1,"video_amount":10}`}
	require.Empty(t, lines.differs([]byte(`{"lines":[{"video_id":1,"video_amount":10}]}`), want))
	require.Empty(t, totals.differs([]byte(`{"totals":{"video_amount":10,"videos":1,"video_id":1}}`), want), "may have more fields")
	for _, body := range []string{
		`{"lines":[{"video_id":1,"video_amount":11}]}`,
		`{"lines":[{"video_amount":10,"video_id":1}]}`,
		`{"lines":[{"video_id":1,"video_amount":10},{"video_id":2,"video_amount":10}]}`,
		`{"lines":[]}`, `{"lines":null}`, `{}`, `[]`,
	} {
		require.NotEmpty(t, lines.differs([]byte(body), want), body)
	}
	require.NotEmpty(t, totals.differs([]byte(`{"totals":{"video_id":1,"video_amount":11}}`), want))
	require.NotEmpty(t, totals.differs([]byte(`{"totals":{"video_id":1,"video_amount":10}}`), nil), "the books have nothing")
	require.NotEmpty(t, totals.differs([]byte(`{"totals":[{"video_id":1,"video_amount":10}]}`), nil), "the books have no row")
	require.Empty(t, totals.differs([]byte(`{"totals":[]}`), nil))

	shares, below := part{field: "views.shares"}, part{field: "rule.version."}
	require.Empty(t, shares.differs([]byte(`{"views":{"shares":[{"video_id":1,"video_amount":10}]}}`), want))
	require.NotEmpty(t, shares.differs([]byte(`{"views":{"shares":[{"video_id":1,"video_amount":11}]}}`), want))
	require.NotEmpty(t, shares.differs([]byte(`{"shares":[{"video_id":1,"video_amount":10}]}`), want))
	require.Empty(t, below.differs([]byte(`{"rule":{"version":{"video_id":1,"video_amount":10,"videos":1}}}`), want))
	require.NotEmpty(t, below.differs([]byte(`{"rule":{"version":{"video_id":1}}}`), want))
}

func TestAmountsOfAPageAreWholes(t *testing.T) {
	require.Equal(t, []string{"₩1,234", "-₩5", "₩12,686.9", "₩0"}, amounts.FindAllString("<td>₩1,234</td> -₩5, ₩12,686.9 → (₩0).", -1))
}

func TestPresence_AReplicaThatWentBackHasToBeSeenAgain(t *testing.T) {
	p, day := &presence{spans: map[replicaPeriod][]span{}}, settlement.DailyPeriod(firstDay)
	closed, asked := []settlement.Period{day}, time.Now()
	p.seen(0, closed, asked)
	first := time.Now()
	require.True(t, p.throughout(0, day, first, first))
	require.False(t, p.throughout(0, day, asked, first))
	p.lost(0)
	p.seen(0, closed, asked) // an answer from before
	require.False(t, p.throughout(0, day, first, time.Now()))
	p.seen(0, closed, time.Now())
	again := time.Now()
	require.True(t, p.throughout(0, day, again, again))
	require.False(t, p.throughout(0, day, first, again))
}
