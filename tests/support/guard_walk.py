"""Point every route at ids of somebody else and compare the answer with the one for an id that nobody has."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from itertools import islice, product
from typing import Any

from django.core.cache import cache
from django.db import connection, transaction

from tests.support.guard_routes import Route

FEW = 4  # kinds of rows tried on a route that leads nobody anywhere
NOBODY = "00000000-0000-4000-8000-0000000000aa"
NOBODY_INT = 987_654_321
ECHO = re.compile(
    r'name="csrfmiddlewaretoken" value="[^"]*"|"CSRF_TOKEN": "[^"]*"|"csrfToken"[^,]*,|csrf_token[^,]*,'
    r"|/captcha/image/[0-9a-f]+|value=\"[0-9a-f]{40}\"|\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(\.\d+)?|X-CSRFToken[^}]*}"
)
# What a form of ours or of Wagtail might want; a view that reads the row first never looks at it.
DATA = {
    "verb": "confirm", "confirm": "1", "seen": "on", "reason": "查", "decision": "approve", "state": "suspended",
    "role": "viewer", "next": "/my/", "name": "甲", "title": "甲", "slug": "jia", "code": "123456",
    "password": "Zhuxue2027", "phone": "13900000000", "hours": "1", "kind": "export", "answer": "不",
    "action-publish": "1", "q": "a",
}  # fmt: skip
# Which row of the other side stands for an integer parameter; any other name is tried with a row of every kind.
INTEGERS = {
    "page_id": "page", "parent_page_id": "page", "page_to_move_id": "page", "destination_id": "page", "page_pk": "page",
    "image_id": "image", "document_id": "document", "doc_id": "document", "revision_id": "revision",
    "revision_id_a": "revision", "revision_id_b": "revision", "redirect_id": "redirect", "collection_id": "collection",
    "restriction_id": "restriction", "page_view_restriction_id": "restriction",
}  # fmt: skip
# Which kinds of rows a route is about, by its name or by its parameter's; a route without an entry is tried with all.
KINDS: dict[str, tuple[str, ...]] = {
    "enrolment": ("learning.Enrolment",),
    "session": ("learning.StudySession",),
    "attempt": ("exams.Attempt",),
    "certificate": ("certs.QualificationCertificate",),
    "post_certificate": ("learning.PostCertificate",),
    "proctoring:evidence": ("proctoring.FacePhoto", "proctoring.Snapshot", "proctoring.LivenessAttempt"),
    "proctoring:thumbnail": ("proctoring.FacePhoto", "proctoring.Snapshot", "proctoring.LivenessAttempt"),
    "proctoring:camera_of": ("proctoring.CameraSession",),
    "console:check_plot": ("proctoring.LivenessAttempt",),
    "centre:data_download": ("accounts.DataRequest",),
    "centre:data_take_back": ("accounts.DataRequest",),
    "centre:data_withdraw": ("proctoring.Consent",),
    "centre:end_session": ("accounts.SignedIn",),
    "centre:forget_device": ("accounts.KnownDevice",),
    "apply:state": ("tenants.Application",),
    "desk:profile": ("proctoring.FaceProfile",),
    "desk:limits": ("proctoring.FaceProfile",),
    "desk:enrol": ("learning.Enrolment",),
    "desk:enrolment_scan": ("learning.EnrolmentScan",),
    "enrol:application": ("learning.Enrolment",),
    "enrol:scan": ("learning.EnrolmentScan",),
    "desk:reset": ("learning.Enrolment",),
    "desk:reveal": (
        "accounts.User",
        "learning.PostCertificate",
        "accounts.DataRequest",
        "learning.Enrolment",
        "learning.CertificateClaim",
    ),
    "desk:archive": ("learning.Enrolment",),
    "console:archive": ("learning.Enrolment",),
    "desk:export": ("exports.ExportJob",),
    "console:export": ("exports.ExportJob",),
    "desk:import": ("imports.ImportBatch",),
    "console:import": ("imports.ImportBatch",),
    "desk:staff": ("roles.GroupMembership",),
    "desk:support": ("accounts.SupportGrant",),
    "console:audit": ("audit.Entry",),
    "console:people": ("accounts.User",),
    "console:limits": ("accounts.User",),
    "console:person": ("accounts.User",),
    "console:post_certificate": ("learning.PostCertificate",),
    "console:certificate_claim": ("learning.CertificateClaim",),
    "console:enrolment": ("learning.Enrolment",),
    "console:transfer": ("learning.Enrolment",),
    "desk:claim": ("learning.CertificateClaim",),
    "console:data_request": ("accounts.DataRequest",),
    "console:messages": ("outbox.Sms",),
    "console:message": ("outbox.Sms",),
    "console:case": ("review.HoursReview",),
    "console:undo": ("review.HoursReview",),
    "console:lookalike": ("proctoring.Lookalike",),
    "console:institution": ("tenants.Institution", "tenants.Domain"),
    "console:application": ("tenants.Application",),
    "console:appraisal": ("certs.AppraisalRecord",),
    "console:expert": ("portal.Expert",),
    "console:course": ("learning.Course",),
    "console:lesson": ("learning.Lesson",),
    "console:lesson_question": ("learning.LessonQuestion",),
    "console:courseware": ("learning.Media",),
    "console:video_upload": ("learning.MediaUpload",),
    "console:plan": ("learning.Plan",),
    "console:reveal": (
        "accounts.User",
        "learning.PostCertificate",
        "accounts.DataRequest",
        "learning.CertificateClaim",
    ),
    "console:staff": ("roles.GroupMembership",),
    "console:second_factor": ("accounts.User",),
    "console:support_grant": ("tenants.Institution",),
    "console:support": ("accounts.SupportGrant",),
}
WAGTAILS = {"page", "image", "document", "redirect", "revision", "restriction", "group", "site", "collection"}
# Parameters that name no row: what is put in their place.
WORDS: dict[str, tuple[str, ...]] = {
    "kind": (
        "photo", "snapshot", "attempt", "person", "certificate", "request", "portrait", "enrolment", "claim",
        "enrolments", "questions",
    ),
    "field": ("id_number", "phone", "holder_id", "wish"),
    "step": ("name", "names", "look", "people", "site", "confirm"),
    "what": ("enrolments", "classes", "class", "profiles", "reviews", "uploads", "questions"),
    "rendition": ("v0",), "folder": ("none-1",),
    "version": ("2026-01",), "index": ("0",), "lesson": ("1",), "name": ("index.m3u8", "a.jpg"), "key": ("0" * 40,),
    "token": ("A" * 22,), "schema": ("jiangxin",), "action_name": ("publish",), "filter_spec": ("width-100",),
    "app_label": ("cms",), "app_name": ("cms",), "content_type_app_name": ("cms",), "model_name": ("noticepage",),
    "content_type_model_name": ("noticepage",), "action": ("delete",), "object_id": ("200001",), "uidb64": ("MQ",),
    "arg1": ("paper.txt",),
}  # fmt: skip


@dataclass
class Caller:
    """Somebody at a host. `foreign` and `own`: ids by kind of row; `secrets`: what must not be read by them."""

    name: str
    client: Any
    foreign: Mapping[str, str] = field(default_factory=dict)
    foreign_keys: Mapping[str, int] = field(default_factory=dict)
    secrets: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self.client.raise_request_exception = False
        self._cookies = {name: morsel.value for name, morsel in self.client.cookies.items()}

    def ask(self, method: str, path: str) -> Answer:
        """One request; whatever it wrote is taken back, whatever it did to the cookies too."""
        self.client.cookies = SimpleCookie(self._cookies)
        if method == "POST":
            cache.clear()
        with transaction.atomic():
            response = getattr(self.client, method.lower())(path, DATA if method == "POST" else None)
            streamed = getattr(response, "streaming_content", None)
            body = b"".join(streamed) if streamed is not None else response.content
            transaction.set_rollback(True)
        connection.set_schema_to_public()
        return Answer(response.status_code, response.headers.get("Location", ""), body.decode("utf-8", "replace"))


@dataclass(frozen=True)
class Answer:
    status: int
    location: str
    body: str

    def without(self, values: Mapping[str, Any]) -> tuple[int, str, str]:
        """The answer with the asked ids, tokens and times blotted out: two such answers must be equal."""
        body, location = ECHO.sub("", self.body), self.location
        for value in sorted({str(v) for v in values.values()}, key=len, reverse=True):
            if len(value) >= 6:
                body, location = body.replace(value, "·"), location.replace(value, "·")
            else:
                short = re.compile(rf"(?<=/|F){re.escape(value)}(?=/|%2F|$)")  # a number between slashes, quoted or not
                body, location = short.sub("·", body), short.sub("·", location)
        return self.status, location, body

    @property
    def is_refusal_without_looking(self) -> bool:
        """Not signed in, no role, wrong method: the view never came to the row."""
        return self.status in {403, 405} or "/signin/" in self.location or self.location == "/admin/"

    def reveals(self, secrets: frozenset[str], values: Mapping[str, Any]) -> set[str]:
        asked = {str(v) for v in values.values()}
        text = self.body + self.location
        return {secret for secret in secrets - asked if secret and secret in text}


def unknown_words(routes: list[Route]) -> set[str]:
    """Parameters that this module cannot fill: neither an id nor a word it knows."""
    return {
        f"{route.name}: {name} ({kind})"
        for route in routes
        for name, kind in route.parameters
        if kind not in {"uuid", "int"} and name not in WORDS and name not in INTEGERS and name not in ANYTHING
    }


# Ids under other converters than int: Wagtail's admin takes them as text or by regex.
ANYTHING = {
    "pk",
    "arg0",
    "task_state_id",
    "task_id",
    "workflow_state_id",
    "workflow_pk",
    "uploaded_file_id",
    "session_id",
}


def is_row(name: str, kind: str) -> bool:
    return (kind in {"uuid", "int"} and name not in WORDS) or name in INTEGERS or name in ANYTHING


def has_row(route: Route) -> bool:
    return any(is_row(name, kind) for name, kind in route.parameters)


def words_of(route: Route) -> list[dict[str, str]]:
    """Every combination of the parameters that name no row (at most 24)."""
    named = [(name, WORDS[name]) for name, kind in route.parameters if not is_row(name, kind)]
    names = [name for name, _ in named]
    return [dict(zip(names, chosen, strict=True)) for chosen in islice(product(*(words for _, words in named)), 24)]


def missing(route: Route, words: Mapping[str, str]) -> dict[str, Any]:
    """Values that lead to no row at all."""
    rows = {n: NOBODY if k == "uuid" else NOBODY_INT for n, k in route.parameters if is_row(n, k)}
    return {**rows, **words}


def candidates(
    route: Route, uuids: Mapping[str, str], keys: Mapping[str, int], every: Mapping[str, int]
) -> Iterator[dict[str, Any]]:
    """Values of rows: each kind in turn for `uuid` and `pk`, the fitting one where the parameter's name says which."""
    free_uuid = [name for name, kind in route.parameters if kind == "uuid" and is_row(name, kind)]
    free_int = [n for n, k in route.parameters if is_row(n, k) and k != "uuid" and n not in INTEGERS]
    fixed = {n: every.get(INTEGERS[n], NOBODY_INT) for n, _k in route.parameters if n in INTEGERS}
    kinds = list(uuids.values()) if free_uuid else [""]
    numbers = list(keys.values()) if free_int else [0]
    pairs = product(kinds, numbers) if len(kinds) * len(numbers) <= 60 else zip(kinds, numbers * 60, strict=False)
    for one, number in pairs:
        yield {**fixed, **dict.fromkeys(free_uuid, one), **dict.fromkeys(free_int, number)}


