"""Who may read which shared rows: reading outside a scope raises (django-scopes)."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import wraps
from typing import Any

from django.db import models
from django_scopes import ScopedManager, scope, scopes_disabled


def scoped(path: str = "institution", manager: type[models.Manager] | None = None) -> Any:
    """The default manager of a shared row; `path` is the lookup from the row to its institution.

    `manager` may be `SomeQuerySet.as_manager().__class__`-like: a Manager class to build on.
    """
    return ScopedManager(institution=path, _manager_class=manager or models.Manager)


def institution_scope(institution: models.Model) -> AbstractContextManager[None]:
    """Within it, shared rows of this institution only."""
    return scope(institution=institution)


def province_scope() -> AbstractContextManager[None]:
    """Within it, rows of all institutions: the association's console, a person's own centre, background sweeps."""
    return scopes_disabled()


def in_province(view: Callable[..., Any]) -> Callable[..., Any]:
    """Run a view over all institutions, the rendering of a TemplateResponse included."""

    @wraps(view)
    def wrapped(request: Any, *args: Any, **kwargs: Any) -> Any:
        with province_scope():
            response = view(request, *args, **kwargs)
            if hasattr(response, "render") and callable(response.render):
                response.render()
            return response

    return wrapped
