package templates

import (
	"bytes"
	"compress/gzip"
	_ "embed" // for the font
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"sort"
	"strings"
)

//go:embed fonts/CreatorpaySans.ttf.gz
var creatorpaySans []byte

// typeface is a TrueType font, parsed once and then only read.
type typeface struct {
	tables     map[string][]byte
	unitsPerEm float64
	glyphs     []uint16 // by character of the basic plane; 0 is none
	advances   []uint16 // by glyph, in font units
	bearings   []uint16 // by glyph, in font units
	offsets    []uint32 // where each glyph starts in the glyf table, and the end
}

// loadTypeface reads a compressed font file. Those that are part of the program
// are sound, so an error means a program that was built wrong.
func loadTypeface(zipped []byte) (face *typeface, err error) {
	// The parser indexes as the tables say; only a broken file makes it fail.
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("parse the font: %v", cause)
		}
	}()
	reader, err := gzip.NewReader(bytes.NewReader(zipped))
	if err != nil {
		return nil, fmt.Errorf("unzip the font: %w", err)
	}
	data, err := io.ReadAll(reader)
	if err != nil {
		return nil, fmt.Errorf("unzip the font: %w", err)
	}
	// gofpdf takes no other outlines, and says so on stdout only.
	if !bytes.HasPrefix(data, []byte{0, 1, 0, 0}) {
		return nil, errors.New("the font has no TrueType outlines")
	}
	return parseTypeface(data), nil
}

func u16(b []byte, at int) uint16 { return binary.BigEndian.Uint16(b[at:]) }
func u32(b []byte, at int) uint32 { return binary.BigEndian.Uint32(b[at:]) }

func parseTypeface(data []byte) *typeface {
	face := &typeface{tables: map[string][]byte{}}
	for i := range int(u16(data, 4)) {
		record := data[12+16*i:]
		start, size := u32(record, 8), u32(record, 12)
		face.tables[string(record[:4])] = data[start : start+size]
	}
	face.unitsPerEm = float64(u16(face.tables["head"], 18))
	count := int(u16(face.tables["maxp"], 4))

	measured := int(u16(face.tables["hhea"], 34))
	hmtx := face.tables["hmtx"]
	for glyph := range count {
		if glyph < measured {
			face.advances = append(face.advances, u16(hmtx, 4*glyph))
			face.bearings = append(face.bearings, u16(hmtx, 4*glyph+2))
			continue
		}
		// The last glyphs share the width of the last one that has its own.
		face.advances = append(face.advances, face.advances[measured-1])
		face.bearings = append(face.bearings, u16(hmtx, 4*measured+2*(glyph-measured)))
	}

	loca, long := face.tables["loca"], u16(face.tables["head"], 50) == 1
	for glyph := range count + 1 {
		if long {
			face.offsets = append(face.offsets, u32(loca, 4*glyph))
		} else {
			face.offsets = append(face.offsets, 2*uint32(u16(loca, 2*glyph)))
		}
	}
	face.glyphs = parseCharacters(face.tables["cmap"])
	return face
}

// parseCharacters reads the Unicode table of format 4: segments of characters,
// each with a distance to its glyphs or a place where they are listed.
func parseCharacters(cmap []byte) []uint16 {
	glyphs := make([]uint16, 0x10000)
	for i := range int(u16(cmap, 2)) {
		record := cmap[4+8*i:]
		if u16(record, 0) != 3 || u16(record, 2) != 1 {
			continue
		}
		table := cmap[u32(record, 4):]
		segments := int(u16(table, 6)) / 2
		ends, starts := table[14:], table[16+2*segments:]
		deltas, places := table[16+4*segments:], table[16+6*segments:]
		for s := range segments {
			for r := int(u16(starts, 2*s)); r <= int(u16(ends, 2*s)) && r < 0xFFFF; r++ {
				glyph := uint16(r)
				if place := int(u16(places, 2*s)); place != 0 {
					glyph = u16(places, 2*s+place+2*(r-int(u16(starts, 2*s))))
					if glyph == 0 {
						continue
					}
				}
				glyphs[r] = glyph + u16(deltas, 2*s)
			}
		}
	}
	return glyphs
}

// has tells whether the typeface can draw the character.
func (f *typeface) has(r rune) bool {
	return r >= 0 && int(r) < len(f.glyphs) && f.glyphs[r] != 0
}

// width is how wide the text is, in points, at a size in points.
func (f *typeface) width(text string, size float64) float64 {
	var units float64
	for _, r := range text {
		if f.has(r) {
			units += float64(f.advances[f.glyphs[r]])
		}
	}
	return units / f.unitsPerEm * size
}

const ellipsis = "…"

// fit cuts the text so that it is at most so wide, and ends what was cut with an
// ellipsis.
func (f *typeface) fit(text string, size, width float64) string {
	if f.width(text, size) <= width {
		return text
	}
	runes := []rune(text)
	tooMany := sort.Search(len(runes), func(n int) bool {
		return f.width(string(runes[:n+1])+ellipsis, size) > width
	})
	return strings.TrimRight(string(runes[:tooMany]), " ") + ellipsis
}
