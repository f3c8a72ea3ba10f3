"""Finding enrolments: names by the address of the list, numbers by POST only. No address holds a number."""

import re
from collections.abc import Mapping
from contextlib import suppress
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from cms.desk import access
from learning.models import Enrolment
from tenants.accounts.models import number_index
from tenants.accounts.rules import BadPhone, normalised_phone
from tenants.crypto import blind_index
from tenants.requests import TenantRequest

# In the address: the blind index of an ID number or phone, the uuid of a certificate, or that of an enrolment whose
# receipt is meant.
BY_NUMBER = ("holder", "certificate", "receipt")
KEPT = ("view", "class")
NOBODYS = UUID(int=0)
_NUMBER = re.compile(r"[0-9]{5}")  # a class is called after a year at most


@require_POST
@access.desk_view(*access.READERS)
def find(request: TenantRequest) -> HttpResponse:
    """From what was typed to the address of the list that shows it."""
    query = request.POST.get("q", "").strip()
    kept = {name: request.GET[name] for name in KEPT if request.GET.get(name)}
    words = urlencode(kept | (words_for(query) if query else {}))
    return redirect(reverse("desk:enrolments") + (f"?{words}" if words else ""))


def words_for(query: str) -> dict[str, str]:
    """The words of the address for a number of this institution's enrolments, or for a name. A number of nobody here
    becomes an index that finds nobody."""
    indexes = [number_index(query)]
    with suppress(BadPhone):
        indexes.append(blind_index("phone", normalised_phone(query)))
    for index in indexes:
        if Enrolment.objects.filter(_held_by(index)).exists():
            return {"holder": index}
    here = Enrolment.objects.order_by()
    certificate = here.filter(post_certificate__number__iexact=query).values_list("post_certificate__uuid").first()
    if certificate:
        return {"certificate": str(certificate[0])}
    receipt = here.filter(receipt_number__iexact=query).values_list("uuid").first()
    if receipt:
        return {"receipt": str(receipt[0])}
    return {"holder": indexes[0]} if _NUMBER.search(query) else {"q": query}


def narrowed(rows: QuerySet[Enrolment], asked: Mapping[str, str]) -> QuerySet[Enrolment]:
    """The rows that the words of the address leave: `holder`, `certificate`, `receipt`, `q`."""
    if asked.get("holder"):
        rows = rows.filter(_held_by(asked["holder"]))
    if asked.get("certificate"):
        rows = rows.filter(post_certificate__uuid=_uuid(asked["certificate"]))
    if asked.get("receipt"):
        meant = Enrolment.objects.filter(uuid=_uuid(asked["receipt"])).exclude(receipt_number="")
        rows = rows.filter(receipt_number__in=meant.order_by().values("receipt_number"))
    query = asked.get("q", "").strip()
    if query:
        rows = rows.filter(
            Q(user__name__icontains=query)
            | Q(user__name_pinyin__icontains=query.lower())
            | Q(training_class__name__icontains=query)
        )
    return rows


def _held_by(index: str) -> Q:
    return Q(user__id_number_index=index) | Q(user__phone_index=index)


def _uuid(text: str) -> UUID:
    """Nobody's where it is none."""
    try:
        return UUID(text)
    except ValueError:
        return NOBODYS
