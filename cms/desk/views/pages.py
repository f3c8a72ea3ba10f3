"""Pages that wait for a manager, and pages that were sent back to their writer."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from cms import editorial_queries
from cms.desk import access


@access.desk_view(*access.EDITORS)
def index(request: HttpRequest) -> HttpResponse:
    """Both lists, the oldest first."""
    context = {
        "title": _("Pages to be approved"),
        "waiting": editorial_queries.rows_of(editorial_queries.waiting()),
        "returned": editorial_queries.rows_of(editorial_queries.returned()),
        "may_publish": access.has_role(request.user, *access.MANAGERS),
    }
    return render(request, "desk/pages.html", context)
