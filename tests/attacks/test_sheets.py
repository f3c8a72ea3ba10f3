"""Hostile sheets: refused by name, quickly, without being parsed in our process."""

from __future__ import annotations

import io
import time
import zipfile

import pytest
from openpyxl import Workbook

from tenants.imports.child import Budget, answer_of
from tenants.imports.errors import REFUSALS, BadSheet
from tenants.imports.limits import LIMITS, Refused
from tenants.imports.reader import read_rows

SHEET = "xl/worksheets/sheet1.xml"
NS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def workbook() -> bytes:
    made = Workbook()
    made.active.append(["姓名", "身份证号"])
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer.getvalue()


def changed(parts: dict[str, bytes], *, without: str = "") -> bytes:
    """A good workbook with some parts replaced or added."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook())) as old,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            if name != without and name not in parts:
                new.writestr(name, old.read(name))
        for name, data in parts.items():
            new.writestr(name, data)
    return buffer.getvalue()


def sheet(rows: str, before: str = "") -> bytes:
    return f'<?xml version="1.0"?>{before}<worksheet xmlns="{NS}"><sheetData>{rows}</sheetData></worksheet>'.encode()


def refused(data: bytes, name: str = "a.xlsx") -> str:
    began = time.monotonic()
    with pytest.raises(BadSheet) as error:
        read_rows(name, data)
    assert time.monotonic() - began < 15
    assert error.value.status == 400
    assert error.value.message
    return error.value.code


def encrypted() -> bytes:
    data = bytearray(workbook())
    at = data.index(b"PK\x01\x02")
    while at >= 0:
        data[at + 8] |= 1
        at = data.find(b"PK\x01\x02", at + 4)
    return bytes(data)


FAR = sheet('<row r="1"><c r="XFD1048576"><v>1</v></c></row>')
BOMB = sheet("", '<!DOCTYPE a [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>')
OUTSIDE = sheet("", '<!DOCTYPE a [<!ENTITY a SYSTEM "file:///etc/passwd">]>')
LINK = b'<Relationships><Relationship Type="x/externalLinkPath" Target="//h" TargetMode="External"/></Relationships>'
HIDDEN = b'<Relationships><Relationship Id="rId1" Type="x/vbaProject" Target="innocent.bin"/></Relationships>'


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({SHEET: FAR}, "import.rows"),
        ({SHEET: sheet('<row r="1048576"><c><v>1</v></c></row>')}, "import.rows"),
        ({SHEET: sheet("<row/>" * (LIMITS.rows + 1))}, "import.rows"),
        ({SHEET: sheet('<row r="1"><c r="BI1"><v>1</v></c></row>')}, "import.columns"),
        ({SHEET: sheet("<row>" + "<c><v>1</v></c>" * 61 + "</row>")}, "import.columns"),
        ({SHEET: BOMB}, "import.entities"),
        ({SHEET: OUTSIDE}, "import.entities"),
        ({"xl/media/image1.png": BOMB.decode().encode("utf-16")}, "import.entities"),
        ({"xl/media/image1.png": BOMB}, "import.entities"),
        ({SHEET: b" " * 50_000_000}, "import.bomb"),
        ({f"xl/p{n}.xml": b" " * 1_000_000 for n in range(61)}, "import.bomb"),
        ({f"xl/p{n}.xml": b"<a/>" for n in range(LIMITS.entries)}, "import.entries"),
        ({"xl/vbaProject.bin": b"x"}, "import.macros"),
        ({"xl/_rels/other.xml.rels": HIDDEN}, "import.macros"),
        ({"xl/externalLinks/externalLink1.xml": b"<a/>"}, "import.links"),
        ({"xl/_rels/other.xml.rels": LINK}, "import.links"),
        ({"../../evil.xml": b"<a/>"}, "import.names"),
        ({"/etc/evil.xml": b"<a/>"}, "import.names"),
        ({"xl\\..\\..\\evil.xml": b"<a/>"}, "import.names"),
        ({"C:/evil.xml": b"<a/>"}, "import.names"),
        ({SHEET: b"<worksheet><not closed"}, "import.damaged"),
    ],
)
def test_a_hostile_workbook_is_refused(parts, code):
    assert refused(changed(parts)) == code


def test_a_far_cell_is_a_small_file():
    data = changed({SHEET: FAR})
    assert len(data) < 8_000
    assert refused(data) == "import.rows"


def test_what_a_sheet_says_of_its_own_size_is_not_believed():
    said = sheet('<row r="1"><c r="A1"><v>1</v></c></row>')
    said = said.replace(b"<sheetData>", b'<dimension ref="A1:XFD1048576"/><sheetData>')
    assert [len(row.cells) for row in read_rows("a.xlsx", changed({SHEET: said}))] == [1]


def with_shared(string: str, rows: int) -> bytes:
    """A workbook as Excel writes it: its texts stand once in a table, and cells name their place there."""
    with zipfile.ZipFile(io.BytesIO(workbook())) as pack:
        types = pack.read("[Content_Types].xml").decode()
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    override = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}"/></Types>'
    parts = {
        "[Content_Types].xml": types.replace("</Types>", override).encode(),
        "xl/sharedStrings.xml": f'<sst xmlns="{NS}"><si><t>{string}</t></si></sst>'.encode(),
        SHEET: sheet("".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, rows + 1))),
    }
    return changed(parts)


def test_shared_strings_are_read_but_not_told_a_thousand_times():
    assert [row.cells[0].text for row in read_rows("a.xlsx", with_shared("张三", 3))] == ["张三"] * 3
    assert refused(with_shared("张" * 1_900, 15_000)) == "import.long_cells"


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.xls", b"\xd0\xcf\x11\xe0" + b"x" * 600, "import.old_format"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0" + b"x" * 600, "import.old_format"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "import.encrypted"),
        ("a.xlsm", b"PK\x03\x04", "import.old_format"),
        ("a.et", b"x", "import.old_format"),
        ("a.exe", b"MZ", "import.kind"),
        ("a.xlsx", b"name,number", "import.not_what_it_says"),
        ("a.xlsx", b"PK\x03\x04 and nothing more", "import.damaged"),
        ("a.csv", b"PK\x03\x04", "import.not_what_it_says"),
        ("a.csv", b"a,b\n1,\x002", "import.nul"),
        ("a.csv", b"\xff\xff\xff", "import.encoding"),
        ("a.csv", "a,b\n".encode("utf-16-le"), "import.nul"),
        ("a.csv", b"", "import.empty"),
        ("a.csv", b"a" * (LIMITS.file + 1), "import.too_large"),
        ("a.csv", b"a\n" * (LIMITS.rows + 1), "import.rows"),
        ("a.csv", b"a," * 60 + b"a", "import.columns"),
        ("a.csv", b"a" * (LIMITS.cell + 1), "import.long_cells"),
        ("a.csv", b'"' + b"a" * 9_000, "import.damaged"),
    ],
)
def test_a_file_that_is_no_sheet_is_refused(name, data, code):
    assert refused(data, name) == code


def test_encrypted_entries_are_refused():
    assert refused(encrypted()) == "import.encrypted"


def test_a_slow_parse_is_ended():
    began = time.monotonic()
    with pytest.raises(BadSheet) as error:
        read_rows("a.xlsx", workbook(), Budget(wall_s=0.02))
    assert error.value.code == "import.slow"
    assert time.monotonic() - began < 5


def test_a_child_that_eats_the_processor_or_memory_is_ended():
    with pytest.raises(Refused, match="slow"):
        answer_of("a.csv", b"a", Budget(cpu_s=1), ["-c", "while True: pass"])
    with pytest.raises(Refused, match="damaged"):
        answer_of("a.csv", b"a", Budget(), ["-c", "b' ' * (4 << 30)"])


def test_the_child_has_neither_our_settings_nor_our_keys(monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "of ours")
    said = answer_of("a.csv", b"a", Budget(), ["-c", "import os; print(sorted(os.environ))"])
    assert b"SECRET" not in said
    assert b"DATABASE" not in said


def test_every_refusal_has_a_sentence():
    assert all(str(sentence) for sentence in REFUSALS.values())
