"""Positions in the editor: chosen from those the institution is approved for, kept as codes.

A page of an institution's schema keeps the code, not a key: positions are rows of the province.
"""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from cms.fee_rules import codes_of
from learning.models import Position


def approved_positions() -> list[tuple[str, str]]:
    """Code and name of the positions that the institution of the schema in force trains for."""
    approved = getattr(getattr(connection, "tenant", None), "position_codes", None)
    rows = Position.objects.order_by("code")
    return list((rows.filter(code__in=approved) if approved else rows).values_list("code", "name"))


def names_of(codes: Iterable[str]) -> str:
    """The names of some codes in words; a code that nobody knows stands for itself."""
    wanted = list(codes)
    known = dict(Position.objects.filter(code__in=wanted).values_list("code", "name"))
    return "、".join(known.get(code, code) for code in wanted)


def check_codes(codes: list[str]) -> None:
    """Raises ValidationError where the institution does not train for one of them."""
    approved = {code for code, _name in approved_positions()}
    strange = [code for code in codes if code not in approved]
    if strange:
        words = _("The institution is not approved for: %(positions)s.")
        raise ValidationError(words % {"positions": names_of(strange)})


class PositionSelect(forms.Select):
    """One position; the code is the value."""

    def __init__(self, attrs: Any = None) -> None:
        super().__init__(attrs)
        self.choices = _with_blank  # type: ignore[assignment]  # asked each time it is shown


class PositionChecks(forms.CheckboxSelectMultiple):
    """Some positions; the value is their codes, separated by commas."""

    def __init__(self, attrs: Any = None) -> None:
        super().__init__(attrs)
        self.choices = approved_positions  # type: ignore[assignment]

    def format_value(self, value: Any) -> list[str]:
        return codes_of(value) if isinstance(value, str) else list(value or [])

    def value_from_datadict(self, data: Any, files: Any, name: str) -> str:
        found = data.getlist(name) if isinstance(data, MultiValueDict) else data.get(name) or []
        return ",".join([found] if isinstance(found, str) else found)


def _with_blank() -> list[tuple[str, str]]:
    return [("", "---------"), *approved_positions()]
