package rig

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/db/daylog"
	"creatorpay/internal/e2e/oracle"
	"creatorpay/settlement"
)

// AppendPayments stores rows of payments and makes room for them.
func (s *System) AppendPayments(p *oracle.Platform, payments ...oracle.Payment) {
	s.T.Helper()
	if len(payments) == 0 {
		return
	}
	batch := make([]daylog.Payment, len(payments))
	for i, row := range payments {
		batch[i] = PaymentRow(p, row)
	}
	byDay := func(a, b daylog.Payment) int { return int(a.Day - b.Day) }
	first, last := slices.MinFunc(batch, byDay).Day, slices.MaxFunc(batch, byDay).Day
	require.NoError(s.T, s.DB.AddPaymentPartitions(s.T.Context(), first, last))
	added, refused, err := s.DB.AppendPayments(s.T.Context(), batch)
	require.NoError(s.T, err)
	require.Empty(s.T, refused)
	require.EqualValues(s.T, len(payments), added.Rows)
}

// PaymentRow is the row as the log of payments has it.
func PaymentRow(p *oracle.Platform, row oracle.Payment) daylog.Payment {
	return daylog.Payment{Day: ToDay(p.PaidOn(row)), Payment: settlement.Payment{
		VideoID: row.Video, PaymentID: row.ID, PaidAt: row.At.UnixMilli(), Status: settlement.PaymentStatus(row.Status),
		PayerID: row.Payer, Amount: settlement.Won(row.Amount), Method: row.Method, RefundOf: row.RefundOf,
	}}
}

// PaymentsFile is an import file of the rows.
func PaymentsFile(payments []oracle.Payment) *oracle.Table {
	file := oracle.NewTable("payment_id", "video_id", "payer_id", "paid_at", "amount", "status", "method", "refund_of")
	for _, row := range payments {
		var refundOf any = row.RefundOf
		if row.RefundOf == 0 {
			refundOf = ""
		}
		file.Add(row.ID, row.Video, row.Payer, row.At.Format(time.RFC3339Nano), row.Amount, row.Status, row.Method, refundOf)
	}
	return file
}

// AddFees adds the platform's versions of the fees.
func (s *System) AddFees(p *oracle.Platform) {
	s.T.Helper()
	for _, fees := range p.Fees[1:] { // a migration brings the first
		args := []string{"fees", "add", "--from", fees.From, "--fees", FeeFlag(fees.Fees)}
		if fees.Kept {
			args = append(args, "--keep-at-refund")
		}
		s.Starter(args...).RequireSuccess()
	}
}

// FeeFlag writes fees as the command takes them.
func FeeFlag(fees []oracle.Fee) string {
	parts := make([]string, len(fees))
	for i, one := range fees {
		parts[i] = fmt.Sprintf("%s:%s%%+%d", one.Method, one.Percent, one.Won)
	}
	return strings.Join(parts, ",")
}
