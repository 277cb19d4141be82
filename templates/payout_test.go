package templates

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/settlement"
	"creatorpay/templates/pdf"
)

// wonIn reads an amount as it is printed.
func wonIn(t *testing.T, text string) int64 {
	t.Helper()
	digits, isWon := strings.CutPrefix(text, "₩")
	require.True(t, isWon, text)
	amount, err := strconv.ParseInt(strings.ReplaceAll(digits, ",", ""), 10, 64)
	require.NoError(t, err)
	return amount
}

func TestPrintedAmountsAddUpToThePrintedTotals(t *testing.T) {
	s := sample(English, 300)
	table := newLetter(documentFont(t), s, "").videoTable()
	require.Len(t, table.rows, 300)
	var videoAmount, adAmount int64
	for _, row := range table.rows {
		videoAmount += wonIn(t, row.cells[4])
		adAmount += wonIn(t, row.cells[5])
	}
	require.Equal(t, videoAmount, wonIn(t, table.total[4]))
	require.Equal(t, adAmount, wonIn(t, table.total[5]))

	words := texts(layOutPayout(documentFont(t), s).pages[0])
	require.Contains(t, words, settlement.Won(videoAmount+adAmount).String(), "the large figure")
	var days int64
	for _, day := range s.Days {
		require.Contains(t, words, day.Amount.String())
		days += int64(day.Amount)
	}
	require.Equal(t, videoAmount+adAmount, days)
}

func texts(p pdf.Page) (texts []string) {
	for _, word := range p.Texts {
		texts = append(texts, word.Content)
	}
	return texts
}

func TestNameOfACreatorIsWhole(t *testing.T) {
	s := sample(English, 1)
	s.Creator = "Nguyễn Thị Hằng & the Łódź São Paulo Ψαράς Їжак Orchestra"
	require.Contains(t, texts(layOutPayout(documentFont(t), s).pages[0]), s.Creator+" (ID 42)")
}

func TestStatementThatDoesNotAddUpIsRefused(t *testing.T) {
	renderer := renderer(t)
	for name, spoil := range map[string]func(s *Statement){
		"a day's amount":  func(s *Statement) { s.Days[3].Amount++ },
		"a day's views":   func(s *Statement) { s.Days[3].Views-- },
		"a video's price": func(s *Statement) { s.Lines[2].ViewShares[0].Count++ },
		"an ad's ordinal": func(s *Statement) { s.Lines[2].AdViewsTo++ },
		"a late view":     func(s *Statement) { withLate(s, 1).Lines[2].Late[0].Views++ },
	} {
		s := sample(Korean, 3)
		spoil(s)
		_, err := renderer.Payout(t.Context(), s)
		require.ErrorContains(t, err, fmt.Sprintf("statement %q of creator 42: ", s.Number), name)
		require.NotContains(t, err.Error(), "won", "no amounts in logs")
	}
}

func TestEveryPageIsNumberedAndRepeatsTheHeads(t *testing.T) {
	s := sample(Korean, 300)
	pages := layOutPayout(documentFont(t), s).pages
	require.Greater(t, len(pages), 10)
	for i, page := range pages {
		words := texts(page)
		require.Contains(t, words, fmt.Sprintf("%d / %d쪽", i+1, len(pages)))
		hasRow := slices.ContainsFunc(words, func(text string) bool { return strings.HasPrefix(text, "ID 1") })
		require.Equal(t, hasRow, slices.Contains(words, korean.playTime) && slices.Contains(words, korean.video), "page %d", i+1)
	}
}

// huge has figures that no creator will ever see, but which must not leave the page.
func huge(locale string) *Statement {
	s := sample(locale, 3)
	for i := range s.Lines {
		line := &s.Lines[i]
		line.Title, line.VideoID = nasty[i+2], math.MaxInt64-int64(i)
		line.Views, line.AdViews, line.PlayedSeconds = 1e18, 1e18, 3e18
		line.SelfViews, line.RepeatViews = 1e18, 1e18
		line.ViewsFrom, line.ViewsTo, line.AdViewsFrom, line.AdViewsTo = 8e18, 9e18, 8e18, 9e18
		line.ViewShares = slices.Repeat([]settlement.Share{{Price: 123_456_789, Count: 1e15}}, 1000)
		line.AdShares = []settlement.Share{{Price: math.MaxInt64, Count: 1e18}}
		line.VideoAmount, line.AdAmount = 1e18, 1e18
	}
	for i := range s.Days {
		s.Days[i].Views, s.Days[i].Amount = 0, 0
	}
	s.Days[6].Views, s.Days[6].Amount = 3e18, 6e18
	for i := range s.Top.ByViews {
		s.Top.ByViews[i].Value, s.Top.ByPlayedSeconds[i].Value = math.MaxInt64, math.MaxInt64
	}
	return s
}

func TestNothingLeavesThePageOrOverlaps(t *testing.T) {
	font := documentFont(t)
	for _, locale := range []string{Korean, English} {
		for name, s := range map[string]*Statement{
			"none": sample(locale, 0), "one": sample(locale, 1), "many": sample(locale, 60), "nasty": nastySample(locale), "huge": huge(locale),
			"late": withLate(sample(locale, 9), 31), "nasty and late": withLate(nastySample(locale), 2), "huge and late": withLate(huge(locale), 31),
		} {
			require.NoError(t, s.addsUp())
			for _, layOut := range []func(*pdf.Font, *Statement) *sheet{layOutPayout, layOutTop5} {
				for i, page := range layOut(font, s).pages {
					requireTidy(t, font, page, fmt.Sprintf("%s, %s, page %d", locale, name, i+1))
				}
			}
		}
	}
}

func requireTidy(t *testing.T, font *pdf.Font, p pdf.Page, where string) {
	t.Helper()
	const tolerance = 0.01
	ends := make([]float64, len(p.Texts))
	for i, word := range p.Texts {
		ends[i] = word.X + font.Width(word.Content, word.Style.Size)
		require.GreaterOrEqual(t, word.X, left-tolerance, "%s: %q", where, word.Content)
		require.LessOrEqual(t, ends[i], right+tolerance, "%s: %q", where, word.Content)
		require.LessOrEqual(t, word.Y, bodyBottom+30, "%s: %q", where, word.Content)
		for j, other := range p.Texts[:i] {
			if math.Abs(word.Y-other.Y) < min(word.Style.Size, other.Style.Size)*0.8 {
				apart := ends[i] <= other.X+tolerance || ends[j] <= word.X+tolerance
				if !apart { // formatting a message for each pair would take most of the test's time
					require.Fail(t, "overlap", "%s: %q and %q", where, word.Content, other.Content)
				}
			}
		}
	}
	for _, box := range p.Boxes {
		require.GreaterOrEqual(t, box.X, left-tolerance, where)
		require.LessOrEqual(t, box.X+box.Width, right+tolerance, where)
		require.False(t, box.Height < 0 || box.Y+box.Height > bodyBottom+20, where)
	}
}
