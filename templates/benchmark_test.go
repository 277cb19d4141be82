package templates

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// BenchmarkStatement draws what one mail needs, on all cores as the worker does:
//
//	go test -run '^$' -bench Statement -benchtime 5s ./templates
func BenchmarkStatement(b *testing.B) {
	renderer := renderer(b)
	b.ReportAllocs()
	b.RunParallel(func(loop *testing.PB) {
		s := sample(Korean, 10)
		for loop.Next() {
			_, err := renderer.Payout(b.Context(), s)
			require.NoError(b, err)
			_, err = renderer.Top5(b.Context(), s)
			require.NoError(b, err)
		}
	})
	b.ReportMetric(2*float64(b.N)/b.Elapsed().Seconds(), "documents/s")
}

func BenchmarkPayout(b *testing.B) {
	renderer := renderer(b)
	for _, videos := range []int{1, 10, 300, 5000} {
		b.Run(fmt.Sprintf("videos=%d", videos), func(b *testing.B) {
			s := sample(Korean, videos)
			b.ReportAllocs()
			for b.Loop() {
				_, err := renderer.Payout(b.Context(), s)
				require.NoError(b, err)
			}
		})
	}
}

func BenchmarkTop5(b *testing.B) {
	renderer := renderer(b)
	s := sample(Korean, 10)
	b.ReportAllocs()
	for b.Loop() {
		_, err := renderer.Top5(b.Context(), s)
		require.NoError(b, err)
	}
}

func BenchmarkNewRenderer(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		_, err := NewRenderer()
		require.NoError(b, err)
	}
}
