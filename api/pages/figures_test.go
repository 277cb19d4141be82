package pages

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"creatorpay/settlement"
)

// rowsOf are the texts of a page's table cells, row by row.
func rowsOf(t *testing.T, p *pagesOf, address string) (rows []string) {
	t.Helper()
	document, err := html.Parse(p.get(address).Body)
	require.NoError(t, err)
	for _, row := range elements(document, atom.Tr) {
		var cells []string
		for _, cell := range elements(row, atom.Th, atom.Td) {
			cells = append(cells, text(cell))
		}
		rows = append(rows, strings.Join(cells, " | "))
	}
	return rows
}

func TestExplanationShowsEachStepToTheWon(t *testing.T) {
	b := newBooks(t, 3)
	b.locale = "en"
	p := newPages(t, b)
	rows := rowsOf(t, p, "/videos/1001/2024-05-09")
	for _, row := range []string{
		"Counted | 12,031", "Self views your own plays of your videos | 12", "Repeat views same viewer again within 30 seconds | 437", "All plays | 12,480",
		"30 April 2024 Left out: 0 self, 2 repeat | 37 | 4 | ₩81",
		"94,121–99,999 | 5,879 | × ₩1 | ₩5,879", "100,000–106,188 | 6,189 | × ₩1.1 | ₩6,807.9", "Sum | ₩12,686.9",
		"8,121–9,435 | 1,315 | × ₩10 | ₩13,150", "Sum | ₩13,150",
	} {
		require.Contains(t, rows, row)
	}
	page := p.get("/videos/1001/2024-05-09").Body.String()
	for _, words := range []string{"₩12,686.9 → ₩12,686", "below one won (₩0.9)", `<p class="large">₩25,836</p>`, "13874629130085742119", seal, "no. 17 · 49,817 rows"} {
		require.Contains(t, page, words)
	}
}

func TestExplanationOfADayOfWhichNothingCounted(t *testing.T) {
	b := newBooks(t, 3)
	b.locale = "en"
	b.explanation = explainedNothing(b.explanation)
	page := newPages(t, b).get("/videos/1001/2024-05-09").Body.String()
	require.Contains(t, page, "No view was paid on this day, so the video earnings are ₩0.")
	require.Contains(t, page, "No ad view was paid on this day, so the ad earnings are ₩0.")
	require.Contains(t, page, `<p class="large">₩0</p>`)
}

func TestStatementShowsTheAmountsOfItsVideosAndDays(t *testing.T) {
	b := newBooks(t, 30)
	b.locale = "en"
	p := newPages(t, b)
	all := strings.Join(rowsOf(t, p, "/statements/2024-W19"), "\n")
	for _, line := range b.statement.Lines {
		total, err := line.Total()
		require.NoError(t, err)
		require.Contains(t, all, settlement.Number(line.OfViews().Count())+" | "+settlement.Number(line.OfAdViews().Count())+" | "+total.String())
	}
	for _, day := range b.statement.Days {
		require.Contains(t, all, day.Amount.String())
	}
	require.Contains(t, all, "Total of all | "+settlement.Number(b.statement.Views)+" | "+settlement.Number(b.statement.AdViews)+" | "+b.statement.Amount.String())
	require.Contains(t, all, "37 of them late (₩81): watched 28 April 2024, paid with 7 May")
	require.Contains(t, p.get("/statements/2024-W19").Body.String(), `<p class="large">`+b.statement.Amount.String()+"</p>")
}

func TestHistoryAddsUpItsDays(t *testing.T) {
	b := newBooks(t, 3)
	p := newPages(t, b)
	var sum settlement.Amounts
	for _, line := range b.history.Lines {
		require.NoError(t, sum.Add(line.Amounts))
	}
	total, err := sum.Total()
	require.NoError(t, err)
	require.Contains(t, p.get("/videos/1001").Body.String(), `<p class="large">`+total.String()+"</p>", "of all days, also those of other pages")
	require.Len(t, rowsOf(t, p, "/videos/1001"), 1+daysPerPage)
	require.Len(t, rowsOf(t, p, "/videos/1001?week=2024-W19"), 1+7)
}

func TestHomeShowsTheNewestWeekAndThoseBefore(t *testing.T) {
	b := newBooks(t, 3)
	p := newPages(t, b)
	newest := b.statements.Statements[0]
	require.Contains(t, p.get("/").Body.String(), `<p class="large">`+newest.Amount.String()+"</p>")
	rows := rowsOf(t, p, "/")
	require.Len(t, rows, 1+weeksPerPage)
	for i, statement := range b.statements.Statements[:weeksPerPage] {
		require.True(t, strings.HasSuffix(rows[1+i], statement.Amount.String()))
	}
	require.NotContains(t, p.get("/?before=2024-03-04").Body.String(), newest.Amount.String())
}

func TestExactAmountsHaveTheDecimalsThatTheyNeed(t *testing.T) {
	for given, want := range map[string]string{"0.0000": "₩0", "1200.0000": "₩1,200", "6807.9000": "₩6,807.9", "0.0001": "₩0.0001", "9223372036854775807.9999": "₩9,223,372,036,854,775,807.9999"} {
		got, err := exact(given)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	_, err := exact("much")
	require.Error(t, err)
}
