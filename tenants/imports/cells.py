"""What clerks type into cells, made plain. Pure: a `Cell` in, a value out, or `BadCell` with what to type instead.

An empty cell is `None` (a text: ""); whether a column may be empty is for its room to say.
"""

import re
import unicodedata
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext_lazy as _

from tenants.accounts.rules import BadIdNumber, normalised_id_number
from tenants.imports.errors import BadCell
from tenants.imports.reader import Cell

# Zero-width and direction marks, soft hyphen, variation selectors, byte order mark: pasted along from chats and pages.
UNSEEN = re.compile("[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe00-\ufe0f\ufeff]")
EXACT = 10**15  # spreadsheet programs keep fifteen digits of a number, and write zeros for the rest
DATE = re.compile(r"(\d{4})(?:[-/.年])(\d{1,2})(?:[-/.月])(\d{1,2})[日号]?(?:[T ]?0{1,2}:00(?::00)?)?")
BARE_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})")
YEAR = re.compile(r"(\d{4})(?:年|年度|学年)?")
MONEY = re.compile(r"(?:[¥￥$]|RMB|CNY|人民币)?(-?\d+(?:\.\d+)?)(?:元整|元|圆)?", re.IGNORECASE)
YES = {"是", "有", "对", "真", "y", "yes", "true", "1", "√", "✓", "✔", "已", "需要", "要"}
NO = {"否", "无", "没有", "不", "假", "n", "no", "false", "0", "×", "✗", "✘", "x", "未", "不需要", "不要"}
FIRST, LAST = 1900, 2100
LOST = _("The last digits of this number were lost. Format the column as text and type the number again.")
MISFIT = _("This ID number cannot be right: its date of birth or its last character does not fit.")
DAY_60 = 60  # 29 February 1900, which never was: the programs count it all the same


def plain(text: str) -> str:
    """Full-width characters as plain ones, nothing invisible, single spaces, none at the ends."""
    return " ".join(UNSEEN.sub("", unicodedata.normalize("NFKC", UNSEEN.sub("", text))).split())


def text_of(cell: Cell) -> str:
    """The plain text of a cell; a whole number without its `.0`. Raises `BadCell` for formulas and errors."""
    if cell.kind == "formula":
        raise BadCell(_("There is a formula. Copy the cell and paste it as a value."))
    if cell.kind == "error":
        raise BadCell(_("The spreadsheet program shows an error here. Type the value."))
    if cell.kind == "number":
        return _digits(cell.text)
    if cell.kind == "date":
        return cell.text.partition("T")[0]
    return plain(cell.text)


def _digits(number: str) -> str:
    try:
        value = Decimal(number)
    except InvalidOperation:
        return number
    return str(int(value)) if value.is_finite() and value == value.to_integral_value() else number


def prose(cell: Cell) -> str:
    """Sentences as they were typed, full-width marks included; only what cannot be seen is dropped."""
    return UNSEEN.sub("", cell.text).strip() if cell.kind == "text" else text_of(cell)


def compact(cell: Cell) -> str:
    """A text without any space, as numbers of certificates and of people are compared."""
    return text_of(cell).replace(" ", "")


def name(cell: Cell) -> str:
    """A person's name: no spaces between Chinese characters, single ones between others."""
    found = re.sub(r"(?<=[\u3400-\u9fff]) +(?=[\u3400-\u9fff])", "", text_of(cell))
    if re.search(r"\d", found):
        raise BadCell(_("A name has no digits. Write it as on the document."))
    return re.sub(r"(?<=[\u3400-\u9fff]) *[.•・‧⋅] *(?=[\u3400-\u9fff])", "·", found)


def is_exact(number: str) -> bool:
    """Whether a spreadsheet program has kept all digits of this number."""
    return abs(float(number)) < EXACT  # also False for what is no number


def document_number(cell: Cell) -> str:
    """The number of any document in capitals, without spaces; refused when the sheet has lost its digits."""
    if cell.kind == "number" and not is_exact(cell.text):
        raise BadCell(LOST)
    found = compact(cell).strip("'’`\"").upper()
    if re.fullmatch(r"\d\.\d+E\+?\d+", found):
        raise BadCell(LOST)
    return re.sub(r"[-—–]", "", found)


