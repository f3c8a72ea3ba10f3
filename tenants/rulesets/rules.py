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
    # Of all purposes together. 0 codes a day of an institution: no cap.
    code_again_after_s: int = 60  # for one number
    codes_a_day: int = 5  # to one number
    codes_a_day_address: int = 20
    codes_a_day_institution: int = 0
    password_min_length: int = 8
    phone_proof_s: int = 600  # from the proof that it is the person to the code on the new number
    # After so many failures of one account from one address, and again after as many more, the pair waits; the last
    # delay repeats. What nobody has tried for a day is forgotten.
    sign_in_failures: int = 5
    sign_in_delays_s: tuple[int, ...] = (60, 300, 900, 3600)
    # The same for one account from many addresses. A device the person has used before is not delayed by it.
    sign_in_failures_spread: int = 20
    sign_in_delays_spread_s: tuple[int, ...] = (60, 300, 900)
    # Failures over all accounts that an address has at once, and how many come back an hour (password spraying).
    sign_in_failures_address: int = 40
    sign_in_failures_address_an_hour: int = 30
    flow_valid_s: int = 1800  # registration and forgotten password, from the first page to the last
    flows_an_hour_address: int = 60  # questions about an account's existence that an address may ask


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
    evidence_after_review_days: int = 183  # pictures of snapshots; after the review has decided, as the next two
    check_pictures_days: int = 183  # pictures of face checks
    camera_measures_days: int = 183  # curves, distances, names of camera and browser, addresses, traces of study
    enrolment_scan_days: int = 183  # scans of papers, after a clerk has seen them or the enrolment was withdrawn
    unsent_scan_h: int = 24  # scans of an application that was never sent
    certificate_years: int = 6
    import_days: int = 30  # sheets that were imported; then a batch can neither be corrected nor taken back
    register_batch_days: int = 30  # after the transfer has taken a batch for the national register
    claim_days: int = 183  # holder and scan of a claim for the register of post certificates, after the answer
    proof_valid_s: int = 600  # how long the password or code asked for again counts


@dataclass(frozen=True)
class PrivacyRules:
    """Section `privacy`: how staff may see a full number. Each look needs a reason and is in the audit trail."""

    section: ClassVar[str] = "privacy"
    reveal_reason_min: int = 4  # characters
    reveals_a_minute: int = 6  # of one staff member
    reveals_a_day: int = 100  # of one staff member; more are refused
    reveal_alert_a_day: int = 20  # more stand on the association's dashboard
    reveal_shown_s: int = 60  # then the page masks the number again


@dataclass(frozen=True)
class MessageRules:
    """Section `messages`: when an SMS is tried again, and how many may leave. Codes: see `people`."""

    section: ClassVar[str] = "messages"
    first_retry_s: int = 30
    retry_factor: int = 2
    tries: int = 6  # then it has failed
    unknown_after_s: int = 300  # taken by a worker that never came back: outcome unknown, never sent again
    a_day_a_number: int = 10
    a_day_an_institution: int = 5000
    remind_every_days: int = 3  # nobody gets one kind of reminder from an institution more often
    next_day_h: int = 9  # what a cap holds back leaves on the next day at this hour


@dataclass(frozen=True)
class StaffRules:
    """Section `staff`: the second factor and support grants. Its use is not a rule: staff always show one."""

    section: ClassVar[str] = "staff"
    factor_tries: int = 5  # wrong codes in a row before the next lock
    factor_locks_s: tuple[int, ...] = (60, 300, 900, 3600)  # the last one repeats; never for good
    recovery_codes: int = 10
    enrolment_s: int = 900  # how long a key that was shown may be confirmed
    support_minutes: int = 60
    support_minutes_max: int = 480
