"""Every column that names a person is in the copy of their data, or has a reason why it is not."""

from __future__ import annotations

from django.apps import apps
from django.contrib.auth import get_user_model


def columns_that_name_a_person() -> set[str]:
    """`app.Model.field` of every key to a person; those of the library's editors by app."""
    from cms.centre.my_data_parts import EDITORS_APPS

    person = get_user_model()
    return {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        if model._meta.app_label not in EDITORS_APPS
        for field in model._meta.concrete_fields
        if field.is_relation and field.related_model is person
    }


def test_the_copy_covers_every_column_that_names_a_person() -> None:
    from cms.centre import my_data_trail  # noqa: F401  registers the providers
    from cms.centre.my_data_parts import COVERED, NOT_IN_THE_COPY

    columns = columns_that_name_a_person()
    known = COVERED | NOT_IN_THE_COPY.keys()
    assert columns - known == set(), "give these to a provider of cms/centre/my_data_*.py, or say why not"
    assert known - columns == set(), "stale entries"
    assert COVERED & NOT_IN_THE_COPY.keys() == set()


def test_the_apps_left_to_editors_are_there() -> None:
    from cms.centre.my_data_parts import EDITORS_APPS

    assert {model._meta.app_label for model in apps.get_models()} >= EDITORS_APPS
