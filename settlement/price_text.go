package settlement

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// priceDecimals is how many decimals a [UnitPrice] has.
const priceDecimals = 4

// String is the price in won, with the decimals that it needs: 1.1.
func (p UnitPrice) String() string {
	text := strconv.FormatInt(int64(p)/UnitsPerWon, 10)
	if rest := int64(p) % UnitsPerWon; rest != 0 {
		text += "." + strings.TrimRight(fmt.Sprintf("%0*d", priceDecimals, rest), "0")
	}
	return text
}

var errNotPrice = errors.New("write a price in won with at most 4 decimals, such as 1.1")

// ParseUnitPrice reads a price in won, exactly: digits, and after a point at most
// four more.
func ParseUnitPrice(text string) (UnitPrice, error) {
	whole, decimals, point := strings.Cut(text, ".")
	if whole == "" || len(decimals) > priceDecimals || point == (decimals == "") || strings.Trim(whole+decimals, "0123456789") != "" {
		return 0, fmt.Errorf("%q is not a price: %w", text, errNotPrice)
	}
	units, err := strconv.ParseInt(whole+decimals+strings.Repeat("0", priceDecimals-len(decimals)), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%q is not a price: %w", text, ErrOutOfRange)
	}
	return UnitPrice(units), nil
}

// String writes the tiers as [ParseTiers] reads them.
func (tiers Tiers) String() string {
	parts := make([]string, len(tiers))
	for i, tier := range tiers {
		parts[i] = fmt.Sprintf("%d:%s", tier.From, tier.Price)
	}
	return strings.Join(parts, ",")
}

// ParseTiers reads ordinals with the prices that hold from them on, such as
// 1:1,100000:1.1. Whether they price every ordinal is for [PriceRule.Validate] to
// say.
func ParseTiers(text string) (tiers Tiers, err error) {
	for part := range strings.SplitSeq(text, ",") {
		from, price, _ := strings.Cut(part, ":")
		var tier Tier
		if tier.From, err = strconv.ParseInt(from, 10, 64); err != nil {
			return nil, fmt.Errorf("%q is not an ordinal with its price: write such as 100000:1.1", part)
		}
		if tier.Price, err = ParseUnitPrice(price); err != nil {
			return nil, fmt.Errorf("from ordinal %d: %w", tier.From, err)
		}
		tiers = append(tiers, tier)
	}
	return tiers, nil
}
