package answers

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/db"
	"creatorpay/db/copies"
	"creatorpay/engine/export"
	"creatorpay/engine/link"
	"creatorpay/engine/statement"
	"creatorpay/internal/dbtest"
	"creatorpay/internal/devstack/devtest"
	"creatorpay/settlement"
)

// mail stores what a mail of the creator's statement stores, and gives the mail.
func (r *rig) mail(creator int64) statement.Mail {
	r.Helper()
	read, err := statement.Read(r.Context(), r.DB, week, one(creator), "questions@example.com")
	require.NoError(r, err)
	mail, err := statement.Compose(r.Context(), r.answers.renderer, link.Links{}, read[0], dbtest.Address(creator))
	require.NoError(r, err)
	require.NoError(r, r.DB.StoreDocuments(r.Context(), week, creator, mail.Documents))
	return mail
}

func TestADocumentIsByteForByteTheOneThatWasMailed(t *testing.T) {
	r := newRig(t)
	for _, creator := range []int64{busy, other} {
		mail := r.mail(creator)
		for i, kind := range []DocumentKind{PayoutPDF, Top5PDF} {
			document, err := r.answers.Document(t.Context(), creator, week, kind)
			require.NoError(t, err)
			require.Equal(t, mail.Message.Attachments[i].Name, document.Name)
			require.Equal(t, mail.Message.Attachments[i].Data, document.Data)
			sum := sha256.Sum256(document.Data)
			require.Equal(t, hex.EncodeToString(sum[:]), document.SHA256)
		}
	}
}

func TestADocumentThatWouldNotBeTheOneThatWasMailedIsRefused(t *testing.T) {
	r := newRig(t)
	r.mail(busy)
	r.Exec(`UPDATE period_videos SET title = 'another title' WHERE video_id = 1`)

	_, err := r.answers.Document(t.Context(), busy, week, PayoutPDF)
	require.ErrorIs(t, err, settlement.ErrDocumentsChanged)
	require.ErrorContains(t, err, "statement-2024-W22-1.pdf drawn now is not the document that was mailed")
}

func TestADocumentThatWasNotMailedYetIsNotThere(t *testing.T) {
	r := newRig(t)
	_, err := r.answers.Document(t.Context(), busy, week, PayoutPDF)
	require.Equal(t, ErrNotFound{What: "document of statement 2024-W22-1, which was not mailed yet,"}, err)
	for _, creator := range []int64{alone, idle, nobody} {
		_, err = r.answers.Document(t.Context(), creator, week, Top5PDF)
		require.ErrorIs(t, err, settlement.ErrNotFound)
	}
	_, err = r.answers.Document(t.Context(), busy, month, PayoutPDF)
	require.ErrorIs(t, err, settlement.ErrInvalid)
}

func TestADocumentThatItsReplicaDoesNotKnowYetComesFromThePrimary(t *testing.T) {
	primary, replica := twoCopies(t)
	r := &rig{dbtest.OpenAt(t, primary), answersFrom(t, primary, replica)}
	mail := r.mail(busy)

	document, err := r.answers.Document(t.Context(), busy, week, Top5PDF)
	require.NoError(t, err)
	require.Equal(t, mail.Documents.TopSHA256, document.SHA256)

	var unavailable *copies.Unavailable
	_, err = answersFrom(t, down, replica).Document(t.Context(), busy, week, Top5PDF)
	require.ErrorAs(t, err, &unavailable)
}

func TestAStatementIsSealedOnceItsDocumentsAreThere(t *testing.T) {
	r := newRig(t)
	before, err := r.answers.Statement(t.Context(), busy, week)
	require.NoError(t, err)
	require.Empty(t, before.Seal)
	require.Nil(t, before.Value.Documents)

	mail := r.mail(busy)
	after, err := r.answers.Statement(t.Context(), busy, week)
	require.NoError(t, err)
	require.Equal(t, r.sealOf(week), after.Seal)
	require.Equal(t, &StatementHashes{StatementSHA256: mail.Documents.PayoutSHA256, Top5SHA256: mail.Documents.TopSHA256}, after.Value.Documents)

	after.Value.Documents = nil
	require.Equal(t, before.Value, after.Value, "nothing else has changed")
}

