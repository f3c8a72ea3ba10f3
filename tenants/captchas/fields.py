"""The field of a form: key and answer, and whether somebody asked for the other kind instead of answering."""

from typing import Any

from captcha.models import CaptchaStore
from django import forms
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from tenants.captchas.draw import KINDS, PICTURE, WORDS
from tenants.captchas.questions import answered


def chosen_kind(data: Any, name: str) -> str:
    """The kind that the page shows next: what was asked for, or the kind there was; pictures at first."""
    for part in ("other", "kind"):
        if (kind := data.get(f"{name}_{part}")) in KINDS:
            return str(kind)
    return PICTURE


class ChallengeInput(forms.Widget):
    """Reads `<name>_0` key, `<name>_1` answer, `<name>_kind`, `<name>_other`; `{% captcha %}` draws it."""

    def id_for_label(self, id_: str) -> str:
        return f"{id_}_1" if id_ else id_

    def value_from_datadict(self, data: Any, files: Any, name: str) -> dict[str, str]:
        parts = {"key": "0", "answer": "1", "kind": "kind", "other": "other"}
        return {part: data.get(f"{name}_{suffix}") or "" for part, suffix in parts.items()}

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return f"{name}_1" not in data


class ChallengeField(forms.Field):
    """Cleans to nothing; raises `invalid` for a wrong, late or used answer and `other` when none was meant."""

    widget = ChallengeInput
    default_error_messages = {
        "required": _("Enter the captcha."),
        "invalid": _("The characters were not right. Here is a new picture."),
        "wrong": _("The answer was not right. Here is a new question."),
        "other": _("Please go on with this one."),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"label": _("Captcha")} | kwargs)

    def clean(self, value: dict[str, str]) -> str:
        CaptchaStore.remove_expired()
        row = CaptchaStore.objects.filter(hashkey=value["key"], expiration__gt=now()).first()
        # One try, right or wrong; of two at the same moment only one deletes the row.
        taken = row is not None and row.delete()[0] == 1
        if value["other"]:
            raise forms.ValidationError(self.error_messages["other"], code="other")
        if not value["answer"].strip():
            raise forms.ValidationError(self.error_messages["required"], code="required")
        if not taken or row.response != answered(value["answer"]):  # type: ignore[union-attr]
            code = "wrong" if value["kind"] == WORDS else "invalid"
            raise forms.ValidationError(self.error_messages[code], code=code)
        return ""
