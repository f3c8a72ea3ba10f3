"""Clerks' sheets as they come: titles above, merged headings, three encodings; and the sheets we hand out."""

from __future__ import annotations

import io
from datetime import datetime

import pytest
from openpyxl import Workbook, load_workbook

from tenants.imports import cells
from tenants.imports.errors import BadCell, BadSheet
from tenants.imports.headings import Positions, column, find_headings
from tenants.imports.reader import Cell, Row, read_rows
from tenants.imports.template import is_example, result_sheet, template

COLUMNS = [
    column("name", required=True, example="张三"),
    column("id_number", required=True, example="11010519491231002X", as_text=True, width=24),
    column("phone", as_text=True),
    column("position", choices=("土建施工员", "材料员")),
    column("year"),
]
POSITIONS = {
    "101": "土建施工员", "102": "装饰装修施工员", "103": "设备安装施工员", "104": "市政工程施工员", "106": "土建质量员",
    "107": "装饰装修质量员", "108": "设备安装质量员", "109": "市政工程质量员", "111": "材料员", "112": "机械员",
    "113": "劳务员", "114": "资料员", "115": "标准员",
}  # fmt: skip


def book(*rows, merge=()) -> bytes:
    made = Workbook()
    for row in rows:
        made.active.append(list(row))
    for area in merge:
        made.active.merge_cells(area)
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer.getvalue()


def rows_of(*rows: list[str]) -> list[Row]:
    return [Row(n, tuple(Cell("text" if t else "empty", t) for t in row)) for n, row in enumerate(rows, 1)]


def test_a_workbook_comes_back_cell_by_cell():
    data = book(["姓名", "年度", "日期"], [], ["张三", 2026, datetime(2016, 5, 1)], ["=1+1", True, None])
    rows = read_rows("名单.XLSX", data)
    assert [row.number for row in rows] == [1, 3, 4]
    assert rows[1].cells == (Cell("text", "张三"), Cell("number", "2026"), Cell("date", "2016-05-01T00:00:00"))
    assert rows[2].cells == (Cell("formula"), Cell("text", "TRUE"))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_csv_in_any_encoding_of_clerks(encoding, separator):
    said = separator.join(["姓名", "身份证号"]) + "\r\n" + separator.join(["张三", '="11010519491231002X"']) + "\r\n"
    rows = read_rows("a.csv", said.encode(encoding))
    assert [[cell.text for cell in row.cells] for row in rows] == [["姓名", "身份证号"], ["张三", "11010519491231002X"]]


def test_headings_stand_below_titles_and_in_two_merged_rows():
    data = book(
        ["2026年度继续教育学员名单"], [], ["填表人：李四"],
        ["学员信息", None, None, "岗位名称", "备注"], ["姓 名", "身份证号码(18位)", "联系电话"],
        ["张三", "11010519491231002X", "13800138000", "土建施工员", "-"],
        merge=["A1:E1", "A4:C4", "D4:D5", "E4:E5"],
    )  # fmt: skip
    rows = read_rows("a.xlsx", data)
    found = find_headings(rows, COLUMNS)
    assert found.places == {"name": 0, "id_number": 1, "phone": 2, "position": 3}
    assert found.cells(rows[found.row + 1])["position"].text == "土建施工员"


def test_unknown_columns_are_told():
    assert find_headings(rows_of(["姓名", "证件号码", "鞋码"]), COLUMNS).unknown == ("鞋码",)


@pytest.mark.parametrize(
    ("titles", "code", "named"),
    [
        (["姓名", "手机"], "import.missing_columns", "身份证号"),
        (["姓名", "身份证号", "身份证号码"], "import.duplicate_columns", "身份证号码"),
        (["甲", "乙", "丙"], "import.no_headings", ""),
    ],
)
def test_headings_that_do_not_do_are_named(titles, code, named):
    with pytest.raises(BadSheet) as refused:
        find_headings(rows_of(titles), COLUMNS)
    assert (refused.value.code, refused.value.status) == (code, 400)
    assert named in refused.value.message


@pytest.mark.parametrize(
    "said", ["土建施工员", "施工员(土建)", "施工员（土建）", "施工员-土建方向", "101", "１０１", "土建 施工员"]
)
def test_a_position_is_understood_however_it_is_written(said):
    assert Positions(POSITIONS).code(Cell("text", said)) == "101"


def test_every_position_is_found_and_a_doubtful_one_is_not_guessed():
    positions = Positions(POSITIONS)
    for code, name in POSITIONS.items():
        assert positions.code(Cell("text", name)) == positions.code(Cell("number", code)) == code
    assert positions.code(Cell("text", "市政质量员")) == "109"
    assert positions.code(Cell("text", "装饰施工员")) == "102"
    for doubtful in ["施工员", "质量员", "厨师"]:
        with pytest.raises(BadCell):
            positions.code(Cell("text", doubtful))


def test_the_template_reads_back_as_its_example():
    data = template(COLUMNS, "学员名单")
    rows = read_rows("template.xlsx", data)
    found = find_headings(rows, COLUMNS)
    assert set(found.places) == {one.name for one in COLUMNS}
    assert is_example(found, rows[found.row + 1], COLUMNS)
    sheet = load_workbook(io.BytesIO(data)).worksheets[0]
    assert sheet["B2"].number_format == sheet["B300"].number_format == "@"
    assert sheet.column_dimensions["B"].width == 24
    assert [rule.type for rule in sheet.data_validations.dataValidation] == ["list"]


def test_the_sheet_of_errors_holds_only_wrong_rows_and_runs_nothing():
    rows = rows_of(["名单"], ["姓名", "身份证号"], ["张三", "1"], ["=HYPERLINK(1)", "@2"], ["李四", "3"])
    found = find_headings(rows, COLUMNS)
    sheet = load_workbook(io.BytesIO(result_sheet(rows, found, {4: "-错"}))).active
    assert [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)] == [["'=HYPERLINK(1)", "'@2", "'-错"]]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} == {"s"}


@pytest.mark.parametrize(
    ("read", "cell"),
    [
        (cells.day, Cell("number", "42860")), (cells.day, Cell("date", "2017-05-04T00:00:00")),
        (cells.day, Cell("number", "20170504")), (cells.day, Cell("text", "2017年5月4日")),
        (cells.money, Cell("number", "0.30000000000000004")), (cells.money, Cell("text", "1,200元")),
        (cells.phone, Cell("number", "13800001234.0")), (cells.year, Cell("number", "2026.0")),
        (cells.id_number, Cell("text", "11010519491231002X")), (cells.yes_no, Cell("text", "√")),
        (cells.certificate_number, Cell("text", "粤建岗（2017）-001")),
    ],
)  # fmt: skip
def test_a_cell_that_was_right_is_read_the_same_from_the_sheet_of_errors(read, cell):
    rows = [Row(1, (Cell("text", "姓名"), Cell("text", "身份证号"))), Row(2, (cell, Cell("text", "1")))]
    again = read_rows("再次.xlsx", result_sheet(rows, find_headings(rows, COLUMNS), {2: "错"}))
    assert read(again[1].cell(0)) == read(cell)


def test_digits_that_were_lost_are_lost_in_the_sheet_of_errors_too():
    rows = [
        Row(1, (Cell("text", "姓名"), Cell("text", "身份证号"))),
        Row(2, (Cell("text", "张三"), Cell("number", "4.40106199001e+17"))),
    ]
    again = read_rows("再次.xlsx", result_sheet(rows, find_headings(rows, COLUMNS), {2: "错"}))
    with pytest.raises(BadCell):
        cells.id_number(again[1].cell(1))