func TestAStatementComesToTheSettlementOfItsWeek(t *testing.T) {
	r := newRig(t)
	for _, creator := range []int64{busy, other} {
		found, err := r.answers.Statement(t.Context(), creator, week)
		require.NoError(t, err)
		settled, err := r.answers.Settlement(t.Context(), creator, week, Page{})
		require.NoError(t, err)

		stated := found.Value
		totals := SettlementTotals{
			Videos: int64(len(stated.Lines)), Views: stated.Views, AdViews: stated.AdViews, Amounts: stated.Amounts, Amount: stated.Amount,
		}
		require.Equal(t, settled.Value.Totals, totals)
		var days settlement.Won
		for _, day := range stated.Days {
			days += day.Amount
		}
		require.Equal(t, stated.Amount, days)
		require.Len(t, stated.Days, 7)
		late := 0
		for i, line := range stated.Lines {
			require.Equal(t, settled.Value.Lines[i].Earnings, line.Earnings)
			var views, ads int64
			for _, share := range line.ViewShares {
				views += share.Count
			}
			for _, share := range line.AdShares {
				ads += share.Count
			}
			require.Equal(t, []int64{line.OfViews().Count(), line.OfAdViews().Count()}, []int64{views, ads})
			late += len(line.Late)
		}
		require.Len(t, settled.Value.Adjustments, late)
		require.NotZero(t, late)
		require.Equal(t, "2024-W22", stated.Week)
		require.NotEmpty(t, stated.Prices)
	}
	_, err := r.answers.Statement(t.Context(), alone, week)
	require.Equal(t, ErrNotFound{What: "statement 2024-W22-3"}, err, "nothing of the creator's counted")
}

func TestStatementsAreTheNewestFirstPageByPage(t *testing.T) {
	r := newRig(t)
	for day := sunday + 1; day <= sunday+7; day++ {
		r.AddDays(day, day)
		if day == sunday+3 {
			r.Watch(day, 1, 2)
		}
		r.CloseDay(day)
	}
	r.ClosePeriod((sunday + 1).Week())

	all, err := r.answers.Statements(t.Context(), busy, WeekPage{})
	require.NoError(t, err)
	require.Equal(t, sunday+7, *all.Through)
	require.EqualValues(t, 2, all.Closed)
	require.Nil(t, all.Next)
	require.Equal(t, []string{"2024-W23", "2024-W22"}, []string{all.Statements[0].Week, all.Statements[1].Week})
	newest, err := r.answers.Statements(t.Context(), busy, WeekPage{Limit: 1})
	require.NoError(t, err)
	older, err := r.answers.Statements(t.Context(), busy, WeekPage{Before: *newest.Next, Limit: 1})
	require.NoError(t, err)
	require.Equal(t, all.Statements, append(newest.Statements, older.Statements...))
	require.Nil(t, older.Next)

	stated, err := r.answers.Statement(t.Context(), busy, week)
	require.NoError(t, err)
	require.Equal(t, all.Statements[1], stated.Value.StatementTotals)

	none, err := r.answers.Statements(t.Context(), idle, WeekPage{})
	require.NoError(t, err)
	require.Empty(t, none.Statements)
	_, err = r.answers.Statements(t.Context(), nobody, WeekPage{})
	require.Equal(t, ErrNotFound{What: "creator 99"}, err)
}