def compare(caller: Caller, route: Route, method: str, known: Reached) -> list[str]:
    """Sentences about answers that tell a foreign id from one that nobody has, that leak, or that break."""
    said = []
    for words, kinds in known.of(route):
        nobody = missing(route, words)
        plain = caller.ask(method, route.path(nobody))
        every = caller.foreign_keys
        tried = candidates(route, _only(caller.foreign, kinds), _only(every, kinds), every)
        limit = 1 if plain.is_refusal_without_looking else None if known.hits(route) else FEW
        for rows in islice(tried, limit):
            values = {**rows, **words}
            answer = caller.ask(method, route.path(values))
            where = f"{caller.name} {method} {route.name} {route.path(values)}"
            if answer.status >= 500 or plain.status >= 500:
                said.append(f"{where}: {answer.status} (for nobody's id: {plain.status})")
            elif answer.without(values) != plain.without(nobody):
                said.append(f"{where}: {answer.status} {answer.location}, for nobody's {plain.status} {plain.location}")
            elif leaked := answer.reveals(caller.secrets, values):
                said.append(f"{where}: {answer.status} shows {sorted(leaked)[:3]}")
    return said


def kinds_of(route: Route) -> set[str]:
    """What stands in KINDS for a route (the longest beginning of its name) or its parameters; empty: any kind."""
    if not route.is_ours:
        return WAGTAILS
    fitting = [name for name in KINDS if route.name.startswith(name)]
    if fitting:
        return set(KINDS[max(fitting, key=len)])
    return {kind for name, _kind in route.parameters for kind in KINDS.get(name, ())}


