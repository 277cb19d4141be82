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
func (p UnitPrice) String() string { return decimalText(int64(p), priceDecimals) }

var errNotPrice = errors.New("write a price in won with at most 4 decimals, such as 1.1")

// parseUnitPrice reads a price in won, exactly: digits, and after a point at most
// four more.
func parseUnitPrice(text string) (UnitPrice, error) {
	units, err := parseDecimal(text, priceDecimals, errNotPrice)
	if err != nil {
		return 0, fmt.Errorf("%q is not a price: %w", text, err)
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

// String is what each view and ad view pays, without the version and its day.
func (r PriceRule) String() string {
	return fmt.Sprintf("views %s won, ad views %s won", r.Views, r.AdViews)
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
		if tier.Price, err = parseUnitPrice(price); err != nil {
			return nil, fmt.Errorf("from ordinal %d: %w", tier.From, err)
		}
		tiers = append(tiers, tier)
	}
	return tiers, nil
}
