package pdf

import (
	"bytes"
	"compress/gzip"
	"strings"
	"sync"
	"testing"

	"github.com/go-text/typesetting/font/opentype/tables"
	"github.com/stretchr/testify/require"
)

// theFont is read once: it is only looked at.
var theFont = sync.OnceValues(LoadFont)

func documentFont(t *testing.T) *Font {
	t.Helper()
	font, err := theFont()
	require.NoError(t, err)
	return font
}

func TestFontHasHangulAndHanjaAndTheWonSign(t *testing.T) {
	font := documentFont(t)
	for r := '가'; r <= '힣'; r++ {
		require.True(t, font.Has(r), "%q", r)
	}
	for _, r := range "金李朴崔鄭₩×–…·" {
		require.True(t, font.Has(r), "%q", r)
	}
}

func TestBrokenFontIsRefused(t *testing.T) {
	_, err := loadFont(creatorpaySans[:len(creatorpaySans)/2])
	require.ErrorContains(t, err, "unzip the font")
	for problem, data := range map[string]string{"no TrueType outlines": "OTTO" + strings.Repeat("\x00", 8), "parse the font": "\x00\x01\x00\x00\x00\x09 cut"} {
		var zipped bytes.Buffer
		writer := gzip.NewWriter(&zipped)
		_, err = writer.Write([]byte(data))
		require.NoError(t, err)
		require.NoError(t, writer.Close())
		_, err = loadFont(zipped.Bytes())
		require.ErrorContains(t, err, problem)
	}
}

func TestSubsetHasItsCharactersAndNoOthers(t *testing.T) {
	font := documentFont(t)
	wanted := map[rune]bool{}
	for r := range rune(0x10000) {
		if font.Has(r) && r%2 == 0 { // no two neighbours
			wanted[r] = true
		}
	}
	subset, err := parseFont(font.subset(wanted))
	require.NoError(t, err)
	for r := range rune(0x10000) {
		require.Equal(t, wanted[r], subset.Has(r), "%q", r)
		if wanted[r] {
			require.Equal(t, font.metrics.Advance(font.glyphs[r]), subset.metrics.Advance(subset.glyphs[r]), "%q", r)
			require.Equal(t, font.shapes(t, font.glyphs[r]), subset.shapes(t, subset.glyphs[r]), "%q", r)
		}
	}
}

// shapes are the outlines of a glyph and where they lie, of all its parts.
func (f *Font) shapes(t *testing.T, glyph uint16) (shapes []any) {
	t.Helper()
	if f.offsets[glyph] == f.offsets[glyph+1] {
		return nil // a space
	}
	parsed, _, err := tables.ParseGlyph(f.tables["glyf"][f.offsets[glyph]:f.offsets[glyph+1]])
	require.NoError(t, err)
	made, isMade := parsed.Data.(tables.CompositeGlyph)
	if !isMade {
		return []any{parsed.Data}
	}
	for _, part := range made.Glyphs {
		require.Equal(t, [4]float32{1, 0, 0, 1}, part.Scale, "a subset would need to know of scales")
		right, down := part.ArgsAsTranslation()
		shapes = append(shapes, right, down)
		shapes = append(shapes, f.shapes(t, part.GlyphIndex)...)
	}
	return shapes
}

func TestTextIsCutToItsWidth(t *testing.T) {
	font := documentFont(t)
	require.Equal(t, "제목", font.Fit("제목", 10, 100))
	cut := font.Fit("아주 긴 제목이 여기에 있습니다", 10, 60)
	require.LessOrEqual(t, font.Width(cut, 10), 60.0)
	require.Regexp(t, `^아주 .*…$`, cut)
}
