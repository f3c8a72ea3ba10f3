"""A list of 500 people as clerks send them, the register it meets, and what has to come of every row.

`python -m tests.tools.messy_sheet FILE` writes the workbook; the one kept is tests/unit/data/messy_enrolments.xlsx.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from tests.support.people import id_number

KEPT = Path(__file__).parents[1] / "unit" / "data" / "messy_enrolments.xlsx"
SURNAMES, GIVEN = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许", "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平"
HEAD = ("序号", "姓 名", "身份证号码（18位）", "联系电话", "报考岗位", "年度", "班级", "培训费", "是否开票", "发票抬头")
FULL_WIDTH = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
SMALL_CLASS, CLASS = "2026-02", "第一期"


@dataclass
class Person:
    """Somebody of the sheet, and what the world knows of them before it is read."""

    number: int
    cells: dict[str, Any] = field(default_factory=dict)
    certificate: bool = True
    held_name: str = ""  # the register's, if it is another
    issued_on: date = date(2017, 5, 4)
    state: str = "valid"
    account: str = ""  # name of an account that is there already
    enrolled: str = ""  # "here" or "elsewhere"
    verdict: str = "new"
    column: str = ""
    says: str = ""

    @property
    def name(self) -> str:
        return SURNAMES[self.number % 20] + GIVEN[self.number // 20 % 20] + GIVEN[self.number // 7 % 20]

    @property
    def id_number(self) -> str:
        return id_number(self.number, born=f"19{60 + self.number % 40}0{1 + self.number % 9}1{self.number % 10}")

    @property
    def phone(self) -> str:
        return f"139{self.number:08d}"


def refused(column: str, says: str, **more: Any) -> Callable[[Person], None]:
    """A kind of row that is not taken; `more` are its cells and what the world knows of the person."""

    def make(person: Person) -> None:
        person.verdict, person.column, person.says = "refused", column, says
        taken(**more)(person)

    return make


def taken(*, verdict: str = "", **more: Any) -> Callable[[Person], None]:
    def make(person: Person) -> None:
        person.verdict = verdict or person.verdict
        for name, value in more.items():
            told = value(person) if callable(value) else value
            if name in Person.__dataclass_fields__:
                setattr(person, name, told)
            else:
                person.cells[name] = told

    return make


def wrong_digit(person: Person) -> str:
    last = "1" if person.id_number[-1] != "1" else "2"
    return person.id_number[:-1] + last


# How many rows of each kind, and what is odd about them. Cells are named by the letter-free names of `sheet_row`.
KINDS: list[tuple[int, Callable[[Person], None]]] = [
    (201, taken()),
    (20, taken(id=lambda p: p.id_number.translate(FULL_WIDTH), tel=lambda p: p.phone.translate(FULL_WIDTH))),
    (15, taken(name_cell=lambda p: f" {p.name[0]} {p.name[1:]} ", id=lambda p: f"{p.id_number[:6]} {p.id_number[6:]}")),
    (15, taken(id=lambda p: "\u200b" + p.id_number + "\u00a0")),
    (15, taken(id=lambda p: p.id_number.lower())),
    (15, taken(year="2026年度")),
    (10, taken(year="２０２６")),
    (15, taken(position="施工员（土建）")),
    (10, taken(position=101)),
    (10, taken(fee="￥1,200元")),
    (10, taken(tel=lambda p: f"+86 {p.phone[:3]}-{p.phone[3:7]}-{p.phone[7:]}")),
    (10, taken(tel=lambda p: int(p.phone))),
    (5, taken(invoice="是", title="广州某建筑工程有限公司")),
    (10, taken(account=lambda p: p.name)),
    (10, taken(enrolled="here", verdict="unchanged")),
    (8, taken(enrolled="here", verdict="changed", tel=lambda p: f"137{p.number:08d}")),
    (12, refused("id_number", "号码末尾的数字已丢失", id=lambda p: float(p.id_number[:17] + "0"))),
    (10, refused("id_number", "出生日期或末位校验码", id=wrong_digit)),
    (8, refused("id_number", "18 位", id=lambda p: p.id_number[:-1])),
    (10, refused("position", "没有此人该岗位的岗位证书", held_name="另有其人")),
    (8, refused("position", "没有此人该岗位的岗位证书", certificate=False)),
    (6, refused("position", "多个岗位", position="施工员")),
    (5, refused("position", "没有这个岗位", position="厨师")),
    (6, refused("", "这个年份发的岗位证书", issued_on=date(2014, 5, 4))),
    (6, refused("", "已经失效", state="revoked")),
    (6, refused("phone", "手机号码", tel="020-8765432")),
    (5, refused("training_class", "没有这个名称或编号的班级", class_="第九期")),
    (5, refused("name", "不能一起使用", account="冒名者")),
    (5, refused("", "已经报过这个岗位", enrolled="elsewhere")),
    (4, refused("name", "公式", name_cell="=A1")),
    (4, refused("name", "不能为空", name_cell=None)),
    (4, refused("", "发票抬头", invoice="是")),
    (2, taken(class_=SMALL_CLASS)),
    (3, refused("training_class", "已满", class_=SMALL_CLASS)),
    (2, refused("wants_invoice", "是", invoice="也许")),
]
TWICE = 10  # the last rows repeat earlier people


def people() -> list[Person]:
    """All of them in the order of the sheet; the last `TWICE` are the first ones again."""
    made: list[Person] = []
    for count, make in KINDS:
        for _ in range(count):
            person = Person(len(made) + 1)
            make(person)
            made.append(person)
    return made


def rows() -> Iterator[tuple[int, Person, list[Any]]]:
    """Number in the sheet, person, cells. Every 25th line is empty, as where a clerk left room."""
    line = 5
    everybody = people()
    again = [
        Person(one.number, dict(one.cells), verdict="refused", says=f"{n + 5} 行")
        for n, one in enumerate(everybody[:TWICE])
    ]
    for place, person in enumerate([*everybody, *again]):
        if place and place % 25 == 0:
            line += 1
        yield line, person, sheet_row(place + 1, person)
        line += 1


def sheet_row(place: int, person: Person) -> list[Any]:
    said = person.cells
    return [
        place, said.get("name_cell", person.name), said.get("id", person.id_number), said.get("tel", person.phone),
        said.get("position", "土建施工员"), said.get("year", 2026), said.get("class_"), said.get("fee"),
        said.get("invoice"), said.get("title"),
    ]  # fmt: skip


def workbook() -> bytes:
    book = Workbook()
    sheet = book.active
    sheet.title = "学员名单"
    sheet["A1"] = "2026年度继续教育学员报名汇总表"
    sheet.merge_cells("A1:J1")
    sheet["A2"] = "填表单位：某建筑工程有限公司    填表人：李工"
    for place, title in enumerate(HEAD, 1):
        sheet.cell(4, place, title)
    sheet["A3"], sheet["B3"] = "序号", "学员信息"
    sheet.merge_cells("B3:D3")
    for line, _person, cells in rows():
        for place, value in enumerate(cells, 1):
            sheet.cell(line, place, value)
    hidden = book.create_sheet("旧名单")
    hidden.sheet_state = "hidden"
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


if __name__ == "__main__":
    Path(sys.argv[1]).write_bytes(workbook())