def _only(ids: Mapping[str, Any], kinds: set[str]) -> dict[str, Any]:
    """The ids of these kinds (`learning.Enrolment-0` is of `learning.Enrolment`); all when no kind is given."""
    return {name: one for name, one in ids.items() if not kinds or kind_of(name) in kinds}


def kind_of(name: str) -> str:
    return name.rpartition(" ")[2].rsplit("-", 1)[0]


def look(caller: Caller, route: Route, method: str) -> list[str]:
    """The same for an address without an id: nothing of the others stands there."""
    said = []
    for words in words_of(route):
        answer = caller.ask(method, route.path(words))
        where = f"{caller.name} {method} {route.name} {route.path(words)}"
        if answer.status >= 500:
            said.append(f"{where}: {answer.status}")
        elif leaked := answer.reveals(caller.secrets, words):
            said.append(f"{where}: {answer.status} shows {sorted(leaked)[:3]}")
    return said


@dataclass(frozen=True)
class Able:
    """Somebody with rows of their own: whose ids show which kind of row a route is about."""

    caller: Caller
    uuids: Mapping[str, str]
    keys: Mapping[str, int]


class Reached:
    """Which kinds of rows lead anywhere on a route, found by asking with one's own ids.

    It spares the walk the hundred combinations that are nobody's, and it is the counter-proof: a route that even its
    own people do not reach would answer everybody alike.
    """

    def __init__(self, able: list[Able], closed: str) -> None:
        self.able, self.closed = able, closed  # names that begin with `closed` answer 404 to everybody here
        self._found: dict[str, list[tuple[dict[str, str], set[str]]]] = {}

    def of(self, route: Route) -> list[tuple[dict[str, str], set[str]]]:
        """Words of the route → kinds of rows; without any, the first words and every kind."""
        return self.hits(route) or [(words_of(route)[0], kinds_of(route))]

    def hits(self, route: Route) -> list[tuple[dict[str, str], set[str]]]:
        if route.template not in self._found:
            by_words = [(words, self._kinds(route, words)) for words in words_of(route)]
            self._found[route.template] = [(words, kinds) for words, kinds in by_words if kinds]
        return self._found[route.template]

    def _kinds(self, route: Route, words: dict[str, str]) -> set[str]:
        if not route.is_ours or route.name.startswith(self.closed):
            return set()
        for one in self.able if route.template.startswith("admin/") else reversed(self.able):
            for method in ("GET", "POST"):
                nobody = missing(route, words)
                plain = one.caller.ask(method, route.path(nobody))
                if plain.is_refusal_without_looking or plain.status >= 500:
                    continue
                kinds = set(_hits(one, route, words, method, plain.without(nobody)))
                if kinds:
                    return kinds
        return set()


def _hits(one: Able, route: Route, words: dict[str, str], method: str, plain: tuple[int, str, str]) -> Iterator[str]:
    """The first kind of row whose id is answered otherwise than nobody's."""
    for name in _only({**one.uuids, **one.keys}, kinds_of(route)):
        uuids = {name: one.uuids[name]} if name in one.uuids else {}
        keys = {name: one.keys[name]} if name in one.keys else {}
        if not (uuids and _takes(route, "uuid")) and not (keys and _takes(route, "int")):
            continue
        others = _only(one.uuids, kinds_of(route)), _only(one.keys, kinds_of(route))
        for rows in candidates(route, uuids or others[0], keys or others[1], one.keys):
            values = {**rows, **words}
            answer = one.caller.ask(method, route.path(values))
            if answer.status < 500 and answer.without(values) != plain:
                yield kind_of(name)
                return


def _takes(route: Route, kind: str) -> bool:
    return any(is_row(n, k) and (k == "uuid") == (kind == "uuid") for n, k in route.parameters)
