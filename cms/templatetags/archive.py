"""Cells of an archive on the screen."""

from typing import Any

from django import template

from cms.archive.parts import Number, Picture, plain

register = template.Library()


@register.filter
def as_text(value: Any) -> str:
    """The cell as text; a dash for nothing."""
    return plain(value) or "—"


@register.filter
def is_number(value: Any) -> bool:
    """Whether it is a number of a person that the screen may offer whole."""
    return isinstance(value, Number) and value.has_door


@register.filter
def is_picture(value: Any) -> bool:
    return isinstance(value, Picture)
