"""What a dashboard is made of."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Todo:
    """One line of work: how many, what, a line of meaning, and the door."""

    number: int
    what: str
    note: str
    url_name: str
    verb: str
    query: str = ""


@dataclass(frozen=True)
class Figure:
    """A number with its word and one line of meaning."""

    label: str
    number: int | str
    note: str
