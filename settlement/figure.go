package settlement

import "strconv"

// Figure is one number of some figures. Those of one type always have the same
// names in the same order, so that two of them can be compared by their lists.
type Figure struct {
	Name  string // for people
	Value int64
	IsWon bool // the value is an amount of money
}

// String writes the value: 1000, or ₩1,000.
func (f Figure) String() string {
	if f.IsWon {
		return Won(f.Value).String()
	}
	return strconv.FormatInt(f.Value, 10)
}
