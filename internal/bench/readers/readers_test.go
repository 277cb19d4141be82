package readers

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"creatorpay/settlement"
)

func TestSharesOfTheMixAddUp(t *testing.T) {
	sum := 0
	for _, q := range Mix {
		sum += q.Share
	}
	require.Equal(t, 1000, sum)
}

func TestReadersAskTheirShareAndAboutThemselves(t *testing.T) {
	day := settlement.Day(19_849)
	world := World{
		Creators: []Creator{{ID: 7, Videos: []int64{70}, Token: "seven"}, {ID: 8, Videos: []int64{80}, Token: "eight"}},
		Days:     []settlement.Day{day}, Week: day.Week(), Operator: "operator",
	}
	random := rand.New(rand.NewPCG(1, 1))
	asked := map[string]int{}
	for range 20_000 {
		request := world.Draw(random)
		asked[request.Kind]++
		switch request.Header.Get("Authorization") {
		case "Bearer operator":
			require.Contains(t, request.Kind, "operator")
		case "Bearer seven":
			require.False(t, strings.Contains(request.URL, "/creators/8") || strings.Contains(request.URL, "/videos/80"), request.URL)
		}
	}
	for _, q := range Mix {
		require.InDelta(t, q.Share*20, asked[q.Kind], 4*float64(q.Share), q.Kind)
	}
}
