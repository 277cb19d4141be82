package counting

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"creatorpay/db"
	"creatorpay/settlement"
)

// FeeShare is what the settled payments cost that have the same fee, and how the
// first of them came to its fee.
type FeeShare struct {
	Version int64 `json:"version"` // of the fees
	settlement.MethodFee
	Payments int64          `json:"payments"`
	Amount   settlement.Won `json:"amount"` // of all of them
	Cost     settlement.Won `json:"fee"`
	First    FirstPayment   `json:"first"`
}

// FirstPayment is the payment of a [FeeShare] with the smallest id.
type FirstPayment struct {
	PaymentID int64          `json:"payment_id"`
	Amount    settlement.Won `json:"amount"`
	Exact     string         `json:"exact"` // its fee in won, with four decimals, before it is rounded
	Cost      settlement.Won `json:"fee"`
}

// FeeShares are the settled payments of one video on the run's day, late ones among
// them, by the version of the fees and the method. The rows must all be settled, as
// those of a closed day are.
func FeeShares(ctx context.Context, database *db.DB, run db.Run, owner db.Owner) ([]FeeShare, error) {
	if !run.HasPayments() {
		return nil, nil
	}
	tally, err := judgePayments(ctx, database, run, settlement.OneVideo(owner.VideoID), []db.Owner{owner}, true)
	if err != nil {
		return nil, err
	}
	return slices.SortedFunc(maps.Values(tally.shares), func(a, b FeeShare) int {
		return cmp.Or(cmp.Compare(a.Version, b.Version), cmp.Compare(a.Method, b.Method))
	}), nil
}

// shareKey tells the fees of payments apart.
type shareKey struct {
	version int64
	method  string
}

// share takes in a settled payment and its fee by the rule.
func (t *paymentTally) share(row settlement.Payment, rule settlement.FeeRule, fee settlement.Won) error {
	key := shareKey{rule.Version, row.Method}
	share, found := t.shares[key]
	if !found {
		of, err := rule.Of(row.Method)
		if err != nil {
			return err
		}
		share = FeeShare{Version: rule.Version, MethodFee: of, First: FirstPayment{row.PaymentID, row.Amount, of.Exact(row.Amount), fee}}
	}
	share.Payments++
	if err := settlement.AddTo(&share.Amount, row.Amount); err != nil {
		return err
	}
	share.Cost += fee // at most the amount
	t.shares[key] = share
	return nil
}
