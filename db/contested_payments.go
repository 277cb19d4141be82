package db

import (
	"context"
	"fmt"
	"slices"

	"github.com/jmoiron/sqlx"

	"creatorpay/db/daylog"
	"creatorpay/settlement"
)

// contestedPayment is a payment of which a day has completed rows in several
// videos, and the video whose row is settled.
type contestedPayment struct {
	Day       settlement.Day `db:"starts_on"`
	PaymentID int64          `db:"payment_id"`
	VideoID   int64          `db:"video_id"`
}

// ContestedPayments are those that a check of the day found.
func (db *DB) ContestedPayments(ctx context.Context, day settlement.Day) (settlement.KnownPayments, error) {
	var found []contestedPayment
	if err := db.pool.SelectContext(ctx, &found, `
		SELECT starts_on, payment_id, video_id
		FROM contested_payments
		WHERE starts_on = ?`, day); err != nil {
		return nil, fmt.Errorf("read contested payments of %s: %w", day, err)
	}
	contested := settlement.KnownPayments{}
	for _, one := range found {
		contested[one.PaymentID] = one.VideoID
	}
	return contested, nil
}

// contest finds the day's contested payments as the log has them now and those of
// its chunks that were counted without knowing. Each chunk sees its own videos
// only.
func (db *DB) contest(ctx context.Context, run Run, chunks []Chunk) (now []contestedPayment, again []int, err error) {
	day := run.StartsOn
	known, err := db.ContestedPayments(ctx, day)
	if err != nil {
		return nil, nil, err
	}
	// The index has all that is asked of it.
	var ids []int64
	if err := db.pool.SelectContext(ctx, &ids, `
		SELECT payment_id
		FROM payments FORCE INDEX (payments_payment_id_idx)
		WHERE paid_on = ? AND status = ?
		GROUP BY payment_id
		HAVING MIN(video_id) <> MAX(video_id)
		UNION
		SELECT l.payment_id
		FROM late_payments l
		JOIN payments p FORCE INDEX (payments_payment_id_idx) ON p.payment_id = l.payment_id
		WHERE l.posted_on = ? AND l.status = ? AND p.paid_on = ? AND p.status = ? AND p.video_id <> l.video_id
		UNION
		SELECT payment_id
		FROM late_payments
		WHERE posted_on = ? AND status = ?
		GROUP BY payment_id
		HAVING MIN(video_id) <> MAX(video_id)
		UNION
		SELECT payment_id
		FROM contested_payments
		WHERE starts_on = ?
		ORDER BY payment_id`,
		day, settlement.PaymentCompleted, day, settlement.PaymentCompleted, day, settlement.PaymentCompleted,
		day, settlement.PaymentCompleted, day); err != nil {
		return nil, nil, fmt.Errorf("look for contested payments of %s: %w", day, err)
	}
	if len(ids) == 0 {
		return nil, nil, nil
	}
	days, err := db.paymentDays(ctx, day, ids)
	if err != nil {
		return nil, nil, err
	}
	rows, err := db.Payments.Completed(ctx, append(days, daylog.Wanted{OnTime: run.PaymentsOnTime(), IDs: ids}), day, ids)
	if err != nil {
		return nil, nil, err
	}
	for len(rows) > 0 {
		first, videos := rows[0], []int64(nil)
		for ; len(rows) > 0 && rows[0].PaymentID == first.PaymentID; rows = rows[1:] {
			if rows[0].JudgedOn == day {
				videos = append(videos, rows[0].VideoID)
			}
		}
		// What an earlier day has settled is a repeat in every video.
		contested := first.JudgedOn == day && slices.Min(videos) != slices.Max(videos)
		if contested {
			now = append(now, contestedPayment{Day: day, PaymentID: first.PaymentID, VideoID: first.VideoID})
		}
		if winner, was := known[first.PaymentID]; was == contested && (!was || winner == first.VideoID) {
			continue
		}
		for _, video := range videos {
			again = append(again, chunkOf(chunks, video))
		}
	}
	return now, again, nil
}

// chunkOf is the number of the chunk that has the video.
func chunkOf(chunks []Chunk, video int64) int {
	at := slices.IndexFunc(chunks, func(chunk Chunk) bool { return chunk.Before == nil || video < *chunk.Before })
	return chunks[at].Number
}

// storeContested replaces the day's contested payments.
func storeContested(ctx context.Context, tx *sqlx.Tx, day settlement.Day, contested []contestedPayment) error {
	if _, err := tx.ExecContext(ctx, `
		DELETE FROM contested_payments
		WHERE starts_on = ?`, day); err != nil {
		return err
	}
	for part := range slices.Chunk(contested, linesPerStatement) {
		if _, err := tx.NamedExecContext(ctx, `
			INSERT INTO contested_payments (starts_on, payment_id, video_id)
			VALUES (:starts_on, :payment_id, :video_id)`, part); err != nil {
			return fmt.Errorf("store contested payments: %w", err)
		}
	}
	return nil
}
