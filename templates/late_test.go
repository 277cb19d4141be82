package templates

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/settlement"
	"creatorpay/templates/pdf"
)

// lateLine is a video with three counted views of the week and, paid in it, two
// of 28 April; the late views of 29 April did not count.
func lateLine() Line {
	const april28 = 19841
	return Line{
		VideoID: 7, Statistics: settlement.Statistics{Views: 3, PlayedSeconds: 180, AdViews: 6, RepeatViews: 1},
		Late: []LateViews{
			{
				WatchedOn: april28, PaidOn: april28 + 9, Statistics: settlement.Statistics{Views: 2, PlayedSeconds: 60, AdViews: 1},
				Amounts: settlement.Amounts{VideoAmount: 2, AdAmount: 10},
			},
			{WatchedOn: april28 + 1, PaidOn: april28 + 9, Statistics: settlement.Statistics{SelfViews: 4, RepeatViews: 5}},
		},
		Earnings: settlement.Earnings{VideoOrdinals: settlement.VideoOrdinals{ViewsTo: 5, AdViewsTo: 7}, Amounts: settlement.Amounts{VideoAmount: 5, AdAmount: 70}},
	}
}

func TestVideoShowsFromWhichDaysItsLateViewsAre(t *testing.T) {
	figures := []string{"2", "0:01:00", "1", "₩2", "₩10"}
	for locale, days := range map[string]string{
		English: "Late: watched 28 April 2024, paid with 7 May", Korean: "지연 시청: 2024년 4월 28일 시청, 5월 7일 수익에 반영",
	} {
		parts := newLetter(documentFont(t), sample(locale, 0), "").lateParts(lateLine())
		require.Equal(t, [][]string{append([]string{days}, figures...)}, parts)
	}
}

func TestFiguresOfAVideoIncludeItsLateViews(t *testing.T) {
	s := sample(English, 0)
	s.Lines = []Line{lateLine()}

	videos := newLetter(documentFont(t), s, "").videoTable()

	require.Equal(t, []string{"Video 7", "5", "0:04:00", "7", "₩5", "₩70"}, videos.rows[0].cells)
	require.Equal(t, "· Left out: 4 self, 6 repeat", videos.rows[0].details[len(videos.rows[0].details)-1])
	require.Equal(t, videos.rows[0].cells[1:], videos.total[1:])
}

func TestLateViewsThatGoOnOverThePageNameTheirVideoAgain(t *testing.T) {
	s := withLate(sample(Korean, 1), 31)
	s.Lines[0].Title = "a video"

	pages := layOutPayout(documentFont(t), s).pages

	late := func(text string) bool { return strings.HasPrefix(text, "지연 시청:") }
	for i, page := range pages[:2] {
		words := texts(page)
		require.True(t, slices.ContainsFunc(words, late), "page %d", i+1)
		require.Contains(t, words, "a video")
		require.Contains(t, words, korean.video)
	}
}

func TestLateViewsAreExplainedOnlyWhereThereAreSome(t *testing.T) {
	for _, locale := range []string{Korean, English} {
		words := func(s *Statement) (all string) {
			for _, layOut := range []func(*pdf.Font, *Statement) *sheet{layOutPayout, layOutTop5} {
				for _, page := range layOut(documentFont(t), s).pages {
					all += strings.Join(texts(page), " ") + " "
				}
			}
			return all
		}
		l := sample(locale, 0).labels()
		with, without := words(withLate(sample(locale, 2), 1)), words(sample(locale, 2))
		for _, explanation := range []string{l.lateReason, l.lateUnranked} {
			require.Contains(t, with, explanation)
			require.NotContains(t, without, explanation)
		}
	}
}

func TestR9_TheTop5ComparesWithoutLateViews(t *testing.T) {
	s := sample(English, 0)
	s.Lines = []Line{lateLine()}
	s.Top.ByViews = s.Top.ByViews[:1]
	require.Contains(t, texts(layOutTop5(documentFont(t), s).pages[0]), english.ownBest+" · 4,812,342 behind no. 1")
}
