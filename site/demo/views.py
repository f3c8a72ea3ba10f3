"""The demo's own page: accounts, the latest SMS, one more new trainee. Not even routed outside the demo."""

from captcha.models import CaptchaStore
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from demo import guide as guides
from demo.newcomer import add_newcomer
from learning.demo_database import is_demo_database
from tenants.crypto import blind_index
from tenants.messages.models import Sms
from tenants.models import Institution

SHOWN_SMS = 30


def _demo_only() -> None:
    if not settings.IS_DEMO or not is_demo_database():
        raise Http404


@never_cache
def guide(request: HttpRequest) -> HttpResponse:
    """Everything on one page; `?part=sms` gives the messages alone, `?part=codes` the codes of staff's apps."""
    _demo_only()
    if request.GET.get("part") == "codes":
        return JsonResponse(guides.codes_of_apps(now()))
    sms = Sms.objects.select_related("user").order_by("-id")
    if phone := request.GET.get("phone"):
        sms = sms.filter(user__phone_index=blind_index("phone", phone))
    sms = sms[:SHOWN_SMS]
    if request.GET.get("part") == "sms":
        return render(request, "demo/_sms.html", {"messages_sent": sms})
    chinese = request.LANGUAGE_CODE.startswith("zh")
    tries = [words[0 if chinese else 1].format(portal=settings.PORTAL_URL) for words in guides.TRY]
    context = {"sections": guides.sections(), "messages_sent": sms, "tries": tries}
    return render(request, "demo/guide.html", context)


@never_cache
def captcha(request: HttpRequest, key: str) -> HttpResponse:
    """What a captcha's picture says, for `fab tour`, which cannot read pictures."""
    _demo_only()
    store = get_object_or_404(CaptchaStore, hashkey=key)
    return HttpResponse(store.response, content_type="text/plain")


@require_POST
def newcomer(request: HttpRequest, key: str) -> HttpResponse:
    """One more new trainee at the institution `key`."""
    _demo_only()
    institution = Institution.objects.training().filter(schema_name=key).first()
    if institution is None:
        raise Http404
    person = add_newcomer(institution, at=now())
    messages.success(
        request,
        _("New trainee: %(name)s, ID number %(number)s, phone %(phone)s, password 111111.")
        % {"name": person.name, "number": person.id_number, "phone": person.phone},
    )
    return redirect("demo:guide")
