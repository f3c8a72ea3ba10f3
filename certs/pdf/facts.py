"""What stands on a certificate: plain values, frozen when the certificate is issued.

Facts go to the database as (encrypted) JSON and come back through `from_json`, so a document can be drawn again
years later from exactly what was known on the day of issue.
"""

import json
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any, ClassVar, Self


def chinese_date(day: date) -> str:
    """2020年10月18日, as documents write it."""
    return f"{day.year}年{day.month}月{day.day}日"


def hours_text(hours: float) -> str:
    """32 rather than 32.0; 31.5 stays."""
    return f"{hours:g}"


@dataclass(frozen=True)
class YearRecord:
    """Recorded continuing education of one year."""

    year: int
    hours: float

    @property
    def hours_shown(self) -> str:
        return hours_text(self.hours)

    @property
    def sentence(self) -> str:
        """The line of the manual: 2019年度，继续教育学时为32学时。"""
        return f"{self.year}年度，继续教育学时为{hours_text(self.hours)}学时。"


@dataclass(frozen=True)
class Facts:
    """What both documents share. `issuer` is the association, `seal_caption` the words under the star."""

    kind: ClassVar[str]

    number: str
    name: str
    id_number: str
    position: str
    issuer: str
    seal_caption: str
    issued_on: date

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, default=date.isoformat)

    @classmethod
    def from_json(cls, text: str) -> Self:
        data: dict[str, Any] = json.loads(text)
        for field in fields(cls):
            if field.name.endswith("_on") and data.get(field.name):
                data[field.name] = date.fromisoformat(data[field.name])
        if "records" in data:
            data["records"] = tuple(YearRecord(**record) for record in data["records"])
        return cls(**data)

    @property
    def issued(self) -> str:
        return chinese_date(self.issued_on)

    @property
    def printed_texts(self) -> tuple[str, ...]:
        """Everything variable that must be printable."""
        return tuple(value for value in asdict(self).values() if isinstance(value, str))


@dataclass(frozen=True)
class HoursFacts(Facts):
    """The hours certificate of one enrolment; `score` 0-100, hours in study hours."""

    kind: ClassVar[str] = "hours"

    post_certificate: str
    institution: str
    year: int
    hours: float
    score: int | None
    studied_from_on: date | None
    studied_to_on: date | None

    @property
    def hours_shown(self) -> str:
        return hours_text(self.hours)

    @property
    def studied(self) -> str:
        """First to last day of study, or nothing when unknown."""
        if not (self.studied_from_on and self.studied_to_on):
            return ""
        return f"{chinese_date(self.studied_from_on)}至{chinese_date(self.studied_to_on)}"


@dataclass(frozen=True)
class QualificationFacts(Facts):
    """The electronic qualification certificate with its continuing education, oldest year first."""

    kind: ClassVar[str] = "qualification"

    records: tuple[YearRecord, ...]
