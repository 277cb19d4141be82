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
	cut := &cutter{font: f, renumbered: map[uint16]uint16{}}
	cut.take(0) // the glyph of missing characters must be the first
	glyphs := make([]uint16, len(runes))
	for i, r := range runes {
		glyphs[i] = cut.take(f.glyphs[r])
	}
	return cut.assemble(characterTable(runes, glyphs))
}

// cutter copies glyphs into a new font and numbers them anew.
type cutter struct {
	font       *Font
	renumbered map[uint16]uint16
	taken      []uint16
}

// take gives the glyph's new number.
func (c *cutter) take(glyph uint16) uint16 {
	number, known := c.renumbered[glyph]
	if !known {
		number = uint16(len(c.taken))
		c.renumbered[glyph] = number
		c.taken = append(c.taken, glyph)
	}
	return number
}

// outline copies a glyph. The parts that it is made of are taken too.
func (c *cutter) outline(glyph uint16) []byte {
	outline := slices.Clone(c.font.tables["glyf"][c.font.offsets[glyph]:c.font.offsets[glyph+1]])
	if len(outline) == 0 || int16(binary.BigEndian.Uint16(outline)) >= 0 {
		return outline
	}
	for at, flags := 10, uint16(moreParts); flags&moreParts != 0; {
		flags = binary.BigEndian.Uint16(outline[at:])
		binary.BigEndian.PutUint16(outline[at+2:], c.take(binary.BigEndian.Uint16(outline[at+2:])))
		at += 6
		if flags&wordArguments != 0 {
			at += 2
		}
	}
	return outline
}

// assemble builds the font file.
func (c *cutter) assemble(cmap []byte) []byte {
	var glyf, loca, hmtx []byte
	for i := 0; i < len(c.taken); i++ { // grows as parts are taken
		glyph := c.taken[i]
		loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))
		glyf = append(glyf, c.outline(glyph)...)
		glyf = append(glyf, make([]byte, -len(glyf)&3)...)
		hmtx = binary.BigEndian.AppendUint16(hmtx, uint16(c.font.metrics.Advance(glyph)))
		hmtx = binary.BigEndian.AppendUint16(hmtx, uint16(c.font.metrics.SideBearing(glyph)))
	}
	loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))

	table := func(name string, content []byte) opentype.Table {
		return opentype.Table{Tag: opentype.MustNewTag(name), Content: content}
	}
	whole := c.font.tables
	return opentype.WriteTTF([]opentype.Table{ // by name, as the format has it
		table("OS/2", whole["OS/2"]),
		table("cmap", cmap),
		table("glyf", glyf),
		table("head", patched(whole["head"], 50, 1)), // long offsets in loca
		table("hhea", patched(whole["hhea"], 34, uint16(len(c.taken)))),
		table("hmtx", hmtx),
		table("loca", loca),
		table("maxp", patched(whole["maxp"], 4, uint16(len(c.taken)))),
		table("name", []byte{0, 0, 0, 0, 0, 6}), // an empty list
		table("post", whole["post"]),
	})
}

func patched(table []byte, at int, value uint16) []byte {
	table = slices.Clone(table)
	binary.BigEndian.PutUint16(table[at:], value)
	return table
}

// characterTable maps ascending characters to glyphs in format 4, one segment
// for each run of neighbours.
func characterTable(runes []rune, glyphs []uint16) []byte {
	var ends, starts, deltas []uint16
	for i, r := range runes {
		if i > 0 && r == runes[i-1]+1 && glyphs[i] == glyphs[i-1]+1 {
			ends[len(ends)-1]++
			continue
		}
		starts, ends = append(starts, uint16(r)), append(ends, uint16(r))
		deltas = append(deltas, glyphs[i]-uint16(r))
	}
	starts, ends, deltas = append(starts, 0xFFFF), append(ends, 0xFFFF), append(deltas, 1)

	segments := uint16(len(ends))
	fields := []uint16{0, 1, 3, 1, 0, 12, 4, 16 + 8*segments, 0, 2 * segments, 0, 0, 0}
	fields = append(append(fields, ends...), 0)
	fields = append(append(fields, starts...), deltas...)
	fields = append(fields, make([]uint16, segments)...) // no lists of glyphs
	table := make([]byte, 0, 2*len(fields))
	for _, field := range fields {
		table = binary.BigEndian.AppendUint16(table, field)
	}
	return table
}
