"""Which column of a sheet is which, and which position a clerk means. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

from tenants.imports.cells import plain, text_of
from tenants.imports.errors import BadCell, BadSheet
from tenants.imports.reader import Cell, Row

SEARCHED = 20  # rows in which the headings are looked for
# Name of a column → how sheets call it; the first is the title we write ourselves.
SYNONYMS: dict[str, tuple[str, ...]] = {
    "name": ("姓名", "学员姓名", "名字", "学员", "name"),
    "id_number": (
        "身份证号",
        "身份证号码",
        "身份证",
        "证件号码",
        "证件号",
        "公民身份号码",
        "居民身份证号码",
        "idnumber",
    ),
    "phone": ("手机号码", "手机", "手机号", "联系电话", "电话", "电话号码", "联系方式", "移动电话", "phone", "mobile"),
    "position": ("岗位", "岗位名称", "工种", "报考岗位", "继续教育岗位", "岗位代码", "position"),
    "post_certificate": ("岗位证书编号", "证书编号", "证书号", "证书号码", "岗位证书号", "岗位证书", "原证书编号"),
    "year": ("年度", "年份", "继续教育年度", "培训年度", "year"),
    "training_class": ("班级", "期次", "班级名称", "班次", "培训班", "class"),
    "training_fee": ("培训费", "培训费用", "学费", "继续教育费"),
    "textbook_fee": ("教材费", "教材费用", "书费", "资料费"),
    "wants_invoice": ("是否开票", "开票", "是否开发票", "需要发票", "发票", "invoice"),
    "invoice_title": ("发票抬头", "抬头", "开票抬头", "单位名称", "开票单位"),
    "invoice_tax_number": ("纳税人识别号", "税号", "统一社会信用代码"),
    "issued_on": ("发证日期", "发证时间", "签发日期", "颁发日期", "issued"),
}


@dataclass(frozen=True)
class Column:
    """A column that a room takes: `name` in code, `title` as we write it, what else it is called."""

    name: str
    title: str
    synonyms: tuple[str, ...] = ()
    required: bool = False
    example: str = ""
    choices: tuple[str, ...] = ()
    as_text: bool = False  # numbers of people and certificates: never let a program round them
    width: int = 16


def column(name: str, *, required: bool = False, **more: object) -> Column:
    """A column of the usual name, with the title and synonyms of `SYNONYMS`."""
    title, *others = SYNONYMS[name]
    return Column(name, title, tuple(others), required, **more)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Headings:
    """Where the columns are. `row` counts from 0 in the rows given; `unknown` are the titles nobody takes."""

    row: int
    places: Mapping[str, int]
    unknown: tuple[str, ...] = field(default=())

    def cells(self, row: Row) -> dict[str, Cell]:
        """The cells of a row by the name of their column."""
        return {name: row.cell(place) for name, place in self.places.items()}


def key_of(title: str) -> str:
    """A heading as it is compared: plain, no spaces, marks or remarks in brackets, small letters."""
    bare = re.sub(r"\s", "", plain(title))
    return re.sub(r"\(.*?\)|\[.*?\]|【.*?】|[*:：、。_?/#·-]", "", bare).lower() or bare.lower()


def find_headings(rows: Sequence[Row], columns: Sequence[Column]) -> Headings:
    """The row of headings, below any title lines; a heading merged over two rows counts with the lower one.

    Raises `BadSheet` with `import.no_headings`, `import.missing_columns` or `import.duplicate_columns`.
    """
    known = {key_of(title): one for one in columns for title in (one.title, one.name, *one.synonyms)}
    counts = [sum(key_of(_heading(cell)) in known for cell in row.cells) for row in rows[:SEARCHED]]
    most = max(counts, default=0)
    if not most or (most < 2 and len(columns) > 1):
        raise BadSheet(
            _("There is no row of headings. Use the template, or name the columns in the first row."),
            code="import.no_headings",
        )
    at = counts.index(most)
    titles = _titles(rows, at, known)
    if at + 1 < len(rows) and _is_second_line(rows[at + 1], known):
        titles |= {place: title for place, title in _own(rows[at + 1]).items() if place not in titles}
        at += 1
    return _placed(at, titles, known, columns)


def _heading(cell: Cell) -> str:
    return cell.text if cell.kind in ("text", "number") else ""


def _own(row: Row) -> dict[int, str]:
    return {place: plain(_heading(cell)) for place, cell in enumerate(row.cells) if _heading(cell)}


def _titles(rows: Sequence[Row], at: int, known: Mapping[str, Column]) -> dict[int, str]:
    """The headings of a row, and for its empty places the known ones just above: cells merged downwards."""
    above = _own(rows[at - 1]) if at else {}
    return {place: title for place, title in above.items() if key_of(title) in known} | _own(rows[at])


def _is_second_line(row: Row, known: Mapping[str, Column]) -> bool:
    titles = _own(row)
    return bool(titles) and all(key_of(title) in known for title in titles.values())


def _placed(at: int, titles: Mapping[int, str], known: Mapping[str, Column], columns: Sequence[Column]) -> Headings:
    places: dict[str, int] = {}
    unknown: list[str] = []
    twice: list[str] = []
    for place, title in sorted(titles.items()):
        found = known.get(key_of(title))
        if not found:
            unknown.append(title)
        elif found.name in places:
            twice.append(title)
        else:
            places[found.name] = place
    if twice:
        raise BadSheet(
            _("These columns are there twice: %(titles)s. Delete one of each.") % {"titles": "、".join(twice)},
            code="import.duplicate_columns",
        )
    if missing := [one.title for one in columns if one.required and one.name not in places]:
        raise BadSheet(
            _("These columns are missing: %(titles)s.") % {"titles": "、".join(missing)}, code="import.missing_columns"
        )
    return Headings(at, places, tuple(unknown))


class Positions:
    """Positions by every way a clerk writes them. `names` is code → name, as the association keeps them."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self.codes = {form: code for code, name in names.items() for form in (_sorted(code), _sorted(name))}
        self.forms: dict[str, set[str]] = {}
        for code, name in names.items():
            for form in _shorter(name):
                self.forms.setdefault(_sorted(form), set()).add(code)

    def code(self, cell: Cell) -> str | None:
        """The code of the position meant. Raises `BadCell` if it is none, or might be several."""
        said = text_of(cell)
        if not said:
            return None
        form = _sorted(said)
        if form in self.codes:
            return self.codes[form]
        found = self.forms.get(form, set())
        if len(found) == 1:
            return next(iter(found))
        if found:
            raise BadCell(_("Several positions are called so. Write the whole name, or the code."))
        raise BadCell(_("There is no such position. Choose one from the list of the template."))


def _sorted(text: str) -> str:
    """A name whose parts may stand in any order: its characters in order, without marks and the word for direction."""
    bare = re.sub(r"[\s()\[\]【】\-—–_/、·.:：|+]", "", plain(text)).lower()
    return "".join(sorted(re.sub(r"方向|专业|岗位$|岗$", "", bare)))


def _shorter(name: str) -> Iterable[str]:
    """Common short forms: 装饰装修施工员 is 装饰施工员 too, 市政工程施工员 市政施工员, 土建施工员 maybe 施工员."""
    yield name.replace("工程", "")
    yield name.replace("装饰装修", "装饰")
    yield name.replace("装饰装修", "装修")
    yield name.replace("设备安装", "安装")
    yield name.replace("设备安装", "设备")
    yield name[-3:]
