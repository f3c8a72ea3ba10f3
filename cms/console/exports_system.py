"""Lists of the console about the library, the question bank, messages and the audit trail, to be taken away."""

from collections.abc import Callable
from typing import Any

from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cms.console import access, audit_filter
from cms.console.audit_rows import dressed
from cms.console.views import messages, plans, questions
from cms.durations import clock
from learning import catalogue_queries
from tenants.exports.lists import Asked, Column, ListExport
from tenants.masking import mask_phone_number, redacted


def _cleaned(form: Any) -> dict[str, Any]:
    """What the list's own form makes of the words; a wrong word filters nothing, as on the page."""
    return form.cleaned_data if form.is_valid() else {}


def _option(place: int) -> Callable[[Any], str]:
    return lambda row: str(row.options[place]) if place < len(row.options) else ""


QUESTIONS = ListExport(
    name="questions", title=_("Question bank"), view="cms.console.views.questions.index",
    roles=access.READERS_OF_QUESTIONS, rows=lambda asked: questions.rows_of(asked.words), filters=("kind", "q"),
    codes=frozenset({"kind"}),
    columns=(
        Column("code", _("Code"), lambda row: row.code),
        Column("kind", pgettext_lazy("export", "Kind of question"), lambda row: row.get_kind_display()),
        Column("positions", _("Positions"), lambda row: list(row.positions)),
        Column("knowledge_point", _("Knowledge point"), lambda row: row.knowledge_point),
        Column("difficulty", _("Difficulty"), lambda row: row.difficulty),
        Column("stem", pgettext_lazy("export", "Question"), lambda row: row.stem),
        *(Column(f"option_{letter.lower()}", letter, _option(place)) for place, letter in enumerate("ABCDEFGH")),
        Column("answer", pgettext_lazy("export", "Right answer"), lambda row: row.answer),
        Column("explanation", pgettext_lazy("export", "Explanation"), lambda row: row.explanation),
        Column("source", _("Source"), lambda row: row.source),
    ),
)  # fmt: skip

COURSES = ListExport(
    name="courses", title=_("Courses"), view="cms.console.views.courses.index", roles=access.READERS_OF_COURSES,
    rows=lambda _asked: catalogue_queries.courses(),
    columns=(
        Column("code", _("Code"), lambda row: row.code),
        Column("title", _("Course"), lambda row: row.title),
        Column("lessons", _("Lessons"), lambda row: row.lesson_count),
        Column("missing", _("Lessons without a video"), lambda row: row.missing_count),
        Column("length", _("Length"), lambda row: clock(row.total_ms)),
        Column("plans", _("Published plans"), lambda row: row.plan_count),
    ),
)  # fmt: skip

LESSONS = ListExport(
    name="lessons", title=_("Lessons"), view="", roles=access.READERS_OF_COURSES,
    rows=lambda _asked: catalogue_queries.library(),
    columns=(
        Column("course_code", _("Code of the course"), lambda row: row.course.code),
        Column("course", _("Course"), lambda row: row.course.title),
        Column("code", _("Code"), lambda row: row.code),
        Column("title", pgettext_lazy("courseware", "Lesson"), lambda row: row.title),
        Column("video", _("Video"), lambda row: str(row.media) if row.media else ""),
        Column("length", _("Length"), lambda row: clock(row.media.duration_ms) if row.media else ""),
        Column("captions", _("Captions"), lambda row: bool(row.media and row.media.has_captions)),
    ),
)  # fmt: skip

PLANS = ListExport(
    name="plans", title=_("Plans"), view="cms.console.views.plans.index", roles=access.READERS_OF_COURSES,
    rows=lambda asked: catalogue_queries.plans_of(plans.year_of(asked.words.get("year", ""), localdate(asked.at).year)),
    filters=("year",), codes=frozenset({"year"}),
    columns=(
        Column("code", _("Position code"), lambda row: row.position.code),
        Column("position", _("Position"), lambda row: row.position.name),
        Column("year", _("Year"), lambda row: row.year),
        Column("lessons", _("Lessons"), lambda row: row.lesson_count),
        Column("hours", _("Hours"), lambda row: row.hours),
        Column("required", _("Hours required"), lambda row: row.hours_required),
        Column("published_at", pgettext_lazy("export", "Published at"), lambda row: row.published_at),
    ),
)  # fmt: skip

MESSAGES = ListExport(
    name="messages", title=_("SMS outbox"), view="cms.console.views.messages.index", roles=access.READERS,
    rows=lambda asked: messages.rows_of(_cleaned(messages.FilterForm(asked.words or None))),
    dress=lambda rows, _asked: [messages.dressed(sms) for sms in rows],
    filters=("state", "template", "institution", "since", "until", "to"),
    codes=frozenset({"state", "template", "institution", "since", "until"}),
    columns=(
        Column("state", _("State"), lambda row: row.get_state_display()),
        Column("created_at", _("Written"), lambda row: row.created_at),
        Column("sent_at", pgettext_lazy("export", "Sent at"), lambda row: row.sent_at),
        Column("name", _("Name"), lambda row: row.user.name if row.user else ""),
        Column("phone", _("To"), lambda row: row.phone, masked=mask_phone_number),
        Column("template", _("Template"), lambda row: str(row.template_name)),
        Column("text", _("Text"), lambda row: redacted(str(row.shown_text))),
        Column("tries", pgettext_lazy("export", "Tries"), lambda row: row.tries),
        Column("error", _("Error"), lambda row: str(row.error_words)),
        Column("institution", _("Institution"), lambda row: row.institution.short_name if row.institution else ""),
    ),
)  # fmt: skip


def _entries(asked: Asked) -> Any:
    return audit_filter.entries_of(_cleaned(audit_filter.FilterForm(asked.words or None)))


AUDIT = ListExport(
    name="audit", title=_("Audit trail"), view="cms.console.views.audit.index", roles=access.READERS, rows=_entries,
    dress=lambda rows, _asked: dressed(rows), action="audit.exported",
    filters=("who", "action", "institution", "since", "until", "person", "subject"),
    codes=frozenset({"action", "institution", "since", "until"}),
    columns=(
        Column("at", _("Time"), lambda row: row.at),
        Column("who", pgettext_lazy("audit", "Who"), lambda row: row.who),
        Column("words", _("Action"), lambda row: str(row.words)),
        Column("action", _("Code of the action"), lambda row: row.action),
        Column("what", _("What"), lambda row: f"{row.kind} {row.about or row.subject_id}".strip()),
        Column("institution", _("Institution"), lambda row: row.institution.short_name if row.institution else ""),
        Column("details", _("Details"), lambda row: "；".join(f"{label} {value}" for label, value in row.details)),
        Column("number", _("Number of the entry"), lambda row: str(row.uuid)),
        Column("seal", _("Seal"), lambda row: row.sealed.hash if row.sealed else ""),
    ),
)  # fmt: skip

SYSTEM = (QUESTIONS, COURSES, LESSONS, PLANS, MESSAGES, AUDIT)
