package templates

import (
	"bytes"
	"compress/gzip"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFontHasHangulAndHanjaAndTheWonSign(t *testing.T) {
	face := font(t)
	for r := '가'; r <= '힣'; r++ {
		require.True(t, face.has(r), "%q", r)
	}
	for _, r := range "金李朴崔鄭₩×–…·" {
		require.True(t, face.has(r), "%q", r)
	}
}

func TestBrokenFontIsRefused(t *testing.T) {
	_, err := loadTypeface(creatorpaySans[:len(creatorpaySans)/2])
	require.ErrorContains(t, err, "unzip the font")
	for problem, data := range map[string]string{"no TrueType outlines": "OTTO and so on", "parse the font": "\x00\x01\x00\x00\x00\x09 cut"} {
		var zipped bytes.Buffer
		writer := gzip.NewWriter(&zipped)
		_, err = writer.Write([]byte(data))
		require.NoError(t, err)
		require.NoError(t, writer.Close())
		_, err = loadTypeface(zipped.Bytes())
		require.ErrorContains(t, err, problem)
	}
}

func TestFontHasEveryLabel(t *testing.T) {
	face := font(t)
	for _, labels := range []labels{korean, english} {
		fields := reflect.ValueOf(labels)
		for i := range fields.NumField() {
			if text := fields.Field(i); text.Kind() == reflect.String {
				require.NotEmpty(t, text.String(), fields.Type().Field(i).Name)
				require.Equal(t, text.String(), face.clean(text.String()))
			}
		}
	}
}

func TestSubsetHasItsCharactersAndNoOthers(t *testing.T) {
	face := font(t)
	wanted := map[rune]bool{}
	for r := range rune(0x10000) {
		if face.has(r) && r%2 == 0 { // as many separate segments as can be
			wanted[r] = true
		}
	}
	subset := parseTypeface(face.subset(wanted))
	for r := range rune(0x10000) {
		require.Equal(t, wanted[r], subset.has(r), "%q", r)
		if wanted[r] {
			require.Equal(t, face.advances[face.glyphs[r]], subset.advances[subset.glyphs[r]], "%q", r)
			require.Equal(t, face.parts(r), subset.parts(r), "%q", r)
		}
	}
}

// parts is how many bytes of outline the character has, with all its parts.
func (f *typeface) parts(r rune) (size int) {
	copied := &cutter{face: f, renumbered: map[uint16]uint16{}}
	copied.take(f.glyphs[r])
	for i := 0; i < len(copied.taken); i++ {
		size += (len(copied.outline(copied.taken[i])) + 3) &^ 3
	}
	return size
}

func TestTextIsCutToItsWidth(t *testing.T) {
	face := font(t)
	require.Equal(t, "제목", face.fit("제목", 10, 100))
	cut := face.fit("아주 긴 제목이 여기에 있습니다", 10, 60)
	require.LessOrEqual(t, face.width(cut, 10), 60.0)
	require.Regexp(t, `^아주 .*…$`, cut)
}
