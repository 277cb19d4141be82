package templates

import (
	"context"
	"crypto/sha256"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"creatorpay/templates/pdf"
)

func TestSameStatementGivesTheSameBytes(t *testing.T) {
	renderer := renderer(t)
	other, err := NewRenderer()
	require.NoError(t, err)
	for name, draw := range map[string]func(*Renderer, context.Context, *Statement) ([]byte, error){
		"payout": (*Renderer).Payout, "top 5": (*Renderer).Top5,
	} {
		var sums [12][sha256.Size]byte
		var group errgroup.Group
		for i := range sums {
			group.Go(func() error {
				pdf, err := draw([]*Renderer{renderer, other}[i%2], t.Context(), nastySample(Korean))
				sums[i] = sha256.Sum256(pdf)
				return err
			})
		}
		require.NoError(t, group.Wait(), name)
		for _, sum := range sums {
			require.Equal(t, sums[0], sum, name)
		}
	}
}

func TestPanicOfTheLibraryIsAnErrorThatNamesTheStatement(t *testing.T) {
	renderer := renderer(t)
	s := sample(English, 1)
	for range cap(renderer.slots) + 1 { // a failed document frees its slot
		_, err := renderer.draw(t.Context(), s, "Payout statement", func(font *pdf.Font, _ *Statement) *sheet {
			unclean := newSheet(font)
			unclean.write(left, 100, body, "🎉")
			return unclean
		})
		require.ErrorContains(t, err, fmt.Sprintf(`statement %q of creator 42: draw "Payout statement": `, s.Number))
	}
}

func TestWaitingForASlotEndsWithTheContext(t *testing.T) {
	busy, err := NewRenderer()
	require.NoError(t, err)
	for range cap(busy.slots) {
		busy.slots <- struct{}{}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = busy.Payout(ctx, sample(English, 1))
	require.ErrorIs(t, err, context.Canceled)
}

func TestAnyLocaleOtherThanKoreanIsEnglish(t *testing.T) {
	for locale, want := range map[string]*labels{Korean: &korean, English: &english, "": &english, "fr": &english} {
		require.Same(t, want, (&Statement{Locale: locale}).labels())
	}
}

// Every text of a statement comes from somebody else.
func FuzzDocuments(f *testing.F) {
	renderer := renderer(f)
	for _, text := range nasty {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s := sample(Korean, 2)
		s.Number, s.Creator, s.Contact, s.Lines[0].Title = text, text, text, text
		s.Top.ByViews[0].Title, s.Top.ByPlayedSeconds[0].Title = text, text
		for _, draw := range []func(context.Context, *Statement) ([]byte, error){renderer.Payout, renderer.Top5} {
			pdf, err := draw(t.Context(), s)
			require.NoError(t, err)
			require.Greater(t, len(pdf), 10_000)
		}
		for i, page := range layOutPayout(renderer.font, s).pages {
			requireTidy(t, renderer.font, page, fmt.Sprintf("page %d", i+1))
		}
	})
}
