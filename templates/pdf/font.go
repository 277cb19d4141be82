package pdf

import (
	"bytes"
	"compress/gzip"
	_ "embed" // for the font
	"errors"
	"fmt"
	"io"
	"sort"
	"strings"

	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/font/opentype"
	"github.com/go-text/typesetting/font/opentype/tables"
)

//go:embed fonts/CreatorpaySans.ttf.gz
var creatorpaySans []byte

// Font is a TrueType font, read once and then only looked at: it may be used by
// many goroutines at once.
type Font struct {
	tables     map[string][]byte // as they are in the file
	unitsPerEm float64
	glyphs     []uint16 // by character of the basic plane; 0 is none
	metrics    tables.Hmtx
	offsets    []uint32 // where each glyph starts in the glyf table, and the end
}

// LoadFont reads the font of the documents, which is part of the program. An
// error means a program that was built wrong.
func LoadFont() (*Font, error) { return loadFont(creatorpaySans) }

func loadFont(zipped []byte) (*Font, error) {
	reader, err := gzip.NewReader(bytes.NewReader(zipped))
	if err != nil {
		return nil, fmt.Errorf("unzip the font: %w", err)
	}
	file, err := io.ReadAll(reader)
	if err != nil {
		return nil, fmt.Errorf("unzip the font: %w", err)
	}
	parsed, err := parseFont(file)
	if err != nil {
		return nil, fmt.Errorf("parse the font: %w", err)
	}
	return parsed, nil
}

func parseFont(file []byte) (*Font, error) {
	loader, err := opentype.NewLoader(bytes.NewReader(file))
	if err != nil {
		return nil, err
	}
	// gofpdf takes no other outlines, and says so on stdout only.
	if loader.Type != opentype.TrueType {
		return nil, errors.New("it has no TrueType outlines")
	}
	f := &Font{tables: map[string][]byte{}}
	for _, name := range []string{"OS/2", "cmap", "glyf", "head", "hhea", "hmtx", "loca", "maxp", "post"} {
		if f.tables[name], err = loader.RawTable(opentype.MustNewTag(name)); err != nil {
			return nil, err
		}
	}
	return f, errors.Join(f.parseCharacters(), f.parseGlyphs())
}

func (f *Font) parseCharacters() error {
	table, _, err := tables.ParseCmap(f.tables["cmap"])
	if err != nil {
		return err
	}
	characters, _, err := font.ProcessCmap(table, tables.FPNone)
	if err != nil {
		return err
	}
	f.glyphs = make([]uint16, 0x10000)
	for all := characters.Iter(); all.Next(); {
		if r, glyph := all.Char(); int(r) < len(f.glyphs) {
			f.glyphs[r] = uint16(glyph)
		}
	}
	return nil
}

func (f *Font) parseGlyphs() error {
	head, _, headErr := tables.ParseHead(f.tables["head"])
	hhea, _, hheaErr := tables.ParseHhea(f.tables["hhea"])
	maxp, _, maxpErr := tables.ParseMaxp(f.tables["maxp"])
	glyphs, measured := int(maxp.NumGlyphs), int(hhea.NumOfLongMetrics)

	var locaErr, hmtxErr error
	f.unitsPerEm = float64(head.UnitsPerEm)
	f.offsets, locaErr = tables.ParseLoca(f.tables["loca"], glyphs, head.IndexToLocFormat == 1)
	f.metrics, _, hmtxErr = tables.ParseHmtx(f.tables["hmtx"], measured, glyphs-measured)
	return errors.Join(headErr, hheaErr, maxpErr, locaErr, hmtxErr)
}

// Has tells whether the font can draw the character.
func (f *Font) Has(r rune) bool {
	return r >= 0 && int(r) < len(f.glyphs) && f.glyphs[r] != 0
}

// Width is how wide the text is, in points, at a size in points.
func (f *Font) Width(text string, size float64) float64 {
	var units float64
	for _, r := range text {
		if f.Has(r) {
			units += float64(f.metrics.Advance(f.glyphs[r]))
		}
	}
	return units / f.unitsPerEm * size
}

const ellipsis = "…"

// Fit cuts the text so that it is at most so wide, and ends what was cut with an
// ellipsis.
func (f *Font) Fit(text string, size, width float64) string {
	if f.Width(text, size) <= width {
		return text
	}
	runes := []rune(text)
	tooMany := sort.Search(len(runes), func(n int) bool {
		return f.Width(string(runes[:n+1])+ellipsis, size) > width
	})
	return strings.TrimRight(string(runes[:tooMany]), " ") + ellipsis
}
