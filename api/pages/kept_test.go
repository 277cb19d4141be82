package pages

import (
	"errors"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/settlement"
	"creatorpay/templates"
)

func TestAKeptPageIsThatOfItsCreatorAndLanguage(t *testing.T) {
	b := newBooks(t, 7)
	p := newPages(t, b)
	for _, address := range []string{"/", "/statements/" + week.String()} {
		first := p.get(address).Body.String()
		require.Contains(t, first, b.statement.Amount.String())
		require.Equal(t, first, p.get(address).Body.String())
		require.NotEqual(t, first, p.get(address+"?lang=en").Body.String())
		other := p.do(p.request(creator+1, http.MethodGet, address)).Body.String()
		require.NotContains(t, other, b.statement.Amount.String())
	}
}

// closeWeek adds a statement that earned the amount.
func (b *books) closeWeek(amount settlement.Won) {
	newest := b.statements.Statements[0]
	newest.Start += 7
	newest.Amount = amount
	b.statements.Statements = slices.Insert(b.statements.Statements, 0, newest)
	b.statements.Closed++
}

func TestTheFirstPageIsKeptUntilAWeekHasClosed(t *testing.T) {
	b := newBooks(t, 7)
	p := newPages(t, b)
	before := p.get("/").Body.String()
	b.statements.Statements[0].Amount++ // which never happens
	require.Equal(t, before, p.get("/").Body.String())

	b.closeWeek(7_654_321)
	require.NotContains(t, before, "7,654,321")
	require.Contains(t, p.get("/").Body.String(), "7,654,321")
}

func TestAFirstPageThatMayLackAWeekIsNotKept(t *testing.T) {
	b := newBooks(t, 7)
	p := newPages(t, b)
	closed := b.statements.Closed + 1 // the primary has one week more, and does not say so
	for _, address := range []string{"/", "/?before=2024-06-01"} {
		b.statements.Closed = 0
		require.NotContains(t, p.get(address).Body.String(), "7,654,321")
	}
	b.closeWeek(7_654_321)
	b.statements.Closed = closed
	for _, address := range []string{"/", "/?before=2024-06-01"} {
		require.Contains(t, p.get(address).Body.String(), "7,654,321")
	}
}

func TestAStatementIsShownFromMemoryWhileNoCopyAnswers(t *testing.T) {
	b := newBooks(t, 7)
	p := newPages(t, b)
	address := "/statements/" + week.String()
	before := p.get(address)
	require.Equal(t, http.StatusOK, before.Code)
	b.err = errors.New("no copy answers")
	after := p.get(address)
	require.Equal(t, http.StatusOK, after.Code)
	require.Equal(t, before.Body.String(), after.Body.String())
}

func TestALanguageThatWasKnownStaysWhileTheCatalogueCannotBeAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBooks(t, 7)
		p := newPages(t, b)
		require.Equal(t, templates.Korean, p.get("/").Header().Get("Content-Language"), "and not the browser's")
		b.localeErr = errors.New("no copy answers")
		<-time.After(localeFor + time.Second)
		require.Equal(t, templates.Korean, p.get("/").Header().Get("Content-Language"))
	})
}

func TestANewLanguageInTheCatalogueShowsAfterAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBooks(t, 7)
		p := newPages(t, b)
		require.Equal(t, templates.Korean, p.get("/").Header().Get("Content-Language"))
		b.locale = templates.English
		<-time.After(localeFor + time.Second)
		require.Equal(t, templates.English, p.get("/").Header().Get("Content-Language"))
	})
}
