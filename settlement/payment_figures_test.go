package settlement

import (
	"math"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestR15_EveryRowIsCountedAsWhatItIs(t *testing.T) {
	for verdict, want := range map[PaymentVerdict]PaymentFigures{
		PaymentSettles:     {Payments: 1, Gross: 10_000, Fee: 400, Net: 9_600},
		PaymentRefunds:     {Refunds: 1, Gross: -10_000, Fee: -400, Net: -9_600},
		PaymentIsPending:   {Pending: 1},
		PaymentIsCancelled: {Cancelled: 1},
		PaymentRepeats:     {Repeats: 1},
	} {
		t.Run(string(verdict), func(t *testing.T) {
			var got PaymentFigures
			require.NoError(t, got.Count(verdict, 10_000, 400))
			require.Equal(t, want, got)
			require.EqualValues(t, 1, got.Rows())
		})
	}

	t.Run("a row without a verdict is not counted", func(t *testing.T) {
		require.Panics(t, func() { _ = new(PaymentFigures).Count("", 1, 0) })
	})
}

func TestR16_MoreMayBeGivenBackThanWasPaid(t *testing.T) {
	var day PaymentFigures
	require.NoError(t, day.Count(PaymentSettles, 1_000, 130))
	require.NoError(t, day.Count(PaymentRefunds, 10_000, 400))
	require.Equal(t, PaymentFigures{Payments: 1, Refunds: 1, Gross: -9_000, Fee: -270, Net: -8_730}, day)
}

func TestR15_AddAddsEveryFigure(t *testing.T) {
	var one PaymentFigures
	number(reflect.ValueOf(&one).Elem())
	sum := one

	require.NoError(t, sum.Add(one))

	for i, figure := range one.Figures() {
		require.Equal(t, 2*figure.Value, sum.Figures()[i].Value, figure.Name)
	}
}

func TestR15_PaymentFiguresThatDoNotFitAreRefused(t *testing.T) {
	full := PaymentFigures{
		Payments: math.MaxInt64, Refunds: math.MaxInt64, Pending: math.MaxInt64, Cancelled: math.MaxInt64, Repeats: math.MaxInt64,
		Gross: math.MaxInt64, Fee: math.MaxInt64, Net: math.MaxInt64,
	}
	for _, figures := range []PaymentFigures{
		{Payments: 1}, {Refunds: 1}, {Pending: 1}, {Cancelled: 1}, {Repeats: 1}, {Gross: 1}, {Fee: 1}, {Net: 1},
	} {
		sum := full
		require.ErrorIs(t, sum.Add(figures), ErrOutOfRange)
		require.Equal(t, full, sum, "it is left as it was")
	}
}
