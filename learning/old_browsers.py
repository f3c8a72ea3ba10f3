"""Browsers that cannot study at all. What the page's own scripts find out is in `static/learning/old.js`."""

import re
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

# Internet Explorer, and its engine inside 360, QQ, Sogou and Edge in their compatibility modes.
OLD_ENGINES = re.compile(r"\bMSIE \d|\bTrident/\d")
SPEAKS_OF_360 = re.compile(r"360SE|360EE|QIHU|QQBrowser|MetaSr|Maxthon|LBBROWSER", re.IGNORECASE)


def is_too_old(user_agent: str) -> bool:
    """Whether this is the engine of Internet Explorer, whatever the program around it is called."""
    return bool(OLD_ENGINES.search(user_agent))


def modern_browser_required(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Instead of a page that would stay dead: what to switch over or to install, in plain HTML."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        agent = request.headers.get("User-Agent", "")
        if is_too_old(agent):
            return render(request, "learning/old_browser.html", {"switchable": bool(SPEAKS_OF_360.search(agent))})
        return view(request, *args, **kwargs)

    return wrapped
