package db

import (
	"context"
	"fmt"

	"github.com/jmoiron/sqlx"

	"creatorpay/db/server"
	"creatorpay/settlement"
)

// Statement is what one creator earned in a week or month.
type Statement struct {
	CreatorID int64  `db:"creator_id"`
	Version   int    `db:"version"`
	Name      string `db:"name"`
	Locale    string `db:"locale"`
	Documents
	settlement.RolledUp
}

var statementColumns = server.ColumnsOf(Statement{})

// Documents are what must stay the same however often a statement's documents
// are drawn. All is empty before they are first drawn.
type Documents struct {
	Contact      string `db:"contact"`       // mail address for questions
	PayoutSHA256 string `db:"payout_sha256"` // in hexadecimal
	TopSHA256    string `db:"top5_sha256"`
}

// WriteStatements makes a statement for every creator of whom something counted or
// a payment was settled in the period, whatever that comes to, and for a week the delivery of its mail, in one transaction.
// Statements that are there already are replaced.
func (db *DB) WriteStatements(ctx context.Context, period settlement.Period, holder Holder) error {
	err := db.pool.InTx(ctx, func(tx *sqlx.Tx) error {
		if _, err := guard(ctx, tx, period, holder); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `
			DELETE FROM statements
			WHERE kind = ? AND starts_on = ? AND version = ?`, period.Kind, period.Start, runVersion); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `
			INSERT INTO statements (
				kind, starts_on, version, creator_id, name, locale, `+rolledUpColumns.List()+`
			)
			SELECT
				?, ?, ?, c.creator_id, c.name, c.locale, `+rolledUpColumns.Each("SUM(p.%s)")+`
			FROM period_videos p
			JOIN creators c ON c.creator_id = p.creator_id
			WHERE p.kind = ? AND p.starts_on = ?
			GROUP BY c.creator_id, c.name, c.locale
			HAVING SUM(p.views + p.late_views + p.payments + p.refunds) > 0`,
			period.Kind, period.Start, runVersion, period.Kind, period.Start); server.IsOutOfRange(err) {
			return fmt.Errorf("add up %s: %w", tooMuch(ctx, tx, "creator_id", "period_videos WHERE kind = ? AND starts_on = ?", period.Kind, period.Start), err)
		} else if err != nil {
			return err
		}
		if period.Kind != settlement.Weekly {
			return nil
		}
		return db.writeDeliveries(ctx, tx, period)
	})
	if err != nil {
		return fmt.Errorf("write statements of %s: %w", period, err)
	}
	return nil
}

func sumStatements(ctx context.Context, from sqlx.QueryerContext, period settlement.Period) (settlement.Totals, error) {
	var sum settlement.RolledUp
	err := sqlx.GetContext(ctx, from, &sum, `
		SELECT `+rolledUpColumns.Summed()+`
		FROM statements
		WHERE kind = ? AND starts_on = ? AND version = ?`, period.Kind, period.Start, runVersion)
	if err != nil {
		return settlement.Totals{}, fmt.Errorf("add up statements of %s: %w", period, err)
	}
	return sum.Totals(), nil
}

// Statements are the period's statements of the creators, by creator.
func (db *DB) Statements(ctx context.Context, period settlement.Period, creators settlement.Creators) ([]Statement, error) {
	return all(func(each func(Statement) error) error { return db.EachStatement(ctx, period, creators, each) })
}

// EachStatement hands over what [DB.Statements] returns as it is read.
func (db *DB) EachStatement(ctx context.Context, period settlement.Period, creators settlement.Creators, handle func(Statement) error) error {
	err := server.Each(ctx, db.pool, handle, `
		SELECT `+statementColumns.List()+`
		FROM statements
		WHERE kind = ? AND starts_on = ? AND version = ? AND creator_id BETWEEN ? AND ?
		ORDER BY creator_id`, period.Kind, period.Start, runVersion, creators.First, creators.Last)
	if err != nil {
		return fmt.Errorf("read statements of %s: %w", period, err)
	}
	return nil
}

// WeekStatement is a statement of one week.
type WeekStatement struct {
	Week settlement.Day `db:"starts_on"` // its Monday
	Statement
}

// StatementsOf are the creator's statements of closed weeks that begin before the
// day, the newest first, at most so many.
func (db *DB) StatementsOf(ctx context.Context, creator int64, before settlement.Day, most int) (statements []WeekStatement, err error) {
	if err := db.pool.SelectContext(ctx, &statements, `
		SELECT
			r.starts_on,
			`+statementColumns.Each("s.%s")+`
		FROM runs r
		JOIN statements s ON s.kind = r.kind AND s.starts_on = r.starts_on AND s.version = r.version
		WHERE r.kind = ? AND r.starts_on < ? AND r.version = ? AND r.state = ? AND s.creator_id = ?
		ORDER BY r.starts_on DESC
		LIMIT ?`, settlement.Weekly, before, runVersion, settlement.Closed, creator, most); err != nil {
		return nil, fmt.Errorf("read statements of creator %d: %w", creator, err)
	}
	return statements, nil
}

