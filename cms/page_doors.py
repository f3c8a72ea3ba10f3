"""In front of Wagtail's views of pages: what a page's own rules forbid is said in words, whatever button was pressed.

Wagtail asks those rules in the editor's form only. Its other ways to publish (a copy, the bulk action, an approval)
save the page and let what forbids it through as an error page. Here each is one transaction: all of it or nothing.
"""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from wagtail.admin.auth import require_admin_access
from wagtail.admin.utils import get_valid_next_url_from_request
from wagtail.admin.views.bulk_action import index as bulk_action
from wagtail.admin.viewsets.pages import page_viewset_registry
from wagtail.models import Page, Site

from cms.models import FeeNoticePage
from cms.models.base import check_address

View = Callable[..., HttpResponse]
# What takes a page away from its readers; none of it may happen to the home page.
TAKING_AWAY = {"unpublish", "delete", "move"}


def sentence_of(error: ValidationError) -> str:
    """What an error of a page says, with the names of the page and its fields: there is no form beside it."""
    page: Page | None = getattr(error, "page", None)
    if not hasattr(error, "error_dict"):
        said = " ".join(error.messages)
    else:
        said = " ".join(
            (f"{_name_of(page, field)}{gettext(': ')}" if field != "__all__" else "") + " ".join(sentences)
            for field, sentences in error.message_dict.items()
        )
    return f"“{page.title}”{gettext(': ')}{said}" if page is not None else said


def _name_of(page: Page | None, field: str) -> str:
    try:
        return capfirst(str(page._meta.get_field(field).verbose_name)) if page is not None else field
    except LookupError:
        return field


def whole(view: View, back: Callable[..., HttpResponse]) -> View:
    """The view in one transaction; what forbids it is said on the page that `back` leads to."""

    def wrapped(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        try:
            with transaction.atomic():
                return view(request, **kwargs)
        except ValidationError as error:
            messages.error(request, sentence_of(error))
            return back(request, **kwargs)

    return never_cache(require_admin_access(wrapped))


def _to_editor(request: HttpRequest, page_id: int, **kwargs: Any) -> HttpResponse:
    return redirect("wagtailadmin_pages:edit", page_id)


def _to_copy(request: HttpRequest, page_id: int) -> HttpResponse:
    return redirect("wagtailadmin_pages:copy", page_id)


def _to_parent(request: HttpRequest, parent_page_id: int, **kwargs: Any) -> HttpResponse:
    return redirect("wagtailadmin_explore", parent_page_id)


def _to_list(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    return redirect(get_valid_next_url_from_request(request) or "wagtailadmin_explore_root")


def _page_view(name: str, **kwargs: str) -> View:
    view: View = page_viewset_registry.as_view(name, **kwargs)
    return view


def _bulk(request: HttpRequest, action: str) -> HttpResponse:
    answer: HttpResponse = bulk_action(request, "wagtailcore", "page", action)
    return answer


urlpatterns: list[URLPattern] = [
    path(
        "pages/add/<slug:content_type_app_name>/<slug:content_type_model_name>/<int:parent_page_id>/",
        whole(
            _page_view("add", app_label_kwarg="content_type_app_name", model_name_kwarg="content_type_model_name"),
            _to_parent,
        ),
    ),
    path("pages/<int:page_id>/edit/", whole(_page_view("edit", page_id_kwarg="page_id"), _to_editor)),
    path("pages/<int:page_id>/copy/", whole(_page_view("copy", page_id_kwarg="page_id"), _to_copy)),
    path(
        "pages/workflow/action/<int:page_id>/<slug:action_name>/<int:task_state_id>/",
        whole(_page_view("workflow_action", page_id_kwarg="page_id"), _to_editor),
    ),
    path("bulk/wagtailcore/page/<str:action>/", whole(_bulk, _to_list)),
]


# Hooks; cms.wagtail_hooks registers them.


def no_published_copy_of_a_fee_notice(request: HttpRequest, page: Page) -> HttpResponse | None:
    """A copy holds on the same days as its original: it is a draft until it has days of its own."""
    if request.method == "POST" and request.POST.get("publish_copies") and isinstance(page.specific, FeeNoticePage):
        messages.error(request, gettext("Copy the fee notice without publishing it, and give the copy its own days."))
        return redirect("wagtailadmin_pages:copy", page.pk)
    return None


def the_home_page_stays(request: HttpRequest, page: Page) -> HttpResponse | None:
    """Without it the site's address leads nowhere. For Wagtail's hooks before a page is unpublished or deleted."""
    if not _is_home(page):
        return None
    messages.error(request, _home_stays())
    return redirect("wagtailadmin_explore", page.pk)


def what_no_bulk_action_does(
    request: HttpRequest, action_type: str, objects: list[Any], action: Any
) -> HttpResponse | None:  # fmt: skip
    """The same of several pages at once."""
    pages = [one for one in objects if isinstance(one, Page)]
    if action_type in TAKING_AWAY and any(_is_home(page) for page in pages):
        messages.error(request, _home_stays())
        return _to_list(request)
    if action_type == "move" and pages:
        for page in pages:
            check_address(page.slug, action.cleaned_form.cleaned_data["chooser"])
    return None


def no_move_to_a_taken_address(request: HttpRequest, page: Page, destination: Page) -> HttpResponse | None:
    """Right below the home page the system has addresses of its own."""
    try:
        check_address(page.slug, destination)
    except ValidationError as error:
        messages.error(request, sentence_of(error))
        return redirect("wagtailadmin_explore", page.get_parent().pk)
    return the_home_page_stays(request, page)


def _is_home(page: Page) -> bool:
    return Site.objects.filter(root_page=page.pk).exists()


def _home_stays() -> str:
    return gettext("The home page stays published: without it the whole site has no beginning. Change it instead.")
