package settlement

import "math/bits"

// uint128 holds an exact sum of products that is divided once, at its end.
type uint128 struct{ high, low uint64 }

// plus adds a product. Where the sum may come near 2^128 it is for the caller to
// see that it stays below.
func (u uint128) plus(a, b uint64) uint128 {
	high, low := bits.Mul64(a, b)
	var carry uint64
	u.low, carry = bits.Add64(u.low, low, 0)
	u.high, _ = bits.Add64(u.high, high, carry)
	return u
}

// over divides by the divisor and cuts what remains. It tells whether the
// quotient fits in 64 bits; a quotient by 0 does not.
func (u uint128) over(divisor uint64) (quotient uint64, fits bool) {
	if u.high >= divisor { // or Div64 would panic
		return 0, false
	}
	quotient, _ = bits.Div64(u.high, u.low, divisor)
	return quotient, true
}
