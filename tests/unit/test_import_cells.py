"""What clerks type: made plain, or refused with what to type instead."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenants.imports import cells
from tenants.imports.errors import BadCell
from tenants.imports.reader import Cell

GOOD_ID = "11010519491231002X"
FULL_WIDTH = {ord("0") + n: 0xFF10 + n for n in range(10)}
DAYS = st.dates(date(1900, 3, 1), date(2100, 12, 31))


def text(value: str) -> Cell:
    return Cell("text", value)


def number(value: float) -> Cell:
    return Cell("number", repr(value))


@given(
    DAYS,
    st.sampled_from(
        [
            "{0:%Y}-{0:%m}-{0:%d}",
            "{0.year}/{0.month}/{0.day}",
            "{0.year}.{0.month}.{0.day}",
            "{0.year}年{0.month}月{0.day}日",
            "{0.year} 年 {0.month} 月 {0.day} 日",
            "{0:%Y%m%d}",
        ]
    ),
)
def test_a_date_is_understood_however_it_is_written(day, form):
    said = form.format(day)
    assert cells.day(text(said)) == day
    assert cells.day(text(f"　\u200b{said.translate(FULL_WIDTH)} ")) == day


@given(DAYS)
def test_a_serial_number_is_the_day_excel_shows(day):
    serial = (day - date(1899, 12, 30)).days
    if serial > 60:
        assert cells.day(number(serial)) == day
        assert cells.day(number(serial + 0.75)) == day


def test_the_leap_day_of_1900_never_was():
    assert cells.day_of_serial(1) == date(1900, 1, 1)
    assert cells.day_of_serial(59) == date(1900, 2, 28)
    assert cells.day_of_serial(61) == date(1900, 3, 1)
    assert cells.day_of_serial(59) + timedelta(days=1) == cells.day_of_serial(61)
    with pytest.raises(BadCell):
        cells.day_of_serial(60)


def test_a_date_typed_as_a_bare_number_is_no_serial_number():
    assert cells.day(number(20160501)) == date(2016, 5, 1)
    assert cells.day(Cell("date", "2016-05-01T00:00:00")) == date(2016, 5, 1)


@pytest.mark.parametrize("said", ["2016-13-01", "2016-02-30", "明天", "2016", "1-5-2016", "99991231"])
def test_what_is_no_date_is_refused(said):
    with pytest.raises(BadCell):
        cells.day(text(said))


@given(st.floats() | st.integers(), st.sampled_from(["day", "money", "year", "phone", "id_number", "yes_no", "name"]))
def test_any_number_is_a_value_or_refused(value, reader):
    with suppress(BadCell):
        getattr(cells, reader)(number(value))


@given(st.text(), st.sampled_from(["day", "money", "year", "phone", "id_number", "yes_no", "name", "document_number"]))
def test_any_text_is_a_value_or_refused(value, reader):
    with suppress(BadCell):
        getattr(cells, reader)(text(value))


@given(st.text())
def test_plain_is_plain_already(value):
    once = cells.plain(value)
    assert cells.plain(once) == once


def test_an_id_number_with_spaces_and_full_width_is_the_same():
    for said in [
        GOOD_ID,
        "110105 19491231 002x",
        "１１０１０５１９４９１２３１００２Ｘ",
        f"'{GOOD_ID}",
        f"\u202a{GOOD_ID}\u202c",
    ]:
        assert cells.id_number(text(said)) == GOOD_ID


@pytest.mark.parametrize(
    "cell",
    [
        number(4.40106199001011e17),
        number(440106199001011230),
        number(1e15),
        text("4.40106E+17"),
        text("1101051949123100"),
        text("110105194912310021"),
    ],
)
def test_an_id_number_that_lost_digits_or_does_not_fit_is_refused(cell):
    with pytest.raises(BadCell):
        cells.id_number(cell)


def test_lost_digits_are_named_as_the_reason():
    with pytest.raises(BadCell) as refused:
        cells.id_number(number(440106199001011230))
    assert refused.value.message == cells.LOST


def test_phones_money_years_and_answers():
    assert cells.phone(number(13800138000)) == cells.phone(number(13800138000.0)) == "13800138000"
    assert cells.phone(text("+86 138-0013-8000")) == cells.phone(text("１３８００１３８０００")) == "13800138000"
    for said in ["¥1,200.00", "￥1，200", "1200元", " 1 200 ", "１２００"]:
        assert cells.money(text(said)) == Decimal("1200.00")
    assert cells.money(number(0.1 + 0.2)) == Decimal("0.30")
    for said in ["2026", "2026年", "2026年度", "２０２６ 年度"]:
        assert cells.year(text(said)) == 2026
    assert cells.year(number(2026.0)) == 2026
    assert [cells.yes_no(text(said)) for said in ["是", "√", "N", "否", ""]] == [True, True, False, False, None]
    assert cells.name(text("张 三")) == cells.name(text("张　三\u200b")) == "张三"
    assert cells.name(text("买买提 • 艾力")) == "买买提·艾力"


@pytest.mark.parametrize("kind", ["formula", "error"])
@pytest.mark.parametrize("reader", ["day", "money", "year", "phone", "id_number", "yes_no", "name", "text_of"])
def test_formulas_and_errors_are_refused_everywhere(kind, reader):
    with pytest.raises(BadCell):
        getattr(cells, reader)(Cell(kind, ""))
