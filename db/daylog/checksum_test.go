package daylog

import (
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/settlement"
)

func TestPlayChecksum_TellsEveryFigureOfAPlay(t *testing.T) {
	checksum := func(plays ...settlement.Play) (sum uint64) {
		for _, play := range plays {
			sum += PlayChecksum(play)
		}
		return sum
	}
	play := settlement.Play{VideoID: 1, ViewerID: 2, StartedAt: 3, ViewID: 4, PlayedSeconds: 5, AdViews: 6}
	sums := map[uint64]bool{checksum(play): true, checksum(): true, checksum(play, play): true}
	for _, change := range []func(*settlement.Play){
		func(p *settlement.Play) { p.VideoID++ },
		func(p *settlement.Play) { p.ViewerID++ },
		func(p *settlement.Play) { p.StartedAt++ },
		func(p *settlement.Play) { p.ViewID++ },
		func(p *settlement.Play) { p.PlayedSeconds++ },
		func(p *settlement.Play) { p.AdViews++ },
	} {
		changed := play
		change(&changed)
		sums[checksum(changed)] = true
		require.Equal(t, checksum(play, changed), checksum(changed, play), "the order does not matter")
	}
	require.Len(t, sums, 9, "every difference shows")
}

// Chunks keep their checksums for as long as their day: another hash would make all
// closed days look changed.
func TestPlayChecksum_StaysWhatItWas(t *testing.T) {
	play := settlement.Play{VideoID: 1, ViewerID: 2, StartedAt: 3, ViewID: 4, PlayedSeconds: 5, AdViews: 6}
	require.Equal(t, uint64(0xcc1b402ba7a65b7b), PlayChecksum(play))
}

func TestPaymentChecksum_TellsEveryFigureOfAPayment(t *testing.T) {
	payment := settlement.Payment{VideoID: 1, PaymentID: 2, PaidAt: 3, Status: "a", PayerID: 4, Amount: 5, Method: "b", RefundOf: 6}
	sums := map[uint64]bool{PaymentChecksum(payment): true}
	for _, change := range []func(*settlement.Payment){
		func(p *settlement.Payment) { p.VideoID++ },
		func(p *settlement.Payment) { p.PaymentID++ },
		func(p *settlement.Payment) { p.PaidAt++ },
		func(p *settlement.Payment) { p.Status = "ab" },
		func(p *settlement.Payment) { p.PayerID++ },
		func(p *settlement.Payment) { p.Amount++ },
		func(p *settlement.Payment) { p.Method = "bb" },
		func(p *settlement.Payment) { p.Status, p.Method = "", "ab" },
		func(p *settlement.Payment) { p.RefundOf++ },
	} {
		changed := payment
		change(&changed)
		sums[PaymentChecksum(changed)] = true
	}
	require.Len(t, sums, 10, "every difference shows")
}

func TestPaymentChecksum_StaysWhatItWas(t *testing.T) {
	payment := settlement.Payment{VideoID: 1, PaymentID: 2, PaidAt: 3, Status: "completed", PayerID: 4, Amount: 5, Method: "transfer", RefundOf: 6}
	require.Equal(t, uint64(0x571dbc425d0a4966), PaymentChecksum(payment))
}
