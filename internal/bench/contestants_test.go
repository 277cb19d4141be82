package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// What the contestants store of views is what the product does: or their times would
// say nothing.
func TestContestantsSettleViewsAsTheProductDoes(t *testing.T) {
	r, today := closedViews(t)

	for _, c := range r.own(false) {
		require.NoError(t, r.rehearse(t.Context(), today, c), c.name)
	}
}
