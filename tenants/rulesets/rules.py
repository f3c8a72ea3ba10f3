"""Rules about people, as the ruleset may set them."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class PeopleRules:
    """Section `people`. Times in seconds."""

    section: ClassVar[str] = "people"
    initial_password: str = "111111"  # noqa: S105 - the manual's, public; it opens nothing by itself
    code_at_sign_in: str = "new_device"  # first | new_device | always
    code_valid_s: int = 300
    code_tries: int = 5
    code_again_after_s: int = 60
    codes_a_day: int = 5
    password_min_length: int = 8
