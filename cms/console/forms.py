"""What the console lets people type."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from learning.review.models import Ground


class DecisionForm(forms.Form):
    """A reviewer's decision; what each needs besides is checked together."""

    decision = forms.ChoiceField(choices=[("approve", ""), ("clear_lessons", ""), ("clear_all", "")])
    ground = forms.ChoiceField(choices=Ground.choices, required=False)
    lessons = forms.TypedMultipleChoiceField(coerce=int, required=False)
    reason = forms.CharField(max_length=300, required=False)

    def __init__(self, *args: Any, lessons: list[int], doubts: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.doubts = doubts
        self.fields["lessons"].choices = [(pk, pk) for pk in lessons]  # type: ignore[attr-defined]

    @property
    def grounds(self) -> list[tuple[str, str]]:
        return [(value, str(label)) for value, label in Ground.choices]

    @property
    def chosen(self) -> list[int]:
        """The ticked lessons of a form that comes back with an error."""
        ticked = self.data.getlist("lessons") if self.is_bound else []  # type: ignore[attr-defined]
        return [int(pk) for pk in ticked if pk.isdigit()]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        decision = data.get("decision")
        if decision != "approve" and not data.get("ground"):
            self.add_error("ground", _("Choose one of the manual's three grounds."))
        if decision == "clear_lessons" and not data.get("lessons"):
            self.add_error("lessons", _("Choose at least one lesson."))
        if not data.get("reason") and (decision != "approve" or self.doubts):
            self.add_error("reason", _("Say in one sentence why; the trainee can read it."))
        return data
