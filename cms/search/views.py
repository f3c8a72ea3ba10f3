"""/search/ of a site and of the portal."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate, now
from django.views.decorators.http import require_safe

from cms.frame import kept
from cms.search import queries
from cms.search.bigrams import QUERY_MAX, terms
from cms.search.courses import shared_courses
from tenants.ratelimit import allowed
from tenants.requests import TenantRequest, address_of

SEARCHES_A_MINUTE = 60  # an address; a company's people share one


@require_safe
def search(request: TenantRequest) -> HttpResponse:
    """Nothing asked: the form and what most people come for. Too many questions: 429 with a sentence."""
    question = " ".join(request.GET.get("q", "").replace("\x00", "").split())[:QUERY_MAX]
    context = {"question": question, "max_length": QUERY_MAX}
    if not terms(question):
        return render(request, "cms/search/page.html", context | {"suggestions": queries.popular(on=localdate())})
    if not allowed("cms.search", address_of(request), a_minute=SEARCHES_A_MINUTE, at=now()):
        response = render(request, "cms/search/page.html", context | {"too_many": True}, status=429)
        response["Retry-After"] = "60"
        return response
    results = queries.search(question, request.GET.get("page"))
    portal = request.tenant.is_association
    beside = {
        "institutions": queries.institutions(question, request) if portal else [],
        "courses": shared_courses(question, portal=portal),
    }
    context |= beside | {"page_obj": results, "keep": kept(request), "asked": True}
    if not results.object_list and not any(beside.values()):
        context["suggestions"] = queries.suggestions(question, on=localdate())
    return render(request, "cms/search/page.html", context)
