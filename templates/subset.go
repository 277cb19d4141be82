package templates

import (
	"encoding/binary"
	"maps"
	"slices"
)

// Flags of a part of a glyph that is made of other glyphs.
const (
	wordArguments = 1 << 0
	oneScale      = 1 << 3
	moreParts     = 1 << 5
	twoScales     = 1 << 6
	fourScales    = 1 << 7
)

// subset is a font with only these characters, which the typeface must have.
// gofpdf works through a whole font for each document, which takes much longer
// than drawing it; through such a small one it takes next to nothing.
func (f *typeface) subset(characters map[rune]bool) []byte {
	runes := slices.Sorted(maps.Keys(characters))
	cut := &cutter{face: f, renumbered: map[uint16]uint16{}}
	cut.take(0) // the glyph of missing characters must be the first
	glyphs := make([]uint16, len(runes))
	for i, r := range runes {
		glyphs[i] = cut.take(f.glyphs[r])
	}
	return cut.assemble(characterTable(runes, glyphs))
}

// cutter copies glyphs into a new font and numbers them anew.
type cutter struct {
	face       *typeface
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
	outline := slices.Clone(c.face.tables["glyf"][c.face.offsets[glyph]:c.face.offsets[glyph+1]])
	if len(outline) == 0 || int16(u16(outline, 0)) >= 0 {
		return outline
	}
	for at, flags := 10, uint16(moreParts); flags&moreParts != 0; {
		flags = u16(outline, at)
		binary.BigEndian.PutUint16(outline[at+2:], c.take(u16(outline, at+2)))
		at += 6
		if flags&wordArguments != 0 {
			at += 2
		}
		switch {
		case flags&oneScale != 0:
			at += 2
		case flags&twoScales != 0:
			at += 4
		case flags&fourScales != 0:
			at += 8
		}
	}
	return outline
}

// assemble builds the font file. Checksums stay 0: gofpdf cuts the font once
// more and computes them for what it embeds.
func (c *cutter) assemble(cmap []byte) []byte {
	var glyf, loca, hmtx []byte
	for i := 0; i < len(c.taken); i++ { // grows as parts are taken
		glyph := c.taken[i]
		loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))
		glyf = append(glyf, c.outline(glyph)...)
		glyf = append(glyf, make([]byte, -len(glyf)&3)...)
		hmtx = binary.BigEndian.AppendUint16(hmtx, c.face.advances[glyph])
		hmtx = binary.BigEndian.AppendUint16(hmtx, c.face.bearings[glyph])
	}
	loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))

	tables := map[string][]byte{
		"cmap": cmap, "glyf": glyf, "loca": loca, "hmtx": hmtx,
		"name": {0, 0, 0, 0, 0, 6},                    // an empty list
		"head": patched(c.face.tables["head"], 50, 1), // long offsets in loca
		"hhea": patched(c.face.tables["hhea"], 34, uint16(len(c.taken))),
		"maxp": patched(c.face.tables["maxp"], 4, uint16(len(c.taken))),
	}
	for _, name := range []string{"OS/2", "post"} {
		tables[name] = c.face.tables[name]
	}
	return fontFile(tables)
}

func patched(table []byte, at int, value uint16) []byte {
	table = slices.Clone(table)
	binary.BigEndian.PutUint16(table[at:], value)
	return table
}

func fontFile(tables map[string][]byte) []byte {
	names := slices.Sorted(maps.Keys(tables))
	file := []byte{0, 1, 0, 0, 0, byte(len(names)), 0, 0, 0, 0, 0, 0}
	offset := len(file) + 16*len(names)
	for _, name := range names {
		file = append(file, name...)
		file = append(file, 0, 0, 0, 0) // checksum
		file = binary.BigEndian.AppendUint32(file, uint32(offset))
		file = binary.BigEndian.AppendUint32(file, uint32(len(tables[name])))
		offset += (len(tables[name]) + 3) &^ 3
	}
	for _, name := range names {
		file = append(file, tables[name]...)
		file = append(file, make([]byte, -len(file)&3)...)
	}
	return file
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
