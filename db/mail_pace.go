package db

import (
	"context"
	"fmt"
	"time"
)

// ReserveMail reserves the next moment at which a mail may be sent, the interval
// after the one that was reserved before, and tells how far off it is. All who
// send mails ask here, so that they keep the interval together, on any number of
// machines and for any number of weeks. The database's clock counts: the only one
// that they share.
func (db *DB) ReserveMail(ctx context.Context, interval time.Duration) (wait time.Duration, err error) {
	// LAST_INSERT_ID hands the wait out of the statement that reserves: one round
	// trip, and the row is locked for no longer.
	result, err := db.pool.ExecContext(ctx, `
		UPDATE mail_pace
		SET next_at = UTC_TIMESTAMP(6)
			+ INTERVAL LAST_INSERT_ID(GREATEST(TIMESTAMPDIFF(MICROSECOND, UTC_TIMESTAMP(6), next_at), 0)) + ? MICROSECOND
		WHERE id = 1`, interval.Microseconds())
	if err != nil {
		return 0, fmt.Errorf("reserve the moment of a mail: %w", err)
	}
	microseconds, err := result.LastInsertId()
	return time.Duration(microseconds) * time.Microsecond, err
}
