"""All addresses of a URLconf, made concrete, for the guard tests; new routes are met without being listed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from django.urls import URLPattern, URLResolver
from django.urls.resolvers import RoutePattern
from django.utils.regex_helper import normalize

PARAMETER = re.compile(r"<(?:(?P<converter>[^>:]+):)?(?P<name>\w+)>")


@dataclass(frozen=True)
class Route:
    """One leaf of a URLconf. `template` has `%(name)s` for each parameter; `parameters`: name, kind of converter."""

    name: str  # "namespace:name", or the template where the route has no name
    template: str
    parameters: tuple[tuple[str, str], ...]

    @property
    def is_ours(self) -> bool:
        """Whether we wrote it; what is left is Wagtail's, in its admin or beside it."""
        if self.template.startswith("admin/"):
            return self.name.split(":")[0] in OUR_ADMIN
        return not self.name.startswith("wagtail")

    def path(self, values: Mapping[str, Any]) -> str:
        return "/" + self.template % {name: values[name] for name, _kind in self.parameters}


OUR_ADMIN = {"desk", "console", "zx_hue_css"}


def routes_of(urlconf: str) -> list[Route]:
    """Every route of a URLconf, each template once, in the order in which Django tries them."""
    found: dict[str, Route] = {}
    for route in _walk(import_module(urlconf).urlpatterns, "", "", {}):
        found.setdefault(route.template, route)
    return list(found.values())


def _walk(patterns: list[Any], before: str, namespace: str, known: Mapping[str, str]) -> Iterator[Route]:
    for entry in patterns:
        text, kinds = _template(entry.pattern)
        template, names = before + text, {**known, **kinds}
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from _walk(entry.url_patterns, template, inner, names)
        elif isinstance(entry, URLPattern):
            yield Route(f"{namespace}{entry.name}" if entry.name else f"/{template}", template, tuple(names.items()))


def _template(pattern: Any) -> tuple[str, dict[str, str]]:
    """The pattern's text with `%(name)s` for each parameter (the first possibility of a regex), and their kinds."""
    if isinstance(pattern, RoutePattern):
        text = PARAMETER.sub(lambda match: f"%({match['name']})s", str(pattern._route).replace("%", "%%"))
        return text, {
            name: type(one).__name__.removesuffix("Converter").lower() for name, one in pattern.converters.items()
        }
    text, names = normalize(pattern._regex.removeprefix("^"))[0]
    return re.sub(r"%\(_(\d+)\)s", r"%(arg\1)s", text), {
        name.replace("_", "arg", 1) if name.startswith("_") else name: "regex" for name in names
    }
