"""What a question finds: live, public pages of this schema, and on the portal the institutions too."""

from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import and_
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.paginator import Page as PageOfResults
from django.core.paginator import Paginator
from django.db.models import F, Q, TextField, Value
from django.db.models.functions import Coalesce, Round, TruncDate
from wagtail.models import Page

from cms.fees import notices_in_force
from cms.models import FAQPage, NoticePage
from cms.queries import path_of, site_url
from cms.search.bigrams import runs
from cms.search.marking import Part, excerpt, marked
from tenants.models import Institution, State
from tenants.requests import TenantRequest

RESULTS_A_PAGE = 10
INSTITUTIONS = 5
SUGGESTIONS = 5
FEES_SUGGESTED = 2
# Rank is taken in steps of this many decimals: within a step the newer page comes first.
RANK_DECIMALS = 1


@dataclass(frozen=True)
class Result:
    """One page that was found. `kind` is the model's name in small letters."""

    kind: str
    url: str
    title: list[Part]
    excerpt: list[Part]
    on: date | None


@dataclass(frozen=True)
class FoundInstitution:
    name: list[Part]
    where: str
    url: str


def visible() -> Any:  # Wagtail's PageQuerySet, which has no types
    """Live pages that everybody may read: the home page, which says something about the institution, and all below."""
    return Page.objects.live().public().filter(depth__gt=1)


def search(question: str, page: str | None) -> PageOfResults[Any]:
    """A page of `Result`s, best first; pages that fit equally well by date, newest first."""
    found = visible().search(question, operator="and").annotate_score("score").get_queryset()
    day = Coalesce("noticepage__date", TruncDate("first_published_at"))
    ordered = found.annotate(day=day, step=Round(F("score"), precision=RANK_DECIMALS), body_text=_body())
    shown = Paginator(ordered.order_by("-step", F("day").desc(nulls_last=True), "-score", "-pk"), RESULTS_A_PAGE)
    results = shown.get_page(page)
    results.object_list = [_result(row, question) for row in results.object_list]
    return results


def _body() -> Any:
    return Coalesce(F("index_entries__body_text"), Value(""), output_field=TextField())


def _result(row: Any, question: str) -> Result:
    return Result(
        kind=ContentType.objects.get_for_id(row.content_type_id).model,
        url=path_of(row.url_path),
        title=marked(row.title, question),
        excerpt=marked(excerpt(row.body_text, question), question),
        on=row.day,
    )


def institutions(question: str, request: TenantRequest) -> list[FoundInstitution]:
    """Institutions that train whose name, city or address holds every word of the question."""
    words = runs(question)
    if not words:
        return []
    fits = reduce(and_, (_names(word) for word in words))
    rows = Institution.objects.training().filter(fits, state=State.APPROVED).prefetch_related("domains")
    return [
        FoundInstitution(marked(row.name, question), row.region, site_url(request, row.host) if row.host else "")
        for row in rows.order_by("name")[:INSTITUTIONS]
    ]


def _names(word: str) -> Q:
    return (
        Q(name__icontains=word) | Q(short_name__icontains=word) | Q(region__icontains=word) | Q(address__icontains=word)
    )


def suggestions(question: str, *, on: date) -> list[Page]:
    """Where nothing fits: pages that share some pair with the question, else what most people come for."""
    near = visible().search(question, operator="or").annotate_score("score").get_queryset()
    found = list(near.order_by("-score", "-pk")[:SUGGESTIONS])
    return found or popular(on=on)


def popular(*, on: date) -> list[Page]:
    """The fees in force on a day, the questions and the newest notices."""
    fees = list(visible().filter(pk__in=notices_in_force(on).values("pk")).order_by("path")[:FEES_SUGGESTED])
    steady = [*fees, *visible().type(FAQPage)[:1]]
    newest = visible().type(NoticePage).order_by("-noticepage__date", "-pk")[: SUGGESTIONS - len(steady)]
    return [*steady, *newest]
