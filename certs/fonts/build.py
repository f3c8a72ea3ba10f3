"""Cut the certificate fonts from the npm package `@expo-google-fonts/noto-serif-sc` (a tool, not used at run time).

    npm pack @expo-google-fonts/noto-serif-sc && tar xzf *.tgz
    python build.py package        # needs fonttools

`Common` carries GB 2312 and is loaded by every worker; `Rare` carries every other character of the family and is
loaded the first time a name needs it; `Bold` carries the first level of GB 2312 for titles and seals.
Name ID 6 must differ from file to file: PDF viewers cache embedded faces by it.
"""

import sys
from pathlib import Path

from fontTools import subset

HERE = Path(__file__).parent
SOURCE = {"Regular": "400Regular/NotoSerifSC_400Regular.ttf", "Bold": "700Bold/NotoSerifSC_700Bold.ttf"}
DROPPED = ["GDEF", "GPOS", "GSUB", "BASE", "STAT", "vhea", "vmtx", "gasp", "prep"]
PUNCTUATION = {*range(0x20, 0x7F), *range(0xA0, 0x100), *range(0x2010, 0x2070), *range(0x3000, 0x3020),
               *range(0xFF00, 0xFF61), 0x25CB, 0x25CF, 0x2103, 0x2116, 0x3007, 0xB7, 0x2022}  # fmt: skip


def gb2312(rows: range) -> set[int]:
    """Code points of the given GB 2312 rows (16-55 is level 1, 56-87 level 2)."""
    found: set[int] = set()
    for row in rows:
        for cell in range(1, 95):
            raw = bytes([0xA0 + row, 0xA0 + cell])
            text = raw.decode("gb2312", errors="ignore")
            found.update(map(ord, text))
    return found


def cut(package: Path, weight: str, name: str, wanted: set[int] | None, without: frozenset[int] = frozenset()) -> None:
    """Write `NotoSerifSC-<name>.ttf` with the wanted code points (all when None), less `without`."""
    options = subset.Options(hinting=False, notdef_outline=True, layout_features=[], name_IDs=["*"])
    options.drop_tables += DROPPED
    font = subset.load_font(str(package / SOURCE[weight]), options)
    every = set(font.getBestCmap())
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=(every if wanted is None else wanted & every) - without)
    cutter.subset(font)
    names = font["name"]
    names.names = [record for record in names.names if record.nameID < 256]
    names.setName(f"Noto Serif SC {name}", 4, 3, 1, 0x409)
    names.setName(f"NotoSerifSC-{name}", 6, 3, 1, 0x409)
    target = HERE / f"NotoSerifSC-{name}.ttf"
    font.save(target)
    sys.stdout.write(f"{target.name}: {len(font.getBestCmap())} characters, {target.stat().st_size / 1e6:.1f} MB\n")


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    common = gb2312(range(16, 88)) | PUNCTUATION
    cut(folder, "Regular", "Common", common)
    cut(folder, "Regular", "Rare", None, without=frozenset(common))
    cut(folder, "Bold", "Bold", gb2312(range(16, 56)) | PUNCTUATION)
