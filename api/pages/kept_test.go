package pages

import (
	"errors"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

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

func TestTheFirstPageIsAnotherOneWhenAWeekHasClosed(t *testing.T) {
	b := newBooks(t, 7)
	p := newPages(t, b)
	before := p.get("/").Body.String()
	newest := b.statements.Statements[0]
	newest.Start += 7
	newest.Amount = 7_654_321
	b.statements.Statements = slices.Insert(b.statements.Statements, 0, newest)
	require.NotContains(t, before, "7,654,321")
	require.Contains(t, p.get("/").Body.String(), "7,654,321")
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
