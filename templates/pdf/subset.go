package pdf

import (
	"encoding/binary"
	"maps"
	"slices"

	"github.com/go-text/typesetting/font/opentype"
)

// Flags of a part of a glyph that is made of other glyphs. The others would say
// that it is scaled, too: none of the font's is.
const (
	wordArguments = 1 << 0
	moreParts     = 1 << 5
)

// subset is a font file with only these characters, which the font must have.
// gofpdf works through a whole font for each document, which takes much longer
// than drawing it; through such a small one it takes next to nothing. It cuts
// this one once more for what it embeds.
func (f *Font) subset(characters map[rune]bool) []byte {
	runes := slices.Sorted(maps.Keys(characters))
	s := &subsetter{font: f, renumbered: map[uint16]uint16{}}
	s.take(0) // the glyph of missing characters must be the first
	glyphs := make([]uint16, len(runes))
	for i, r := range runes {
		glyphs[i] = s.take(f.glyphs[r])
	}
	return s.assemble(characterTable(runes, glyphs))
}

// subsetter copies glyphs into a new font and numbers them anew.
type subsetter struct {
	font       *Font
	renumbered map[uint16]uint16
	taken      []uint16
}

// take gives the glyph's new number.
func (s *subsetter) take(glyph uint16) uint16 {
	number, known := s.renumbered[glyph]
	if !known {
		number = uint16(len(s.taken))
		s.renumbered[glyph] = number
		s.taken = append(s.taken, glyph)
	}
	return number
}

// outline copies a glyph. The parts that it is made of are taken too.
func (s *subsetter) outline(glyph uint16) []byte {
	outline := slices.Clone(s.font.tables["glyf"][s.font.offsets[glyph]:s.font.offsets[glyph+1]])
	if len(outline) == 0 || int16(binary.BigEndian.Uint16(outline)) >= 0 {
		return outline
	}
	for at, flags := 10, uint16(moreParts); flags&moreParts != 0; {
		flags = binary.BigEndian.Uint16(outline[at:])
		binary.BigEndian.PutUint16(outline[at+2:], s.take(binary.BigEndian.Uint16(outline[at+2:])))
		at += 6
		if flags&wordArguments != 0 {
			at += 2
		}
	}
	return outline
}

// assemble builds the font file.
func (s *subsetter) assemble(cmap []byte) []byte {
	var glyf, loca, hmtx []byte
	for i := 0; i < len(s.taken); i++ { // grows as parts are taken
		glyph := s.taken[i]
		loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))
		glyf = append(glyf, s.outline(glyph)...)
		glyf = append(glyf, make([]byte, -len(glyf)&3)...)
		hmtx = binary.BigEndian.AppendUint16(hmtx, uint16(s.font.metrics.Advance(glyph)))
		hmtx = binary.BigEndian.AppendUint16(hmtx, uint16(s.font.metrics.SideBearing(glyph)))
	}
	loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))

	table := func(name string, content []byte) opentype.Table {
		return opentype.Table{Tag: opentype.MustNewTag(name), Content: content}
	}
	whole := s.font.tables
	return opentype.WriteTTF([]opentype.Table{ // by name, as the format has it
		table("OS/2", whole["OS/2"]),
		table("cmap", cmap),
		table("glyf", glyf),
		table("head", patched(whole["head"], 50, 1)), // long offsets in loca
		table("hhea", patched(whole["hhea"], 34, uint16(len(s.taken)))),
		table("hmtx", hmtx),
		table("loca", loca),
		table("maxp", patched(whole["maxp"], 4, uint16(len(s.taken)))),
		table("name", []byte{0, 0, 0, 0, 0, 6}), // an empty list
		table("post", whole["post"]),
	})
}

func patched(table []byte, at int, value uint16) []byte {
	table = slices.Clone(table)
	binary.BigEndian.PutUint16(table[at:], value)
	return table
}

// characterTable maps ascending characters to glyphs in format 4, each in a
// segment of its own.
func characterTable(runes []rune, glyphs []uint16) []byte {
	var characters, deltas []uint16
	for i, r := range runes {
		characters, deltas = append(characters, uint16(r)), append(deltas, glyphs[i]-uint16(r))
	}
	characters, deltas = append(characters, 0xFFFF), append(deltas, 1)

	segments := uint16(len(characters))
	fields := []uint16{0, 1, 3, 1, 0, 12, 4, 16 + 8*segments, 0, 2 * segments, 0, 0, 0}
	fields = append(append(fields, characters...), 0)         // the last of each segment
	fields = append(append(fields, characters...), deltas...) // the first
	fields = append(fields, make([]uint16, segments)...)      // no lists of glyphs
	table := make([]byte, 0, 2*len(fields))
	for _, field := range fields {
		table = binary.BigEndian.AppendUint16(table, field)
	}
	return table
}
