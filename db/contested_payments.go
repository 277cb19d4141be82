package db

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/jmoiron/sqlx"

	"creatorpay/db/server"
	"creatorpay/settlement"
)

// contestedPayment is a payment of which a day has completed rows in several
// videos, and the video whose row is settled.
type contestedPayment struct {
	Day       settlement.Day `db:"starts_on"`
	PaymentID int64          `db:"payment_id"`
	VideoID   int64          `db:"video_id"` // or undecided
}

var contestedColumns = server.ColumnsOf(contestedPayment{})

// undecided is no video: a chunk was counted by what it had found of the payment
// itself, which the check may find no more.
const undecided = 0

// ContestedPayments are those that a check of the day found.
func (db *DB) ContestedPayments(ctx context.Context, day settlement.Day) (settlement.KnownPayments, error) {
	contested, err := db.contested(ctx, day)
	maps.DeleteFunc(contested, func(_, video int64) bool { return video == undecided })
	return contested, err
}

// contested are the contested payments by which the day's chunks were counted.
func (db *DB) contested(ctx context.Context, day settlement.Day) (settlement.KnownPayments, error) {
	var found []contestedPayment
	if err := db.pool.SelectContext(ctx, &found, `
		SELECT `+contestedColumns.List()+`
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
// its chunks that were counted without knowing, or by what they found themselves.
// Each chunk sees its own videos only.
func (db *DB) contest(ctx context.Context, run Run, chunks []Chunk) (now []contestedPayment, again []int, err error) {
	day := run.StartsOn
	known, err := db.contested(ctx, day)
	if err != nil {
		return nil, nil, err
	}
	ids, firsts, err := db.inSeveralChunks(ctx, day)
	if err != nil {
		return nil, nil, err
	}
	for _, chunk := range chunks {
		// A program that stored none has counted it, or they are lost.
		if chunk.FirstPayment != nil && *chunk.FirstPayment != firsts[chunk.Number] {
			again = append(again, chunk.Number)
		}
	}
	var more []int64
	if err := db.pool.SelectContext(ctx, &more, `
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
		WHERE starts_on = ?`,
		day, settlement.PaymentCompleted, day, settlement.PaymentCompleted,
		day, settlement.PaymentCompleted, day); err != nil {
		return nil, nil, fmt.Errorf("look for contested payments of %s: %w", day, err)
	}
	ids = append(ids, more...)
	slices.Sort(ids)
	ofDay, err := db.completedOf(ctx, run, slices.Compact(ids))
	if err != nil {
		return nil, nil, err
	}
	for _, completed := range ofDay {
		winner, contested := completed.winner()
		if contested {
			now = append(now, contestedPayment{Day: day, PaymentID: completed.id, VideoID: winner})
		}
		if by, was := known[completed.id]; was == contested && (!was || by == winner) {
			continue
		}
		for _, video := range completed.videos {
			again = append(again, chunkOf(chunks, video))
		}
	}
	return now, again, nil
}

// ContestedAmong are those of the payments and refunds with these ids, which are in
// order and each there once, that are contested as the log has them now. A chunk has
// to know where its own row could not be settled: what another video's row gives back
// may be none of the chunk's payments.
func (db *DB) ContestedAmong(ctx context.Context, run Run, ids []int64) (settlement.KnownPayments, error) {
	ofDay, err := db.completedOf(ctx, run, ids)
	if err != nil {
		return nil, err
	}
	contested := settlement.KnownPayments{}
	for _, completed := range ofDay {
		if winner, is := completed.winner(); is {
			contested[completed.id] = winner
		}
	}
	return contested, nil
}

// completedRows are the completed rows of one payment id that a day judges.
type completedRows struct {
	id     int64
	isNew  bool    // no earlier day has settled one
	videos []int64 // of the rows, in the order in which they are judged
}

// winner is the video whose row is settled, where there are several: what an earlier
// day has settled is a repeat in each.
func (c completedRows) winner() (video int64, contested bool) {
	if !c.isNew || slices.Min(c.videos) == slices.Max(c.videos) {
		return 0, false
	}
	return c.videos[0], true
}

// completedOf are the completed rows of the run's day with these ids, which are in
// order and each there once, by id.
func (db *DB) completedOf(ctx context.Context, run Run, ids []int64) (ofDay []completedRows, err error) {
	if len(ids) == 0 {
		return nil, nil
	}
	days, err := db.paymentDays(ctx, run.StartsOn, ids)
	if err != nil {
		return nil, err
	}
	rows, err := db.Payments.Completed(ctx, append(days, run.PaymentsOnTime().Wants(ids)), run.StartsOn, ids)
	if err != nil {
		return nil, err
	}
	for len(rows) > 0 {
		first := rows[0]
		one := completedRows{id: first.PaymentID, isNew: first.JudgedOn == run.StartsOn}
		for ; len(rows) > 0 && rows[0].PaymentID == first.PaymentID; rows = rows[1:] {
			if rows[0].JudgedOn == run.StartsOn {
				one.videos = append(one.videos, rows[0].VideoID)
			}
		}
		if len(one.videos) > 0 {
			ofDay = append(ofDay, one)
		}
	}
	return ofDay, db.markSettled(ctx, run, ofDay)
}

// markSettled takes note of contested ids that the logs do not show to be old: those of refunds whose day was dropped.
func (db *DB) markSettled(ctx context.Context, run Run, ofDay []completedRows) error {
	var contested []int64
	for _, one := range ofDay {
		if _, is := one.winner(); is {
			contested = append(contested, one.id)
		}
	}
	settled, err := db.SettledPayments(ctx, run.StartsOn, contested)
	if err != nil {
		return err
	}
	for i := range ofDay {
		if _, is := settled[ofDay[i].id]; is {
			ofDay[i].isNew = false
		}
	}
	return nil
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
	if err := server.Insert(ctx, tx, "contested_payments", contested); err != nil {
		return fmt.Errorf("store contested payments: %w", err)
	}
	return nil
}

// Which payments are decided by the next check: all, or those that are not decided.
const (
	anew         = "video_id = VALUES(video_id)"
	ifNotDecided = "payment_id = VALUES(payment_id)" // as it was
)

// storeUndecided makes the next check decide the payments and refunds with these ids,
// whatever it finds, and have the chunks that have rows of them counted again.
func storeUndecided(ctx context.Context, tx *sqlx.Tx, day settlement.Day, ids []int64, which string) error {
	rows := make([]contestedPayment, len(ids))
	for i, id := range ids {
		rows[i] = contestedPayment{Day: day, PaymentID: id, VideoID: undecided}
	}
	if err := server.Put(ctx, tx, "contested_payments", rows, `
		ON DUPLICATE KEY UPDATE `+which); err != nil {
		return fmt.Errorf("store undecided payments: %w", err)
	}
	return nil
}
