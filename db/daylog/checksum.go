package daylog

import (
	"encoding/binary"

	"github.com/cespare/xxhash/v2"

	"creatorpay/settlement"
)

// PlayChecksum hashes all that is stored of a play. The sum over a chunk's rows is
// the same in any order.
func PlayChecksum(play settlement.Play) uint64 {
	var row [48]byte
	return xxhash.Sum64(appendBinary(row[:0], play.VideoID, play.ViewerID, play.StartedAt, play.ViewID, play.PlayedSeconds, play.AdViews))
}

// PaymentChecksum hashes all that is stored of a row of the log of payments. The
// sum over a chunk's rows is the same in any order.
func PaymentChecksum(payment settlement.Payment) uint64 {
	var row [80]byte
	text := appendBinary(row[:0], payment.VideoID, payment.PaymentID, payment.PaidAt, payment.PayerID, int64(payment.Amount), payment.RefundOf)
	text = append(append(text, payment.Status...), 0) // ends the status: no column may hold it
	return xxhash.Sum64(append(text, payment.Method...))
}

func appendBinary(row []byte, numbers ...int64) []byte {
	for _, number := range numbers {
		row = binary.LittleEndian.AppendUint64(row, uint64(number))
	}
	return row
}
