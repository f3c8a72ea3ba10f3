"""The question bank, to read."""

from collections.abc import Mapping

from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from cms.console import access
from cms.frame import kept, page_of
from exams.models import Kind, Question


@access.console_view(*access.READERS_OF_QUESTIONS)
def index(request: HttpRequest) -> HttpResponse:
    """By kind and by words of the stem."""
    query, kind = request.GET.get("q", "").strip(), request.GET.get("kind", "")
    bank = Question.objects.filter(retired_at=None)
    counts = bank.aggregate(all=Count("pk"), **{value: Count("pk", filter=Q(kind=value)) for value in Kind.values})
    page = page_of(request, rows_of(request.GET))
    for question in page.object_list:
        question.lettered = [
            (letter, text, letter in question.answer)
            for letter, text in zip("ABCDEFGH", question.options, strict=False)
        ]
    context = {
        "title": _("Question bank"),
        "searchable": _("Words of the question, code, knowledge point"),
        "query": query,
        "page": page,
        "keep": kept(request),
        "kinds": [("", _("All"), counts["all"]), *((value, label, counts[value]) for value, label in Kind.choices)],
        "kind": kind,
        "may_import": access.has_role(request.user, *access.EDITORS_OF_COURSES),
    }
    return render(request, "console/questions.html", context)


def rows_of(asked: Mapping[str, str]) -> QuerySet[Question]:
    """The rows of the bank for the words of its address: `kind`, `q`."""
    query, kind = asked.get("q", "").strip(), asked.get("kind", "")
    rows = Question.objects.filter(retired_at=None)
    if kind in Kind.values:
        rows = rows.filter(kind=kind)
    if query:
        rows = rows.filter(Q(stem__icontains=query) | Q(code__iexact=query) | Q(knowledge_point__icontains=query))
    return rows
