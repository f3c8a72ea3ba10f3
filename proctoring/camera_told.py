"""What a page tells about the camera it opened. Claims: kept as hints for the review, within narrow bounds. Pure."""

from dataclasses import asdict, dataclass
from typing import Any

LABEL_MAX = 120
NUMBERS = {"width": 10_000, "height": 10_000, "rate": 1_000, "cameras": 100}  # largest value that is believed


@dataclass(frozen=True)
class CameraTold:
    """`rate` in pictures a second; `cameras`: how many the browser lists; 0 where it does not say."""

    label: str
    width: int = 0
    height: int = 0
    rate: int = 0
    cameras: int = 0

    @classmethod
    def of(cls, message: Any) -> "CameraTold":
        """From the page's JSON. Raises `TypeError` or `ValueError` for anything else than its five fields."""
        if not isinstance(message, dict) or set(message) != {"label", *NUMBERS}:
            raise ValueError("not what a page tells")
        numbers = {name: _number(message[name], most) for name, most in NUMBERS.items()}
        if not isinstance(message["label"], str):
            raise TypeError("label")
        printable = "".join(letter for letter in message["label"] if letter.isprintable())
        return cls(printable.strip()[:LABEL_MAX], **numbers)

    @property
    def details(self) -> dict[str, int]:
        """Everything but the label."""
        found = asdict(self)
        del found["label"]
        return found


def _number(value: Any, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError("number")
    return round(value) if 0 <= value <= most else 0
