package rig

import (
	"creatorpay/internal/e2e/oracle"
)

// InsertLate stores the rows of both logs that the day posts, as the platform does:
// without creatorpay.
func (s *System) InsertLate(p *oracle.Platform, posted string) {
	s.T.Helper()
	for _, v := range p.Views {
		if v.Posted == posted {
			s.Exec(`INSERT INTO watch_log (watched_on, video_id, viewer_id, watched_at, view_id, played_seconds, ad_views) VALUES (?, ?, ?, ?, ?, ?, ?)`,
				p.DayOf(v.At), v.Video, v.Viewer, v.At.UTC().Format("2006-01-02 15:04:05.000"), v.ID, v.Seconds, v.Ads)
		}
	}
	for _, row := range p.Payments {
		if row.Posted == posted {
			s.Exec(`INSERT INTO payments (paid_on, video_id, payment_id, paid_at, status, payer_id, amount, method, refund_of) VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULLIF(?, 0))`,
				p.PaidOn(row), row.Video, row.ID, row.At.UTC().Format("2006-01-02 15:04:05.000"), row.Status, row.Payer, row.Amount, row.Method, row.RefundOf)
		}
	}
}
