"""Fee notices: what training costs, on which ground, from when until when. On one day one notice holds for a position.

A notice that has ended stays published and is shown as archived; every version of it is kept by Wagtail.
"""

from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import connection, models
from django.http import HttpRequest
from django.utils.timezone import localdate
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel
from wagtail.models import Orderable
from wagtail.search import index

from cms import fee_rules
from cms.models.base import SitePage, SitePageForm
from cms.models.inner import HOMES
from cms.models.positions import PositionChecks, check_codes, names_of
from cms.queries import open_below

LEAST_FEE = Decimal("0.01")


class FeeNoticeForm(SitePageForm):
    """What has to hold when the editor publishes; a draft may be incomplete."""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        start, end = data.get("valid_from"), data.get("valid_to")
        if start and end and end < start:
            self.add_error("valid_to", gettext("The last day is before the first."))
        elif start and self._publishes():
            self._check_alone(data.get("title") or "", start, end)
        return data

    def _publishes(self) -> bool:
        """By the button, or by approving what an editor has handed in."""
        approves = self.data.get("workflow-action-name") == "approve" and "action-workflow-action" in self.data
        return approves or "action-publish" in self.data

    def _check_alone(self, title: str, start: date, end: date | None) -> None:
        rows = self.formsets["rows"]
        if not rows.is_valid():
            return
        kept = [row for row in rows.cleaned_data if row and not row.get("DELETE")]
        lines = [(row.get("group") or "", fee_rules.codes_of(row.get("positions") or "")) for row in kept]
        try:
            check_notice(title, lines, start, end, but=self.instance.pk)
        except ValidationError as error:
            self.add_error(None, error)


def check_notice(
    title: str, lines: list[tuple[str, list[str]]], start: date, end: date | None, *, but: int | None
) -> None:
    """Raises ValidationError where a line (its words, its codes) is for no position, a position stands in two lines, or
    another published notice holds for it too. Who asks next, waits until this transaction has ended."""
    empty = [words for words, codes in lines if not codes]
    if empty:
        said = gettext("Say for which positions it is: %(lines)s. Without them it would be nobody's fee.")
        raise ValidationError(said % {"lines": "、".join(empty)})
    codes = [code for _words, found in lines for code in found]
    notice = fee_rules.Notice(title, frozenset(codes), start, end)
    twice = sorted({code for code in codes if codes.count(code) > 1})
    if twice:
        raise ValidationError(gettext("In more than one line: %(positions)s.") % {"positions": names_of(twice)})
    _wait_for_others()
    found = fee_rules.collision_of(notice, published_notices(but=but))
    if found is None:
        return
    values = {"title": found.other.title, "start": found.other.valid_from, "positions": names_of(found.codes)}
    if found.other.valid_to is None:
        words = gettext(
            "“%(title)s” is in force for %(positions)s since %(start)s and has no last day. Give it one, then publish "
            "this notice."
        )
    else:
        words = gettext(
            "“%(title)s” holds for %(positions)s from %(start)s to %(end)s. Only one fee notice can be in force for a "
            "position on a day: change one of the two."
        )
    raise ValidationError(words % (values | {"end": found.other.valid_to}))


def _wait_for_others() -> None:
    """Two managers who publish at the same moment would both find the day free: one schema, one at a time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('fee notices:' || current_schema(), 0))")


def published_notices(*, but: int | None = None) -> list[fee_rules.Notice]:
    """Those of the schema in force, without one of them: two queries."""
    pages = FeeNoticePage.objects.live().exclude(pk=but).order_by("valid_from", "pk").prefetch_related("rows")
    return [page.as_notice() for page in pages]


class FeeNoticePage(SitePage):
    """The published fees, for a person and a year. The one in force stands on the home page and at enrolment."""

    published_on = models.DateField(_("Published on"))
    legal_basis = models.CharField(
        _("Legal basis"),
        max_length=200,
        blank=True,
        help_text=_("the ruling or filing that the fees rest on, with its number"),
    )
    valid_from = models.DateField(_("Valid from"))
    valid_to = models.DateField(_("Valid to"), null=True, blank=True, help_text=_("last day; empty: no end is set"))
    note = models.TextField(_("Note"), blank=True)

    content_panels = [
        *SitePage.content_panels,
        FieldRowPanel([FieldPanel("published_on"), FieldPanel("valid_from"), FieldPanel("valid_to")]),
        FieldPanel("legal_basis"),
        InlinePanel("rows", label=_("Line"), min_num=1),
        FieldPanel("note"),
    ]
    search_fields = [*SitePage.search_fields, index.SearchField("legal_basis"), index.SearchField("note")]
    base_form_class = FeeNoticeForm
    parent_page_types = HOMES
    subpage_types: list[str] = []
    template = "cms/fee_notice_page.html"

    class Meta:
        verbose_name = _("Fee notice")

    def as_notice(self) -> fee_rules.Notice:
        return fee_rules.Notice(self.title, frozenset(self.codes), self.valid_from, self.valid_to)

    @property
    def codes(self) -> list[str]:
        return [code for row in self.rows.all() for code in row.codes]

    @property
    def state(self) -> str:
        """`coming`, `in_force` or `archived`, today."""
        return fee_rules.state_of(self.valid_from, self.valid_to, localdate())

    def clean(self) -> None:
        """The same by every other way of publishing: the bulk action, a schedule, code."""
        super().clean()
        if self.live and self.valid_from:
            lines = [(row.group, row.codes) for row in self.rows.all()]
            check_notice(self.title, lines, self.valid_from, self.valid_to, but=self.pk)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        others = FeeNoticePage.objects.live().sibling_of(self, inclusive=False).order_by("-valid_from", "-pk")
        others = open_below(others, self.get_parent())
        return {**super().get_context(request, *args, **kwargs), "others": others}


class FeeRow(Orderable):
    """One line of a fee notice. Yuan; `positions` are the codes it is for, separated by commas."""

    page = ParentalKey(FeeNoticePage, on_delete=models.CASCADE, related_name="rows")
    group = models.CharField(_("Positions in words"), max_length=80)
    positions = models.CharField(_("For these positions"), max_length=120, blank=True)
    training_fee = models.DecimalField(
        _("Training fee"), max_digits=8, decimal_places=2, validators=[MinValueValidator(LEAST_FEE)]
    )
    textbook_fee = models.DecimalField(
        _("Textbook fee"),
        max_digits=8,
        decimal_places=2,
        validators=[MinValueValidator(0)],
        help_text=_("0: no textbook is sold"),
    )

    panels = [
        FieldPanel("group"),
        FieldPanel("positions", widget=PositionChecks),
        FieldRowPanel([FieldPanel("training_fee"), FieldPanel("textbook_fee")]),
    ]

    class Meta(Orderable.Meta):
        verbose_name = _("Line of the fee notice")

    def __str__(self) -> str:
        return self.group

    def clean(self) -> None:
        super().clean()
        try:
            check_codes(self.codes)
        except ValidationError as error:
            raise ValidationError({"positions": error.messages}) from error

    @property
    def codes(self) -> list[str]:
        return fee_rules.codes_of(self.positions)

    @property
    def total(self) -> Decimal:
        return self.training_fee + self.textbook_fee
