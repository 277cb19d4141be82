package daylog

import (
	"context"
	"database/sql/driver"
	"fmt"

	"github.com/jmoiron/sqlx"

	"creatorpay/db/server"
	"creatorpay/settlement"
)

// rows are a log whose rows Go knows: Row is what is appended, Fact what the rules
// see of it, and Late a row that came after its day had closed.
type rows[Row comparable, Fact any, Late lateRow] struct {
	*Log
	columnsOf func(*Row) []any // points to what each column has, in their order
	keyOf     func(Row) Row    // leaves out what is not in the key
	// appendValues writes what each column has, with commas between.
	appendValues func(row *Row, statement []byte) ([]byte, error)

	read     func(columns []driver.Value, fact *Fact) // all but the day
	follows  func(fact, other *Fact) bool             // in key order
	checksum func(Fact) uint64
}

// lateRow is a row of a table of late rows, with its columns as db tags.
type lateRow interface {
	// stray is the error of a row that does not lie in its partition's day.
	stray() error
}

func firstStray[Late lateRow](ctx context.Context, from sqlx.QueryerContext, query string, args ...any) error {
	var strays []Late
	if err := sqlx.SelectContext(ctx, from, &strays, query, args...); err != nil || len(strays) == 0 {
		return err
	}
	return strays[0].stray()
}

// Sum reads the day's rows of the range again: their number and the sum of their
// checksums.
func (r *rows[Row, Fact, Late]) Sum(ctx context.Context, day OnTime, videos settlement.Range) (number int64, checksum uint64, err error) {
	err = r.Scan(ctx, day, videos, func() func(Fact) error {
		number, checksum = 0, 0
		return func(fact Fact) error {
			number++
			checksum += r.checksum(fact)
			return nil
		}
	})
	return number, checksum, err
}

// Posted are the late rows of the range's videos that the day posts, in key order
// without their own days.
func (r *rows[Row, Fact, Late]) Posted(ctx context.Context, postedOn settlement.Day, videos settlement.Range) (late []Late, err error) {
	where, args := server.Between("video_id", videos)
	err = r.pool.SelectContext(ctx, &late, `
		SELECT `+r.lateColumns().List()+`
		FROM `+r.late+`
		WHERE posted_on = ? AND `+where+`
		ORDER BY `+r.key[1:].List(), append([]any{postedOn}, args...)...)
	if err != nil {
		return nil, fmt.Errorf("read late %s that %s posts: %w", r.rows, postedOn, err)
	}
	return late, nil
}

// StoreVerdicts stores the verdicts on late rows that are posted.
func (r *rows[Row, Fact, Late]) StoreVerdicts(ctx context.Context, tx *sqlx.Tx, late []Late) error {
	// They are all there: only their verdicts change.
	if err := server.Put(ctx, tx, r.late, late, `
		ON DUPLICATE KEY UPDATE verdict = VALUES(verdict)`); err != nil {
		return fmt.Errorf("store verdicts on late %s: %w", r.rows, err)
	}
	return nil
}
