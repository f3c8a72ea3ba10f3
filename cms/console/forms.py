"""What the console lets people type."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django import forms
from django.utils.timezone import make_aware
from django.utils.translation import gettext_lazy as _

from learning.review.case import Day
from learning.review.models import Ground
from learning.rules import ms_between
from learning.stretches import Stretch, merged, pieces

DECISIONS = ("approve", "clear_lessons", "clear_times", "clear_all")


class DecisionForm(forms.Form):
    """A reviewer's decision; what each needs besides is checked together."""

    decision = forms.ChoiceField(choices=[(code, "") for code in DECISIONS])
    ground = forms.ChoiceField(choices=Ground.choices, required=False)
    lessons = forms.TypedMultipleChoiceField(coerce=int, required=False)
    spans = forms.TypedMultipleChoiceField(coerce=int, required=False)
    day = forms.TypedChoiceField(coerce=date.fromisoformat, empty_value=None, required=False)
    from_time = forms.TimeField(required=False)
    to_time = forms.TimeField(required=False)
    confirmed = forms.IntegerField(required=False, min_value=1)  # milliseconds, as the server said them
    reason = forms.CharField(max_length=300, required=False)

    def __init__(self, *args: Any, lessons: list[int], doubts: int, days: Sequence[Day] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.doubts = doubts
        self.all_spans = {span.id: (span.started_at, span.ended_at) for day in days for span in day.spans}
        self.fields["lessons"].choices = [(pk, pk) for pk in lessons]  # type: ignore[attr-defined]
        self.fields["spans"].choices = [(pk, pk) for pk in self.all_spans]  # type: ignore[attr-defined]
        self.fields["day"].choices = [(f"{day.on:%Y-%m-%d}", day.on) for day in days]  # type: ignore[attr-defined]

    @property
    def grounds(self) -> list[tuple[str, str]]:
        return [(value, str(label)) for value, label in Ground.choices]

    @property
    def chosen(self) -> list[int]:
        """The ticked lessons of a form that comes back with an error."""
        ticked = self.data.getlist("lessons") if self.is_bound else []  # type: ignore[attr-defined]
        return [int(pk) for pk in ticked if pk.isdigit()]

    @property
    def chosen_spans(self) -> list[int]:
        """The ticked stretches of a form that comes back."""
        ticked = self.data.getlist("spans") if self.is_bound else []  # type: ignore[attr-defined]
        return [int(pk) for pk in ticked if pk.isdigit()]

    @property
    def times(self) -> list[Stretch]:
        """What is to be cleared, once the form is valid: ticked spans, and the stretch typed in."""
        found = [self.all_spans[pk] for pk in self.cleaned_data["spans"]]
        on, start, end = (self.cleaned_data.get(name) for name in ("day", "from_time", "to_time"))
        if on and start and end:
            found.append((make_aware(datetime.combine(on, start)), make_aware(datetime.combine(on, end))))
        return merged(found)

    @property
    def times_ms(self) -> int:
        """How much credited time that is, each millisecond once."""
        return sum(
            ms_between(start, end)
            for span in self.all_spans.values()
            for start, end, is_inside in pieces(span, self.times)
            if is_inside
        )

    def _clean_times(self, data: dict[str, Any]) -> None:
        typed = [bool(data.get(name)) for name in ("from_time", "to_time")]
        if any(typed) and not (all(typed) and data.get("day")):
            self.add_error("from_time", _("A stretch needs its day, its beginning and its end."))
        elif all(typed) and data["from_time"] >= data["to_time"]:
            self.add_error("from_time", _("A stretch of time has to end after it begins."))
        elif not self.errors and not self.times_ms:
            self.add_error("spans", _("Choose at least one stretch with credited time."))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        self.cleaned_data = data
        decision = data.get("decision")
        if decision != "approve" and not data.get("ground"):
            self.add_error("ground", _("Choose one of the manual's three grounds."))
        if decision == "clear_lessons" and not data.get("lessons"):
            self.add_error("lessons", _("Choose at least one lesson."))
        if decision == "clear_times":
            self._clean_times(data)
        if not data.get("reason") and (decision != "approve" or self.doubts):
            self.add_error("reason", _("Say in one sentence why; the trainee can read it."))
        return data
