package settlement

import (
	"math"
	"math/big"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// exactFee is the fee as R14 is written, in fractions of any size.
func exactFee(amount, basisPoints, fixed int64) *big.Int {
	fee := new(big.Rat).Mul(new(big.Rat).SetInt64(amount), big.NewRat(basisPoints, 10_000))
	fee.Add(fee, new(big.Rat).SetInt64(fixed))
	fee.Add(fee, big.NewRat(1, 2))
	won := new(big.Int).Div(fee.Num(), fee.Denom())
	if most := big.NewInt(amount); won.Cmp(most) > 0 {
		return most
	}
	return won
}

// exactFeeBack is floor(fee x given / amount).
func exactFeeBack(fee, given, amount int64) *big.Int {
	back := new(big.Int).Mul(big.NewInt(fee), big.NewInt(given))
	return back.Div(back, big.NewInt(amount))
}

// drawWon draws an amount from 0 on that is small, huge or both.
func drawWon(t *rapid.T, what string) int64 {
	return rapid.OneOf(
		rapid.Int64Range(0, 100),
		rapid.Int64Range(0, 1_000_000),
		rapid.Int64Range(0, math.MaxInt64),
		rapid.SampledFrom([]int64{1 << 53, 1 << 62, math.MaxInt64 - 1, math.MaxInt64}),
	).Draw(t, what)
}

func TestR14_FeesOfAnySizeAreExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		amount, fixed := drawWon(t, "amount"), drawWon(t, "fixed")
		basisPoints := rapid.Int64Range(0, 10_000).Draw(t, "basis points")

		fee, err := FeeRule{Methods: MethodFees{{"m", basisPoints, Won(fixed)}}}.Fee("m", Won(amount))

		require.NoError(t, err)
		require.Equal(t, exactFee(amount, basisPoints, fixed).String(), big.NewInt(int64(fee)).String())
	})
}

// drawSplit cuts the amount into parts of at least 1 won, of any sizes.
func drawSplit(t *rapid.T, amount int64) (parts []int64) {
	for amount > 0 {
		part := amount
		if len(parts) < 8 && rapid.Bool().Draw(t, "goes on") {
			part = rapid.Int64Range(1, amount).Draw(t, "part")
		}
		parts = append(parts, part)
		amount -= part
	}
	return parts
}

// However a payment is given back, over however many days: at each step its part
// of the fee has come back and no more, and in the end all of it.
func TestR14_AnySplitOfRefundsGivesBackTheFee(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		amount := max(1, drawWon(t, "amount"))
		paid := PaidPayment{PaymentID: 7, VideoID: video, Amount: Won(amount), Fee: Won(min(amount, drawWon(t, "fee")))}
		var back Won
		var rows []DuePayment
		settleDay := func() {
			refunds, bad := SettleRefunds(rows, []PaidPayment{paid})
			require.Empty(t, bad)
			for _, refund := range refunds {
				require.Equal(t, paid.Given, refund.GivenFrom)
				require.Equal(t, refund.Amount, refund.GivenTo-refund.GivenFrom)
				require.LessOrEqual(t, refund.FeeBack, refund.Amount, "a refund never earns")
				require.GreaterOrEqual(t, refund.FeeBack, Won(0))
				back += refund.FeeBack
				require.Equal(t, exactFeeBack(int64(paid.Fee), int64(refund.GivenTo), amount).String(), big.NewInt(int64(back)).String())
				paid.Given = refund.GivenTo
			}
			rows = nil
		}
		for i, part := range drawSplit(t, amount) {
			rows = append(rows, DuePayment{Payment: givesBack(int64(100+i), 7, Won(part))})
			if rapid.Bool().Draw(t, "day ends") {
				settleDay()
			}
		}
		settleDay()
		require.Equal(t, paid.Amount, paid.Given)
		require.Equal(t, paid.Fee, back)
		_, bad := SettleRefunds(due(givesBack(99, 7, 1)), []PaidPayment{paid})
		require.Len(t, bad, 1, "nothing is left")
	})
}

