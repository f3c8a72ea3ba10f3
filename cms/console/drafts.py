"""The wizard's draft: what was typed in each step, sealed, until the institution is open."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict

from cms.console.institution_forms import AddressForm, LookForm, ManagerForm, NamesForm, PositionsForm
from cms.opening import FirstManager, Opening
from tenants.accounts.models import User
from tenants.logos import prepare
from tenants.models import Application, Institution, OpeningDraft

FORMS: dict[str, type[forms.Form]] = {
    "names": NamesForm,
    "positions": PositionsForm,
    "address": AddressForm,
    "look": LookForm,
    "manager": ManagerForm,
}
Values = dict[str, Any]


@dataclass
class Draft:
    """One person's draft, plain or for an application. `values` maps a step to its fields."""

    owner: User
    application: Application | None
    values: dict[str, Values]
    logo: bytes | None = None
    saved_at: datetime | None = None

    def initial(self, step: str) -> Values:
        return self.values.get(step, {})

    def bound(self, step: str) -> forms.Form:
        """The step's form as it was typed, so that it can be checked again."""
        typed = self.values.get(step, {})
        data = MultiValueDict({name: value if isinstance(value, list) else [value] for name, value in typed.items()})
        return FORMS[step](data)

    def faulty(self) -> list[str]:
        """Steps that are not filled in, or no longer hold (an address taken meanwhile)."""
        return [step for step in FORMS if step not in self.values or not self.bound(step).is_valid()]

    def keep(self, step: str, form: forms.Form, at: datetime) -> None:
        """Save what a valid form has cleaned; a picture goes to its own column."""
        cleaned = dict(form.cleaned_data)
        if (picture := cleaned.pop("logo", None)) is not None:
            self.logo = picture.png
        self.values[step] = cleaned
        self._save(at)

    def drop_logo(self, at: datetime) -> None:
        self.logo = None
        self._save(at)

    def drop(self) -> None:
        OpeningDraft.objects.filter(owner=self.owner, application=self.application).delete()

    def opening(self) -> Opening:
        """All steps together. Call it when `faulty()` is empty."""
        value = {name: one for step in self.values.values() for name, one in step.items()}
        manager = FirstManager(*(value.pop(f"manager_{name}") for name in ("name", "id_number", "phone")))
        positions, hosts = tuple(value.pop("position_codes")), tuple(value.pop("hosts").split())
        logo = prepare(self.logo) if self.logo else None
        return Opening(**value, manager=manager, position_codes=positions, hosts=hosts, logo=logo)

    def _save(self, at: datetime) -> None:
        row = OpeningDraft.objects.filter(owner=self.owner, application=self.application).first()
        row = row or OpeningDraft(owner=self.owner, application=self.application)
        row.content, row.logo, row.saved_at = json.dumps(self.values, ensure_ascii=False), self.logo, at
        row.save()
        self.saved_at = at


def draft_of(owner: User, application: Application | None) -> Draft:
    """The saved draft, or a fresh one that knows what the application said."""
    row = OpeningDraft.objects.filter(owner=owner, application=application).first()
    if row is not None:
        logo = bytes(row.logo) if row.logo is not None else None
        return Draft(owner, application, json.loads(row.content), logo, row.saved_at)
    return Draft(owner, application, _wished(application) if application else {"names": {"code": next_code()}})


def _wished(application: Application) -> dict[str, Values]:
    """The application's words in the places of the wizard. The contact's own mobile is not shown to trainees."""
    names = ("name", "short_name", "credit_code", "contact_name", "region", "address")
    return {
        "names": {name: getattr(application, name) for name in names} | {"code": next_code()},
        "positions": {"position_codes": application.position_codes},
        "address": {"subdomain": application.code, "hosts": ""},
        "manager": {
            "manager_name": application.contact_name,
            "manager_id_number": application.contact_id_number,
            "manager_phone": application.contact_phone,
        },
    }


def next_code() -> str:
    """The number after the highest one in use: GD003 → GD004; nothing where no code ends in digits."""
    found = []
    for code in Institution.objects.values_list("code", flat=True):
        letters = code.rstrip("0123456789")
        if letters != code and letters.isupper():
            found.append((letters, int(code[len(letters) :]), len(code) - len(letters)))
    if not found:
        return ""
    letters, number, width = max(found, key=lambda one: one[1])
    return f"{letters}{number + 1:0{width}d}"