// StoreDocuments keeps what a statement's documents were when they are first
// drawn. Later they must be the same: otherwise it fails with a
// [settlement.ErrDocumentsChanged].
func (db *DB) StoreDocuments(ctx context.Context, period settlement.Period, creator int64, drawn Documents) error {
	first, err := db.changedOne(ctx, `
		UPDATE statements
		SET
			contact = ?,
			payout_sha256 = ?,
			top5_sha256 = ?
		WHERE kind = ? AND starts_on = ? AND version = ? AND creator_id = ? AND payout_sha256 = ''`,
		drawn.Contact, drawn.PayoutSHA256, drawn.TopSHA256, period.Kind, period.Start, runVersion, creator)
	if err != nil {
		return fmt.Errorf("store documents of %s, creator %d: %w", period, creator, err)
	}
	if first { // nearly always
		return nil
	}
	stored, err := db.Statements(ctx, period, settlement.Creators{First: creator, Last: creator})
	if err != nil {
		return err
	}
	if len(stored) == 1 && stored[0].Documents != drawn {
		return settlement.Errorf(settlement.ErrDocumentsChanged, period,
			"%s, creator %d: the documents drawn now are not those that were drawn first: the program that draws them has changed; send them with the one that drew them first", period, creator)
	}
	return nil
}

// PeriodVideo is one video's line of a week or month: the sum of its closed
// days. Its ordinals are (from, to], late views among them, and all 0 where
// nothing counted.
type PeriodVideo struct {
	CreatorID int64  `db:"creator_id"`
	VideoID   int64  `db:"video_id"`
	Title     string `db:"title"` // as it was when the period closed
	settlement.VideoOrdinals
	settlement.RolledUp
}

var periodVideoColumns = server.ColumnsOf(PeriodVideo{})

// Settlement is the part of the line that is about money; it is of no one day.
func (v PeriodVideo) Settlement() SettlementLine {
	return SettlementLine{
		VideoID: v.VideoID, CreatorID: v.CreatorID,
		Earnings: settlement.Earnings{VideoOrdinals: v.VideoOrdinals, Amounts: v.Amounts},
	}
}

// PeriodVideos are the period's lines, by creator and video.
func (db *DB) PeriodVideos(ctx context.Context, period settlement.Period, lines Lines) ([]PeriodVideo, error) {
	return all(func(each func(PeriodVideo) error) error {
		return db.EachPeriodVideo(ctx, period, WithAny, lines, ByCreator, each)
	})
}

// VideoOrder is the order of a period's videos.
type VideoOrder string

// The orders of a period's videos; each has an index.
const (
	ByCreator VideoOrder = "l.creator_id, l.video_id"
	ByVideo   VideoOrder = "l.video_id, l.creator_id"
)

// VideosWith says which of a period's videos are read, by what they have.
type VideosWith string

// What the videos of a period have.
const (
	WithAny      VideosWith = "TRUE"
	WithRows     VideosWith = RowsOfLine + " > 0"      // of the period's own days, not only late views
	WithCounted  VideosWith = "views + late_views > 0" // which were paid
	WithPayments VideosWith = PaymentRowsOfLine + " > 0"
)

// EachPeriodVideo hands over the period's lines as they are read.
func (db *DB) EachPeriodVideo(ctx context.Context, period settlement.Period, with VideosWith, lines Lines, order VideoOrder, handle func(PeriodVideo) error) error {
	from, args := lines.ofPeriod(period, with)
	limit, most := lines.limit()
	err := server.Each(ctx, db.pool, handle, `
		SELECT `+periodVideoColumns.Each("l.%s")+from+`
		ORDER BY `+string(order)+limit, append(args, most...)...)
	if err != nil {
		return fmt.Errorf("read videos of %s: %w", period, err)
	}
	return nil
}

// DaysOf are the daily settlements that the period's lines add up, by creator, video and
// day; of these there is no limit.
func (db *DB) DaysOf(ctx context.Context, period settlement.Period, lines Lines) (days []SettlementLine, err error) {
	where, args := lines.condition("p.creator_id", "p.video_id")
	if err := db.pool.SelectContext(ctx, &days, `
		SELECT `+settlementLineColumns.Each("d.%s")+`
		FROM period_videos p
		JOIN daily_settlements d ON d.creator_id = p.creator_id AND d.video_id = p.video_id AND d.starts_on >= ? AND d.starts_on < ?
		WHERE p.kind = ? AND p.starts_on = ? AND `+where+`
		ORDER BY p.creator_id, d.video_id, d.starts_on`,
		append([]any{period.Start, period.End(), period.Kind, period.Start}, args...)...); err != nil {
		return nil, fmt.Errorf("read days of %s: %w", period, err)
	}
	return days, nil
}
