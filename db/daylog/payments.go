package daylog

import (
	"database/sql/driver"
	"fmt"
	"time"

	"creatorpay/db/server"
	"creatorpay/settlement"
)

// Payments are the log of all payments.
type Payments struct {
	rows[Payment, settlement.Payment, LatePayment]
}

// NewPayments are the log of payments of the pool's database, scanned as [NewViews]
// are.
func NewPayments(pool *server.Pool, replicas server.OnReplicas) *Payments {
	return &Payments{rows[Payment, settlement.Payment, LatePayment]{
		Log: &Log{pool: pool, replicas: replicas, description: description{
			name:         "payments log",
			rows:         "payments",
			table:        "payments",
			day:          "paid_on",
			at:           "paid_at",
			id:           "payment_id",
			key:          server.Columns{"paid_on", "video_id", "payment_id", "paid_at", "status"},
			figures:      server.Columns{"payer_id", "amount", "method"},
			optional:     server.Columns{"refund_of"},
			late:         "late_payments",
			epochSetting: "payments_epoch",
			stray:        firstStray[LatePayment],
			keep:         keepCompleted,
		}},
		columnsOf:    (*Payment).columns,
		keyOf:        Payment.key,
		appendValues: (*Payment).appendValues,
		read:         readPayment,
		follows:      (*settlement.Payment).Follows,
		checksum:     PaymentChecksum,
	}}
}

// Payment is one line of the log of payments.
type Payment struct {
	Day settlement.Day // business day of PaidAt
	settlement.Payment
}

func (p *Payment) columns() []any {
	return []any{
		&p.Day, &p.VideoID, &p.PaymentID, (*milliseconds)(&p.PaidAt), &p.Status,
		&p.PayerID, &p.Amount, &p.Method, (*zeroOrID)(&p.RefundOf),
	}
}

func (p Payment) key() Payment {
	p.PayerID, p.Amount, p.Method, p.RefundOf = 0, 0, "", 0
	return p
}

func (p *Payment) appendValues(statement []byte) (_ []byte, err error) {
	statement = server.AppendDay(statement, p.Day)
	statement = appendNumbers(statement, p.VideoID, p.PaymentID)
	statement = appendTime(statement, p.PaidAt)
	if statement, err = appendWord(statement, string(p.Status)); err != nil {
		return nil, fmt.Errorf("status of payment %d: %w", p.PaymentID, err)
	}
	statement = appendNumbers(statement, p.PayerID, int64(p.Amount))
	if statement, err = appendWord(statement, p.Method); err != nil {
		return nil, fmt.Errorf("method of payment %d: %w", p.PaymentID, err)
	}
	if p.RefundOf == 0 {
		return append(statement, ",NULL"...), nil
	}
	return appendNumbers(statement, p.RefundOf), nil
}

// zeroOrID is the id in a column that may be NULL, and 0 if it is. A platform may
// write 0 itself: it means the same.
type zeroOrID int64

// Scan reads a column.
func (z *zeroOrID) Scan(source any) error {
	switch id := source.(type) {
	case nil:
		*z = 0
	case int64:
		*z = zeroOrID(id)
	default:
		return fmt.Errorf("read %T as an id", source)
	}
	return nil
}

// sameOrNew is what the column says. Most rows say the same as the row before, whose
// words need no memory then.
func sameOrNew(before string, column driver.Value) string {
	text := column.([]byte)
	if string(text) == before {
		return before
	}
	return string(text)
}

func readPayment(columns []driver.Value, payment *settlement.Payment) {
	refundOf, _ := columns[7].(int64) // or NULL
	*payment = settlement.Payment{
		VideoID:   columns[0].(int64),
		PaymentID: columns[1].(int64),
		PaidAt:    columns[2].(time.Time).UnixMilli(),
		Status:    settlement.PaymentStatus(sameOrNew(string(payment.Status), columns[3])),
		PayerID:   columns[4].(int64),
		Amount:    settlement.Won(columns[5].(int64)),
		Method:    sameOrNew(payment.Method, columns[6]),
		RefundOf:  refundOf,
	}
}

// StrayPayment is the error of a row that was not paid on the day of its
// partition.
func StrayPayment(day settlement.Day, payment settlement.Payment) error {
	return settlement.Errorf(settlement.ErrBadRow, settlement.DailyPeriod(day),
		"payments log of %s, video %d: payment %d was paid at %s, outside of its partition's day: delete it, and insert it with the day on which it was paid",
		day, payment.VideoID, payment.PaymentID, time.UnixMilli(payment.PaidAt).UTC().Format(time.RFC3339Nano))
}
