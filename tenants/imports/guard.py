"""What a file is, before anything parses it as a sheet: by its bytes, its zip directory and its raw XML. No Django."""

import io
import re
import zipfile
from typing import Any, BinaryIO

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser, ParseError

from tenants.imports.limits import LIMITS, Limits, Refused

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
OLD_NAMES = (".xls", ".xlsm", ".xlsb", ".xltm", ".xltx", ".xlam", ".et", ".ett", ".ods", ".numbers")
XML_NAMES = (".xml", ".rels", ".vml")
MACROS = ("vbaproject", "vbadata", "macrosheets/", "activex/")
FOREIGN = ("externallinks/", "connections.xml", "querytables/", "embeddings/", "oleobject")
LEADING = b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n"  # what may stand before the first < of an XML file
PLACE = re.compile(r"([A-Za-z]{1,4})([0-9]{1,9})")
PIECE = 64 * 1024


def kind_of(name: str, data: bytes, limits: Limits = LIMITS) -> str:
    """`xlsx` or `csv`, by name and first bytes, which must agree. Raises `Refused`."""
    if not data.strip():
        raise Refused("empty")
    if len(data) > limits.file:
        raise Refused("too_large")
    lower = name.lower().strip()
    if lower.endswith(OLD_NAMES):
        raise Refused("old_format")
    if lower.endswith(".xlsx"):
        if data.startswith(OLE):  # a workbook with a password is no zip, and an .xls that was renamed neither
            encrypted = "EncryptedPackage".encode("utf-16-le") in data
            raise Refused("encrypted" if encrypted else "old_format")
        if not data.startswith(ZIP):
            raise Refused("not_what_it_says")
        return "xlsx"
    if lower.endswith(".csv"):
        if data.startswith((ZIP, OLE, b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"Rar!", b"\x1f\x8b", b"7z\xbc")):
            raise Refused("not_what_it_says")
        return "csv"
    raise Refused("kind")


def decoded(data: bytes) -> str:
    """The text of a CSV file in UTF-8, UTF-16 with its mark, or GB18030. Raises `Refused`."""
    marked = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ["utf-16"] if marked else ["utf-8-sig", "gb18030"]:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            raise Refused("nul")
        return text
    raise Refused("encoding")


def check_workbook(data: bytes, limits: Limits = LIMITS) -> None:
    """Walk a workbook's zip directory and then each part's raw XML. Raises `Refused`; loads no sheet."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as pack:
            entries = pack.infolist()
            _check_directory(entries, len(data), limits)
            for entry in entries:
                with pack.open(entry) as part:
                    _check_part(entry.filename.lower(), part, limits)  # type: ignore[arg-type]
    except (zipfile.BadZipFile, ParseError, EOFError, OSError, NotImplementedError, ValueError, LookupError) as error:
        if isinstance(error, DefusedXmlException):
            raise Refused("entities") from None
        raise Refused("damaged") from None
    except (RuntimeError, zipfile.zlib.error):  # type: ignore[attr-defined]
        raise Refused("damaged") from None


def _check_directory(entries: list[zipfile.ZipInfo], packed: int, limits: Limits) -> None:
    names = [entry.filename.lower().replace("\\", "/") for entry in entries]
    if len(entries) > limits.entries:
        raise Refused("entries")
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise Refused("encrypted")
    unpacked = sum(entry.file_size for entry in entries)
    one_by_one = any(e.file_size > limits.ratio_from and e.file_size > limits.ratio * e.compress_size for e in entries)
    if unpacked > limits.unpacked or one_by_one or (unpacked > limits.ratio_from and unpacked > limits.ratio * packed):
        raise Refused("bomb")
    if any(name.startswith("/") or ":" in name or ".." in name.split("/") for name in names):
        raise Refused("names")
    if len(set(names)) != len(names):  # two parts of one name: two programs would read different sheets
        raise Refused("names")
    if any(part in name for name in names for part in MACROS):
        raise Refused("macros")
    if any(part in name for name in names for part in FOREIGN):
        raise Refused("links")
    if "[content_types].xml" not in names or "xl/workbook.xml" not in names:
        raise Refused("not_what_it_says")


def _check_part(name: str, part: BinaryIO, limits: Limits) -> None:
    """Scan a part if it is XML by its name or by its first bytes: relations may call anything a sheet."""
    piece = part.read(PIECE)
    if not name.endswith(XML_NAMES) and not piece.lstrip(LEADING).startswith(b"<"):
        return
    parser: Any = DefusedXMLParser(target=_Scan(limits), forbid_dtd=True)
    while piece:
        parser.feed(piece)
        piece = part.read(PIECE)
    parser.close()


class _Scan:
    """Target of the XML parser that keeps nothing but the place where it is."""

    def __init__(self, limits: Limits) -> None:
        self.limits, self.row, self.column = limits, 0, 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        local = tag.rpartition("}")[2]
        if local == "row":
            said = attributes.get("r", "")
            self.row, self.column = int(said) if said.isdecimal() and len(said) < 10 else self.row + 1, 0
        elif local == "c":
            self._cell(attributes.get("r", ""))
        elif local == "Relationship":
            kind, external = attributes.get("Type", ""), attributes.get("TargetMode", "") == "External"
            if external and not kind.endswith("/hyperlink"):
                raise Refused("links")
            if kind.lower().endswith("vbaproject"):
                raise Refused("macros")
        elif local in ("Override", "Default") and "macroenabled" in attributes.get("ContentType", "").lower():
            raise Refused("macros")
        if self.row > self.limits.rows:
            raise Refused("rows")
        if self.column > self.limits.columns:
            raise Refused("columns")

    def _cell(self, place: str) -> None:
        self.column += 1
        if found := PLACE.fullmatch(place):
            self.column, self.row = 0, max(self.row, int(found[2]))
            for letter in found[1].upper():
                self.column = self.column * 26 + ord(letter) - 64

    def end(self, tag: str) -> None:
        """Ends tell nothing."""

    def data(self, text: str) -> None:
        """Neither do texts."""

    def close(self) -> None:
        """There is nothing to hand over."""
