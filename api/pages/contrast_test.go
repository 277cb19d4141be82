package pages

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// What WCAG 2.2 AA asks of text, and of what has to be seen to understand a drawing or to use a page.
const (
	textContrast    = 4.5
	drawingContrast = 3.0
)

func TestColoursContrastInLightAndDark(t *testing.T) {
	light, dark, found := strings.Cut(string(style), "@media (prefers-color-scheme: dark)")
	require.True(t, found)
	dark, _, _ = strings.Cut(dark, "* {")
	for scheme, palette := range map[string]map[string]float64{"light": luminances(t, light), "dark": luminances(t, dark)} {
		for _, pair := range []struct {
			front, back string
			least       float64
		}{
			{"ink", "paper", textContrast}, {"ink", "ground", textContrast}, {"ink", "panel", textContrast},
			{"faint", "paper", textContrast}, {"faint", "ground", textContrast}, {"faint", "panel", textContrast},
			{"accent", "paper", textContrast}, {"accent", "ground", textContrast}, {"paper", "accent", textContrast},
			{"mark", "paper", drawingContrast}, {"mark", "step", drawingContrast}, {"edge", "paper", drawingContrast},
			{"second", "paper", drawingContrast}, {"third", "paper", drawingContrast},
		} {
			contrast := contrast(palette[pair.front], palette[pair.back])
			require.GreaterOrEqual(t, contrast, pair.least, "%s on %s, %s", pair.front, pair.back, scheme)
		}
	}
}

// luminances are the relative luminances of the colours that the style sheet names.
func luminances(t *testing.T, css string) map[string]float64 {
	t.Helper()
	palette := make(map[string]float64)
	for _, colour := range regexp.MustCompile(`--([a-z]+): #([0-9a-f]{6});`).FindAllStringSubmatch(css, -1) {
		var luminance float64
		for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
			value, err := strconv.ParseUint(colour[2][2*i:2*i+2], 16, 8)
			require.NoError(t, err)
			channel := float64(value) / 255
			if channel <= 0.04045 {
				channel /= 12.92
			} else {
				channel = math.Pow((channel+0.055)/1.055, 2.4)
			}
			luminance += weight * channel
		}
		palette[colour[1]] = luminance
	}
	require.NotEmpty(t, palette)
	return palette
}

func contrast(a, b float64) float64 { return (max(a, b) + 0.05) / (min(a, b) + 0.05) }