def certificate_number(cell: Cell) -> str:
    """The number of a certificate as it is printed, marks included; refused when the sheet has lost its digits."""
    if cell.kind == "number" and not is_exact(cell.text):
        raise BadCell(LOST)
    return compact(cell).strip("'’`\"")


def id_number(cell: Cell) -> str | None:
    """Eighteen digits with the right date and check digit, a last X as capital."""
    if not (found := document_number(cell)):
        return None
    if len(found) != 18:
        raise BadCell(_("An ID number has 18 characters; these are %(count)s.") % {"count": len(found)})
    try:
        return normalised_id_number(found)
    except BadIdNumber:
        raise BadCell(MISFIT) from None


def phone(cell: Cell) -> str | None:
    """Eleven digits of a mainland mobile number."""
    found = re.sub(r"[\s()-]|[—–]", "", text_of(cell)).strip("'’`\"")
    if not found:
        return None
    found = re.sub(r"^(?:\+|00)?86(?=1\d{10}$)", "", found)
    if not re.fullmatch(r"1[3-9][0-9]{9}", found):
        raise BadCell(_("This is not a mobile number of 11 digits."))
    return found


def day(cell: Cell) -> date | None:
    """A date: a real one of the sheet, its serial number (1900 system), or written in one of five ways."""
    found = text_of(cell)
    if not found:
        return None
    if cell.kind == "date":
        return _within(datetime.fromisoformat(cell.text).date())
    if cell.kind == "number" and not BARE_DATE.fullmatch(found):
        return day_of_serial(float(cell.text))
    squeezed = re.sub(r" ?([-/.年月日号]) ?", r"\1", found)
    if not (parts := DATE.fullmatch(squeezed) or BARE_DATE.fullmatch(squeezed)):
        raise BadCell(_("This is not a date. Write it as 2016-05-01."))
    try:
        return _within(date(*(int(part) for part in parts.groups())))
    except ValueError as error:
        if isinstance(error, BadCell):
            raise
        raise BadCell(_("There is no such day in the calendar.")) from None


def day_of_serial(serial: float) -> date:
    """The day of a serial number of the 1900 system; 60 is a day that never was, and later ones are one too high."""
    number = int(serial) if abs(serial) < 10**7 else 0  # also of nan and inf
    if number == DAY_60:
        raise BadCell(_("There is no such day in the calendar."))
    if number < 1:
        raise BadCell(_("This is not a date. Write it as 2016-05-01."))
    start = date(1899, 12, 30) if number > DAY_60 else date(1899, 12, 31)
    try:
        return _within(start + timedelta(days=number))
    except OverflowError:
        raise BadCell(_("This is not a date. Write it as 2016-05-01.")) from None


def _within(found: date) -> date:
    if not FIRST <= found.year <= LAST:
        raise BadCell(_("The year of this date cannot be right."))
    return found


def money(cell: Cell) -> Decimal | None:
    """Yuan with at most two places, never negative: 1,200.00, ¥1200, 1200元."""
    found = re.sub(r"[ ,，]", "", text_of(cell))
    if not found:
        return None
    if not (parts := MONEY.fullmatch(found)):
        raise BadCell(_("This is not an amount in yuan. Write it as 1200.00."))
    amount = Decimal(parts[1])
    if amount < 0 or amount >= 10**6:
        raise BadCell(_("This amount cannot be right."))
    if cell.kind == "number":
        amount = round(amount, 6)  # 0.1 + 0.2
    if amount != round(amount, 2):
        raise BadCell(_("An amount has at most two places after the point."))
    return round(amount, 2)


def year(cell: Cell) -> int | None:
    """A year: 2026, 2026年, 2026年度."""
    if cell.kind == "date":
        return datetime.fromisoformat(cell.text).year
    found = compact(cell)
    if not found:
        return None
    parts = YEAR.fullmatch(found)
    if not parts or not FIRST <= int(parts[1]) <= LAST:
        raise BadCell(_("This is not a year. Write it as 2026."))
    return int(parts[1])


def yes_no(cell: Cell) -> bool | None:
    """是 or 否, and the other ways to say so."""
    found = compact(cell).lower()
    if not found:
        return None
    if found in YES or found in NO:
        return found in YES
    raise BadCell(_("Write yes or no here."))
