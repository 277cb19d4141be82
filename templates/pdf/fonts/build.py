"""Builds CreatorpaySans.ttf.gz: NanumGothic, with the Latin, Greek and Cyrillic
of Noto Sans: names from all over Europe and Vietnam appear as themselves, and
their letters with accents match those without.

    pip install fonttools==4.60.1
    python3 build.py NanumGothic.ttf NotoSans-Regular.ttf

The same fonts always give the same file.
"""

import gzip
import sys
from pathlib import Path

from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.pens.transformPen import TransformPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont, newTable
from fontTools.ttLib.tables._c_m_a_p import CmapSubtable

# The blocks that Noto Sans draws; all else is NanumGothic's.
BLOCKS = [
    (0x0020, 0x02FF),  # Latin
    (0x0300, 0x036F),  # marks for letters that have no character of their own
    (0x0370, 0x052F),  # Greek, Cyrillic
    (0x1D00, 0x1FFF),  # more Latin and Greek
    (0x2010, 0x2027),  # dashes, quotes, dots
    (0x2030, 0x205E),
    (0x2070, 0x209F),  # superscripts, subscripts
    (0x20A0, 0x20BF),  # currencies
    (0x2C60, 0x2C7F),  # Latin
    (0xA640, 0xA69F),  # Cyrillic
    (0xA720, 0xA7FF),  # Latin
]

# Hangul reaches below the line on which Latin stands. Both have their middle at
# the same height when Latin is lowered by so many units.
LOWERED = 36


def main(nanum_path, noto_path):
    nanum = TTFont(nanum_path, recalcTimestamp=False)
    noto = TTFont(noto_path)
    assert nanum["head"].unitsPerEm == noto["head"].unitsPerEm

    letters = {c: g for c, g in noto.getBestCmap().items() if any(a <= c <= z for a, z in BLOCKS)}
    keep_only(nanum, set(nanum.getBestCmap()) - set(letters))
    characters = nanum.getBestCmap() | add_glyphs(nanum, noto, letters)
    nanum["cmap"] = character_table(characters)
    nanum["name"] = names()
    nanum.save("CreatorpaySans.ttf")
    data = Path("CreatorpaySans.ttf").read_bytes()
    Path("CreatorpaySans.ttf.gz").write_bytes(gzip.compress(data, mtime=0))
    Path("CreatorpaySans.ttf").unlink()
    print(f"{len(characters)} characters, {len(data)} bytes before compression")


def keep_only(font, characters):
    """Also leaves out what a document does not use: hints, kerning, names of glyphs."""
    options = Options(hinting=False, notdef_outline=True, glyph_names=False, layout_features=[])
    options.drop_tables += ["TSI0", "TSI1", "TSI2", "TSI3", "TSI5", "kern", "gasp"]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=characters)
    subsetter.subset(font)


def add_glyphs(font, other, letters):
    """Copies the glyphs of the characters and returns which is whose."""
    source, added = other.getGlyphSet(), {}
    order = font.getGlyphOrder()
    for character, name in sorted(letters.items()):
        new = added[character] = f"noto.{name}"
        if new in font["hmtx"].metrics:
            continue
        outline = DecomposingRecordingPen(source)
        source[name].draw(outline)
        pen = TTGlyphPen(None)
        outline.replay(TransformPen(pen, (1, 0, 0, 1, 0, -LOWERED)))
        glyph = pen.glyph()
        glyph.recalcBounds(font["glyf"])
        order.append(new)
        font["glyf"].glyphs[new] = glyph
        font["hmtx"].metrics[new] = (other["hmtx"].metrics[name][0], getattr(glyph, "xMin", 0))
    font.setGlyphOrder(order)
    font["glyf"].glyphOrder = order
    return added


def character_table(characters):
    table = newTable("cmap")
    segments = CmapSubtable.newSubtable(4)
    segments.platformID, segments.platEncID, segments.language = 3, 1, 0
    segments.cmap = {c: g for c, g in characters.items() if c < 0xFFFF}
    table.tableVersion, table.tables = 0, [segments]
    return table


def names():
    """The licence reserves the names of NanumGothic for the unchanged font."""
    table = newTable("name")
    table.names = []
    for identifier, text in {
        0: "Copyright (c) 2010, NAVER Corporation. Copyright 2015 Google LLC.",
        1: "Creatorpay Sans",
        2: "Regular",
        4: "Creatorpay Sans",
        6: "CreatorpaySans-Regular",
        13: "SIL Open Font License, Version 1.1",
        14: "https://openfontlicense.org",
    }.items():
        table.setName(text, identifier, 3, 1, 0x409)
    return table


if __name__ == "__main__":
    main(*sys.argv[1:])
