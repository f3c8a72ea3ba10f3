"""Read the rules in force as typed dataclasses; publish new ones."""

import dataclasses
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar, Protocol, TypeVar, cast, get_args, get_origin, get_type_hints

from django.db import transaction
from django.utils.translation import gettext as _

from tenants.audit.services import record
from tenants.errors import DomainError
from tenants.rulesets.models import Ruleset


class Section(Protocol):
    """A frozen dataclass with a default for each field and the name of its section."""

    section: ClassVar[str]
    __dataclass_fields__: ClassVar[dict[str, Any]]


S = TypeVar("S", bound=Section)


class BadRuleset(DomainError):
    code = "ruleset.bad_value"
    status = 400


def typed(cls: type[S], values: dict[str, Any]) -> S:
    """Build a section from JSON values; unknown fields and wrong types raise `BadRuleset`."""
    hints = get_type_hints(cls)
    fields = {field.name for field in dataclasses.fields(cls)}
    if unknown := sorted(values.keys() - fields):
        raise BadRuleset(_("Unknown rule: %(name)s") % {"name": f"{cls.section}.{unknown[0]}"})
    return cls(**{name: _coerced(f"{cls.section}.{name}", hints[name], value) for name, value in values.items()})


def _coerced(name: str, kind: Any, value: Any) -> Any:
    """A JSON value as the field's type: dates from ISO text, Decimals from text, tuples from lists."""
    try:
        if get_origin(kind) is tuple:
            inner = get_args(kind)[0]
            return tuple(_coerced(name, inner, item) for item in value)
        if get_origin(kind) is dict:
            return dict(value)
        if kind is date:
            return date.fromisoformat(value)
        if kind is Decimal:
            return Decimal(str(value))
        if kind is float and isinstance(value, int) and not isinstance(value, bool):
            return float(value)
        if kind in (int, float, str, bool) and type(value) is not kind:
            raise TypeError(f"expected {kind.__name__}")
        return value
    except (TypeError, ValueError, ArithmeticError) as error:
        raise BadRuleset(_("The rule %(name)s has a wrong value.") % {"name": name}) from error


def ruleset_in_force(at: datetime) -> Ruleset | None:
    """The published set with the latest start not after `at`."""
    return Ruleset.objects.filter(in_force_from__lte=at).order_by("-in_force_from", "-id").first()


def rules_for(cls: type[S], *, at: datetime) -> S:
    """The section `cls` of the ruleset in force at `at`; defaults where nothing is set."""
    ruleset = ruleset_in_force(at)
    values = cast(dict[str, Any], ruleset.values.get(cls.section, {})) if ruleset else {}
    return typed(cls, values)


def publish_ruleset(*, name: str, values: dict[str, Any], in_force_from: datetime, by: Any, at: datetime) -> Ruleset:
    """Add a set that is in force from `in_force_from`. A set that exists is left as it is (name is the key)."""
    with transaction.atomic():
        ruleset, created = Ruleset.objects.get_or_create(
            name=name, defaults={"values": values, "in_force_from": in_force_from, "created_by": by, "created_at": at}
        )
        if created:
            record("ruleset.published", actor=by, subject=ruleset, at=at, name=name)
    return ruleset