func TestAHistoryHasTheLinesOfTheDailyExports(t *testing.T) {
	r := newRig(t)
	r.AddDays(sunday+1, sunday+2)
	r.Watch(sunday+1, 1, 3)
	r.BeginDay(sunday + 1)
	r.Exec(`INSERT INTO daily_settlements SELECT '2024-06-03', video_id, creator_id, views_to, views_to, ad_views_to, ad_views_to, 0, 0 FROM daily_settlements WHERE starts_on = '2024-06-02'`)
	var want []string
	for day := monday; day <= sunday; day++ {
		for _, row := range r.exported(export.Settlement, settlement.DailyPeriod(day)) {
			var fields export.SettlementRow
			require.NoError(t, json.Unmarshal([]byte(row), &fields))
			if fields.VideoID == 2 {
				want = append(want, row)
			}
		}
	}

	history, err := r.answers.History(t.Context(), busy, 2, monday-1, sunday+2)
	require.NoError(t, err)
	require.Equal(t, want, written(t, history.Lines), "and none of a day that is not closed")
	require.Equal(t, sunday, *history.Through)

	part, err := r.answers.History(t.Context(), busy, 2, tuesday+1, tuesday+1)
	require.NoError(t, err)
	require.Len(t, part.Lines, 1)
	_, err = r.answers.History(t.Context(), other, 2, monday, sunday)
	require.Equal(t, ErrNotFound{What: "video 2"}, err)
	_, err = r.answers.History(t.Context(), busy, 98, monday, sunday)
	require.Equal(t, ErrNotFound{What: "video 98"}, err)
	none, err := r.answers.History(t.Context(), idle, 70, monday, sunday)
	require.NoError(t, err)
	require.Empty(t, written(t, none.Lines))
	for _, span := range [][2]settlement.Day{{sunday, monday}, {0, monday}, {monday, monday + MaxHistoryDays}} {
		_, err = r.answers.History(t.Context(), busy, 2, span[0], span[1])
		require.ErrorIs(t, err, settlement.ErrInvalid)
	}
}

func TestThePeriodsAreTheBookOfRunsPageByPage(t *testing.T) {
	r := newRig(t)
	r.AddDays(sunday+1, sunday+1)
	r.BeginDay(sunday + 1)

	days, err := r.answers.Periods(t.Context(), settlement.Daily, tuesday, sunday+5, PeriodPage{})
	require.NoError(t, err)
	require.Len(t, days.Periods, 7)
	require.Equal(t, settlement.Running, days.Periods[6].State)
	require.Nil(t, days.Periods[6].EndedAt)
	require.Equal(t, sunday, *days.Through)
	var joined []PeriodRun
	for page := (PeriodPage{Limit: 3}); ; {
		part, err := r.answers.Periods(t.Context(), settlement.Daily, tuesday, sunday+5, page)
		require.NoError(t, err)
		joined = append(joined, part.Periods...)
		if part.Next == nil {
			break
		}
		page.After = *part.Next
	}
	require.Equal(t, days.Periods, joined)

	months, err := r.answers.Periods(t.Context(), settlement.Monthly, tuesday, tuesday, PeriodPage{})
	require.NoError(t, err)
	require.Equal(t, "2024-05", months.Periods[0].Name, "the one that holds the day")
	none := answersFrom(t, emptyBooks(t))
	empty, err := none.Periods(t.Context(), settlement.Weekly, monday, sunday, PeriodPage{})
	require.NoError(t, err)
	require.Nil(t, empty.Through)
	require.Empty(t, written(t, empty.Periods))
	_, err = none.Periods(t.Context(), "hourly", monday, sunday, PeriodPage{})
	require.ErrorIs(t, err, settlement.ErrInvalid)
}

// emptyBooks are those in which nothing was ever closed.
func emptyBooks(t *testing.T) (dsn string) {
	t.Helper()
	dsn = devtest.Database(t)
	dbtest.OpenAt(t, dsn)
	return dsn
}

