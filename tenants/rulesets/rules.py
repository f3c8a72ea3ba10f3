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


@dataclass(frozen=True)
class RetentionRules:
    """Section `retention`: how long what is kept, and how quickly a person's request is answered.

    Days unless the name says otherwise. The consent to face data promises its readers at most 15 days after it is taken
    back and about six months after the hours review (`proctoring/consents/`): longer values need a new version of it.
    """

    section: ClassVar[str] = "retention"
    request_due_days: int = 15
    export_kept_h: int = 72
    cooling_off_days: int = 7
    anonymise_after_days: int = 180  # after the account was closed
    face_after_withdrawal_days: int = 15  # 0: at once; a review that is running still compares with the photos
    evidence_after_review_days: int = 183
    certificate_years: int = 6
    study_record_years: int = 3
    proof_valid_s: int = 600  # how long the password or code asked for again counts
