"""The SMS outbox: what left, what waits, and until when it may be taken back."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from cms.console import access
from cms.frame import kept, page_of
from tenants.messages.models import Sms, SmsState

TONES = {
    SmsState.QUEUED: "wait",
    SmsState.SENDING: "chg",
    SmsState.SENT: "done",
    SmsState.FAILED: "fail",
    SmsState.CANCELLED: "off",
}


@access.console_view(*access.READERS)
def index(request: HttpRequest) -> HttpResponse:
    """Codes are readable in the demo only; elsewhere nobody but the person reads them."""
    state = request.GET.get("state", "")
    rows = Sms.objects.select_related("institution", "user")
    if state in SmsState.values:
        rows = rows.filter(state=state)
    page = page_of(request, rows)
    for sms in page.object_list:
        sms.tone = TONES[SmsState(sms.state)]
        sms.shown_text = sms.text if not sms.holds_code or settings.IS_DEMO else _("A code; only the person reads it.")
    context = {
        "title": _("SMS outbox"),
        "page": page,
        "keep": kept(request),
        "states": [("", _("All")), *SmsState.choices],
        "state": state,
    }
    return render(request, "console/messages.html", context)
