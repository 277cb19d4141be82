package audit

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"creatorpay/db"
	"creatorpay/settlement"
)

var totalsInvariant = Invariant{
	Name:    "totals",
	Meaning: "each run's totals are the sums of its chunks, and those of its videos (R8, R10)",
	Remedy:  "a row was changed by hand: recompute the day to see which; put it back from a backup",
	Subject: Figures,
	check: func(ctx context.Context, a *audit) error {
		for _, kind := range kinds {
			videos, err := a.sumVideos(ctx, kind)
			if err != nil {
				return err
			}
			for _, run := range a.runs[kind] {
				var sum settlement.Totals
				for _, chunk := range a.chunks[run.Period()] {
					if err := sum.Add(chunk.Totals); err != nil {
						return fmt.Errorf("add up chunks of %s: %w", run.Period(), err)
					}
				}
				a.equal(run.Period(), "run", run.Totals, "chunks", sum)
				a.equal(run.Period(), "run", run.Totals, "videos", videos[run.StartsOn])
			}
		}
		return nil
	},
}

// sumVideos adds up the lines of all videos of the periods, by their first day.
func (a *audit) sumVideos(ctx context.Context, kind settlement.Kind) (map[settlement.Day]settlement.Totals, error) {
	if kind == settlement.Daily {
		return a.sumVideosOfDays(ctx)
	}
	found := make(map[settlement.Day]settlement.Totals)
	for _, run := range a.runs[kind] {
		sum, err := a.sumVideosOf(ctx, run.Period())
		if err != nil {
			return nil, err
		}
		found[run.StartsOn] = sum
	}
	return found, nil
}

// sumVideosOf adds up the lines of a week or month, which do not tell the late rows.
func (a *audit) sumVideosOf(ctx context.Context, period settlement.Period) (settlement.Totals, error) {
	var sum settlement.RolledUp
	if err := a.tx.GetContext(ctx, &sum, `
		SELECT `+rolledUpColumns.Summed()+`
		FROM period_videos
		WHERE kind = ? AND starts_on = ?`, period.Kind, period.Start); err != nil {
		return settlement.Totals{}, err
	}
	totals := sum.Totals()
	if err := a.tx.GetContext(ctx, &totals.LateRows, `
		SELECT COALESCE(SUM(`+db.RowsOfLine+`), 0)
		FROM adjustments
		WHERE posted_on >= ? AND posted_on < ?`, period.Start, period.End()); err != nil {
		return totals, err
	}
	err := a.tx.GetContext(ctx, &totals.LatePayments, `
		SELECT COALESCE(SUM(`+db.PaymentRowsOfLine+`), 0)
		FROM payment_adjustments
		WHERE posted_on >= ? AND posted_on < ?`, period.Start, period.End())
	return totals, err
}

func (a *audit) sumVideosOfDays(ctx context.Context) (map[settlement.Day]settlement.Totals, error) {
	byDay := make(map[settlement.Day]settlement.Totals)
	for _, query := range []string{`
		SELECT
			starts_on,
			` + sums(statisticsColumns) + `
		FROM daily_statistics
		WHERE starts_on BETWEEN ? AND ?
		GROUP BY starts_on`, `
		SELECT
			posted_on AS starts_on,
			SUM(` + db.RowsOfLine + `) AS late_rows,
			SUM(views) AS late_views
		FROM adjustments
		WHERE posted_on BETWEEN ? AND ?
		GROUP BY posted_on`, `
		SELECT
			starts_on,
			` + sums(amountColumns) + `
		FROM daily_settlements
		WHERE starts_on BETWEEN ? AND ?
		GROUP BY starts_on`, `
		SELECT
			starts_on,
			` + sums(paymentColumns) + `
		FROM daily_payments
		WHERE starts_on BETWEEN ? AND ?
		GROUP BY starts_on`, `
		SELECT
			posted_on AS starts_on,
			SUM(` + db.PaymentRowsOfLine + `) AS late_payments
		FROM payment_adjustments
		WHERE posted_on BETWEEN ? AND ?
		GROUP BY posted_on`,
	} {
		type row struct {
			Day settlement.Day `db:"starts_on"`
			settlement.Totals
		}
		var tooMuch error
		err := eachRow(ctx, a, query, []any{a.first, a.last}, func(r row) {
			tooMuch = errors.Join(tooMuch, r.Add(byDay[r.Day])) // each has other figures
			byDay[r.Day] = r.Totals
		})
		if err := errors.Join(err, tooMuch); err != nil {
			return nil, err
		}
	}
	return byDay, nil
}

// equal records the figures in which two totals differ; one and other say whose
// they are.
func (a *audit) equal(period settlement.Period, one string, left settlement.Totals, other string, right settlement.Totals) {
	var differences []string
	rightFigures := right.Figures()
	for i, figure := range left.Figures() {
		if figure != rightFigures[i] {
			differences = append(differences, fmt.Sprintf("%s: %d in its %s, %d in its %s", figure.Name, figure.Value, one, rightFigures[i].Value, other))
		}
	}
	if len(differences) > 0 {
		a.found(period, "", "%s", strings.Join(differences, "; "))
	}
}
