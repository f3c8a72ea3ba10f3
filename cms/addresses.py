"""Which addresses of a tenant's host are the system's own, so that no page may take them."""

from collections.abc import Iterable, Iterator
from functools import cache

from django.conf import settings
from django.db import connection
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve

# Answered before Django's addresses: by the web server, or by the sockets.
ELSEWHERE = frozenset({"static", "media", "ws"})
PAGES = "wagtail_serve"


def urlconf_in_force() -> str:
    """The addresses of the tenant whose schema is in force."""
    portal = getattr(getattr(connection, "tenant", None), "is_association", False)
    return str(settings.PORTAL_URLCONF if portal else settings.ROOT_URLCONF)


def is_taken(slug: str) -> bool:
    """Whether `/<slug>/` or something below it is not left to the pages."""
    urlconf = urlconf_in_force()
    return slug in ELSEWHERE or slug in first_parts(urlconf) or not _is_left_to_pages(f"/{slug}/", urlconf)


def _is_left_to_pages(path: str, urlconf: str) -> bool:
    try:
        return resolve(path, urlconf).url_name == PAGES
    except Resolver404:  # not a path that Wagtail serves, so nothing of ours either
        return True


@cache
def first_parts(urlconf: str) -> frozenset[str]:
    """The first parts of all addresses that begin with a fixed word: `signin`, `my`, `documents`."""
    return frozenset(_first_parts(get_resolver(urlconf).url_patterns))


def _first_parts(patterns: Iterable[URLPattern | URLResolver]) -> Iterator[str]:
    for pattern in patterns:
        first, slash, _rest = str(pattern.pattern).partition("/")
        if slash and first.replace("-", "").replace("_", "").isalnum():
            yield first
        elif isinstance(pattern, URLResolver) and not str(pattern.pattern):
            yield from _first_parts(pattern.url_patterns)
