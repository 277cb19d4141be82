package settlement

import (
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
