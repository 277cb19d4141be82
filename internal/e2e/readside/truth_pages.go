package readside

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"

	"creatorpay/settlement"
)

// checkDocument holds the document against the hash of the one that was mailed.
func (tr truth) checkDocument(ctx context.Context, q question, body []byte) (string, error) {
	column := map[path]string{payoutPDF: "payout_sha256", top5PDF: "top5_sha256"}[q.Path]
	var want string
	if err := tr.primary.QueryRowContext(ctx, `SELECT `+column+` FROM statements WHERE kind = 'weekly' AND starts_on = ? AND creator_id = ?`,
		q.Period.Start, q.Creator).Scan(&want); err != nil {
		return "", err
	}
	sum := sha256.Sum256(body)
	if got := hex.EncodeToString(sum[:]); got != want {
		return fmt.Sprintf("the document has the SHA-256 %s, the one that was mailed %q", got, want), nil
	}
	return "", nil
}

// showsDays means that a page has the amounts of the video's newest days of those, and
// the sum of all.
func (tr truth) showsDays(ctx context.Context, page []byte, video int64, from, to settlement.Day) (string, error) {
	const days = ` FROM daily_settlements WHERE video_id = ? AND starts_on BETWEEN ? AND ?`
	return tr.shows(ctx, page, `
		(SELECT video_amount + ad_amount`+days+` ORDER BY starts_on DESC LIMIT ?)
		UNION ALL
		(SELECT COALESCE(SUM(video_amount + ad_amount), 0)`+days+`)`, video, from, to, daysOfVideo, video, from, to)
}

// amounts are those of a page as wholes: ₩1,234 is not ₩1.
var amounts = regexp.MustCompile(`-?₩[0-9]+(,[0-9]{3})*(\.[0-9]+)?`)

// shows means that a page has all amounts that the query gives.
func (tr truth) shows(ctx context.Context, page []byte, query string, args ...any) (string, error) {
	found, err := tr.primary.QueryContext(ctx, query, args...)
	if err != nil {
		return "", err
	}
	defer found.Close()
	shown := map[string]bool{}
	for _, amount := range amounts.FindAll(page, -1) {
		shown[string(amount)] = true
	}
	for found.Next() {
		var amount settlement.Won
		if err := found.Scan(&amount); err != nil {
			return "", err
		}
		if !shown[amount.String()] {
			return fmt.Sprintf("the page does not show %s", amount), nil
		}
	}
	return "", found.Err()
}