func TestR14_KeptFeesGiveBackNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		amount := max(1, drawWon(t, "amount"))
		paid := PaidPayment{PaymentID: 7, VideoID: video, Amount: Won(amount), Fee: Won(min(amount, drawWon(t, "fee"))), KeptAtRefund: true}
		var rows []DuePayment
		for i, part := range drawSplit(t, amount) {
			rows = append(rows, DuePayment{Payment: givesBack(int64(100+i), 7, Won(part))})
		}

		refunds, bad := SettleRefunds(rows, []PaidPayment{paid})

		require.Empty(t, bad)
		for _, refund := range refunds {
			require.Zero(t, refund.FeeBack)
		}
	})
}

func TestR14_OrderInWhichRefundsAreReadDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var rows []DuePayment
		for id := range rapid.Int64Range(1, 12).Draw(t, "rows") {
			row := givesBack(100+id, rapid.Int64Range(6, 8).Draw(t, "of"), Won(rapid.Int64Range(1, 8).Draw(t, "amount")))
			row.PaidAt += rapid.Int64Range(0, 2).Draw(t, "paid at")
			rows = append(rows, DuePayment{Payment: row, Late: rapid.Bool().Draw(t, "late")})
		}
		payments := []PaidPayment{ten, {PaymentID: 6, VideoID: video, Amount: 20, Fee: 7, Given: 3}}
		before := slices.Clone(rows)

		refunds, bad := SettleRefunds(rows, payments)
		refundsAgain, badAgain := SettleRefunds(rapid.Permutation(rows).Draw(t, "read"), payments)

		require.Equal(t, refunds, refundsAgain)
		require.Equal(t, bad, badAgain)
		require.Equal(t, before, rows)
		require.Len(t, rows, len(refunds)+len(bad))
	})
}

// drawFeeAndAmount draws what a row can bring: at most 2^53 won, with a fee of at
// most as much.
func drawFeeAndAmount(t *rapid.T) (fee, amount Won) {
	amount = Won(rapid.OneOf(rapid.Int64Range(1, 100), rapid.Just(int64(MaxPayment))).Draw(t, "amount"))
	return Won(rapid.Int64Range(0, int64(amount)).Draw(t, "fee")), amount
}

// From any figures, near the ends of the range too, rows bring exact figures or an
// error, and gross is always fee and net.
func TestR15_FiguresAreExactOrRefused(t *testing.T) {
	verdicts := []PaymentVerdict{PaymentSettles, PaymentRefunds, PaymentIsPending, PaymentIsCancelled, PaymentRepeats}
	figure := rapid.OneOf(
		rapid.Int64Range(-1_000, 1_000),
		rapid.Int64Range(math.MaxInt64-int64(MaxPayment), math.MaxInt64),
		rapid.Int64Range(math.MinInt64, math.MinInt64+int64(MaxPayment)),
	)
	rapid.Check(t, func(t *rapid.T) {
		var figures PaymentFigures
		figures.Fee, figures.Net = Won(figure.Draw(t, "fee before")), Won(figure.Draw(t, "net before"))
		figures.Gross = figures.Fee
		if AddTo(&figures.Gross, figures.Net) != nil {
			figures = PaymentFigures{}
		}
		for range rapid.IntRange(1, 5).Draw(t, "rows") {
			verdict, before := rapid.SampledFrom(verdicts).Draw(t, "verdict"), figures
			fee, amount := drawFeeAndAmount(t)
			sign := map[PaymentVerdict]int64{PaymentSettles: 1, PaymentRefunds: -1}[verdict]
			gross, isGross := moved(before.Gross, sign, amount)
			fees, isFee := moved(before.Fee, sign, fee)
			net, isNet := moved(before.Net, sign, amount-fee)

			err := figures.Count(verdict, amount, fee)

			if !isGross || !isFee || !isNet {
				require.ErrorIs(t, err, ErrOutOfRange)
				require.Equal(t, before, figures, "they are left as they were")
				continue
			}
			require.NoError(t, err)
			require.Equal(t, []Won{gross, fees, net}, []Won{figures.Gross, figures.Fee, figures.Net})
			require.Equal(t, figures.Gross, figures.Fee+figures.Net)
			require.Equal(t, before.Rows()+1, figures.Rows())
		}
	})
}

// moved is the sum with sign times by, and whether it fits.
func moved(sum Won, sign int64, by Won) (Won, bool) {
	exact := new(big.Int).Mul(big.NewInt(sign), big.NewInt(int64(by)))
	exact.Add(exact, big.NewInt(int64(sum)))
	return Won(exact.Int64()), exact.IsInt64()
}
