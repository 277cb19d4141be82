package settlement

import (
	"encoding/json"
	"math"
	"reflect"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// A number that has been added to a type, but not to its figures, would be
// neither compared nor printed.
func TestFigures_AreAllNumbersOfTheirType(t *testing.T) {
	for name, of := range map[string]interface{ Figures() []Figure }{
		"statistics": &Statistics{}, "late": &Late{}, "amounts": &Amounts{}, "ordinals": &VideoOrdinals{}, "earnings": &Earnings{}, "totals": &Totals{},
		"late statistics": &LateStatistics{}, "rolled up": &RolledUp{}, "payments": &PaymentFigures{},
	} {
		t.Run(name, func(t *testing.T) {
			value := reflect.ValueOf(of).Elem()
			want := number(value)
			var got []int64
			names := map[string]bool{}
			for _, figure := range of.Figures() {
				got = append(got, figure.Value)
				names[figure.Name] = true
			}
			slices.Sort(got)
			require.Equal(t, want, got)
			require.Len(t, names, len(want), "each has a name of its own")
		})
	}
}

// number gives each number of the struct another value: 1, 2, 3 and so on.
func number(figures reflect.Value) (values []int64) {
	for _, field := range reflect.VisibleFields(figures.Type()) {
		if !field.Anonymous {
			values = append(values, int64(len(values)+1))
			figures.FieldByIndex(field.Index).SetInt(values[len(values)-1])
		}
	}
	return values
}

func TestFigure_IsWrittenAsItsKind(t *testing.T) {
	require.Equal(t, "1000", Figure{Value: 1000}.String())
	require.Equal(t, "₩1,000", Figure{Value: 1000, IsWon: true}.String())
}

func TestTotals_AddAddsEveryFigure(t *testing.T) {
	one := Totals{}
	number(reflect.ValueOf(&one).Elem())
	sum := one

	require.NoError(t, sum.Add(one))

	for i, figure := range one.Figures() {
		require.Equal(t, 2*figure.Value, sum.Figures()[i].Value, figure.Name)
	}
}

func TestTotals_OfMoneyAreVideosAdsAndTheNetOfPayments(t *testing.T) {
	amounts, sold := Amounts{VideoAmount: 100, AdAmount: 20}, PaymentFigures{Refunds: 1, Gross: -400, Fee: -50, Net: -350}

	total, err := Totals{Amounts: amounts, PaymentFigures: sold}.Total()
	require.NoError(t, err)
	require.Equal(t, Won(-230), total)

	total, err = RolledUp{Amounts: amounts, PaymentFigures: sold}.Total()
	require.NoError(t, err)
	require.Equal(t, Won(-230), total)
}

func TestTotals_OfMoneyThatDoNotFitAreRefused(t *testing.T) {
	amounts := Amounts{VideoAmount: math.MaxInt64 - 5, AdAmount: 5}
	_, err := Totals{Amounts: amounts, PaymentFigures: PaymentFigures{Gross: 1, Net: 1}}.Total()
	require.ErrorIs(t, err, ErrOutOfRange)
}

// Answers and histories of platforms that sell nothing have been written before
// there were payments.
func TestTotals_WithoutPaymentsAreWrittenWithoutThem(t *testing.T) {
	written, err := json.Marshal(Totals{})
	require.NoError(t, err)
	require.Equal(t, `{"views":0,"self_views":0,"repeat_views":0,"played_seconds":0,"ad_views":0,"video_amount":0,"ad_amount":0}`, string(written))
}

func TestTotals_WithPaymentsAreReadAsTheyWereWritten(t *testing.T) {
	totals := Totals{}
	number(reflect.ValueOf(&totals).Elem())

	written, err := json.Marshal(totals)
	require.NoError(t, err)
	var read Totals
	require.NoError(t, json.Unmarshal(written, &read))
	require.Equal(t, totals, read)

	written, err = json.Marshal(Totals{PaymentFigures: PaymentFigures{Pending: 1}})
	require.NoError(t, err)
	require.Contains(t, string(written), `"payments":{"payments":0,"refunds":0,"pending":1,"cancelled":0,"repeats":0,"gross":0,"fee":0,"net":0}`)
}
