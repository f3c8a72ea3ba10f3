"""How large a clerk's sheet may be, and why one is refused. No Django: the child reads this too."""

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """Sizes are bytes, `ratio` is unpacked to packed for what unpacks to more than `ratio_from`."""

    file: int = 10 * MIB
    unpacked: int = 60 * MIB
    entries: int = 500
    ratio: int = 120
    ratio_from: int = 4 * MIB
    rows: int = 20_100  # twenty thousand people, and what stands above them
    columns: int = 60
    cell: int = 2_000  # characters
    text: int = 16 * MIB  # characters of all cells: shared strings can be told a million times


LIMITS = Limits()


class Refused(Exception):
    """A sheet that is not read. `key` is one of `tenants.imports.errors.REFUSALS`."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(key)