func TestAnExplanationExplainsTheLineOfTheExport(t *testing.T) {
	r := newRig(t)
	day := settlement.DailyPeriod(tuesday + 1)
	explained := 0
	for _, creator := range creators {
		settled, err := r.answers.Settlement(t.Context(), creator, day, Page{})
		require.NoError(t, err)
		counted, err := r.answers.Statistics(t.Context(), creator, day, Page{})
		require.NoError(t, err)
		figures := map[int64]settlement.Statistics{}
		for _, line := range counted.Value.Lines {
			figures[line.VideoID] = line.Statistics
		}
		for _, line := range settled.Value.Lines {
			found, err := r.answers.Explanation(t.Context(), creator, line.VideoID, tuesday+1)
			require.NoError(t, err)
			e := found.Value
			require.Equal(t, figures[line.VideoID], e.Rows.Statistics)
			earned := settlement.Earnings{
				VideoOrdinals: settlement.VideoOrdinals{
					ViewsFrom: e.Views.OrdinalsFrom, ViewsTo: e.Views.OrdinalsTo, AdViewsFrom: e.Ads.OrdinalsFrom, AdViewsTo: e.Ads.OrdinalsTo,
				},
				Amounts: settlement.Amounts{VideoAmount: e.Views.Amount, AdAmount: e.Ads.Amount},
			}
			require.Equal(t, line.Earnings, earned)
			require.Equal(t, r.sealOf(day), e.Seal)
			require.Equal(t, found.Seal, e.Seal)
			explained++

			_, err = r.answers.Explanation(t.Context(), idle, line.VideoID, tuesday+1)
			require.Equal(t, videoNotFound(line.VideoID), err, "in the words of one that is not there")
		}
		for _, late := range settled.Value.Adjustments {
			found, err := r.answers.Explanation(t.Context(), creator, late.VideoID, tuesday+1)
			require.NoError(t, err)
			require.Equal(t, []export.AdjustmentRow{late}, found.Value.Late)
			explained++
		}
	}
	require.Greater(t, explained, 5)
	_, err := r.answers.Explanation(t.Context(), idle, 70, tuesday+1)
	require.Equal(t, videoNotFound(70), err, "it has no rows that day")
}

func TestAStatementIsTheSameHoweverManyVideosAreReadAtATime(t *testing.T) {
	for name, r := range map[string]*rig{"views": newRig(t), "payments": newSoldRig(t)} {
		for origin := monday - 20; origin < monday; origin++ { // more than there are videos
			r.Exec(`
				INSERT INTO adjustments (
					posted_on, watched_on, creator_id, video_id, views, self_views, repeat_views, played_seconds, ad_views,
					views_from, views_to, ad_views_from, ad_views_to, video_amount, ad_amount
				)
				VALUES (?, ?, ?, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0)`, monday, origin, busy)
		}
		whole, err := r.answers.Statement(t.Context(), busy, week)
		require.NoError(t, err)
		require.Greater(t, len(whole.Value.Lines), 3, name)
		mail := r.mail(busy)
		for _, atATime := range []int{1, 2, 3, len(whole.Value.Lines), len(whole.Value.Lines) + 1} {
			r.answers.statementVideos = atATime
			document, err := r.answers.Document(t.Context(), busy, week, PayoutPDF)
			require.NoError(t, err)
			require.Equal(t, mail.Documents.PayoutSHA256, document.SHA256)
			found, err := r.answers.Statement(t.Context(), busy, week)
			require.NoError(t, err)
			found.Value.Documents = nil
			require.Equal(t, whole.Value, found.Value, "%s, %d at a time", name, atATime)
		}
	}
}

func TestAStatementIsReadFromCopiesThatHaveTheSameCloseOfItsWeek(t *testing.T) {
	r := newRig(t)
	r.answers.statementVideos = 1
	answer, err := sealed(t.Context(), r.answers, week, func(ctx context.Context, books *db.DB, run db.SealedRun) (statementRead, error) {
		return r.answers.beginStatement(ctx, books, run, busy)
	})
	require.NoError(t, err)
	r.Exec(`UPDATE runs SET seals = '{}' WHERE kind = 'weekly'`)

	_, err = r.answers.restOfStatement(t.Context(), answer.Value)

	var unavailable *copies.Unavailable
	require.ErrorAs(t, err, &unavailable)
	require.ErrorContains(t, err, "2024-W22 has closed anew")
}
