"""How the admin looks to one person: the only part of Wagtail's account page that is theirs to change here."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.users.models import UserProfile


class LookForm(forms.ModelForm):
    """Wagtail's preferences under our own words; its Chinese leaves half of them in English."""

    theme = forms.ChoiceField(
        label=gettext_lazy("Colours"),
        choices=[
            ("system", gettext_lazy("as the system")),
            ("light", gettext_lazy("light")),
            ("dark", gettext_lazy("dark")),
        ],
    )
    density = forms.ChoiceField(
        label=gettext_lazy("Spacing"),
        choices=[("default", gettext_lazy("wide")), ("snug", gettext_lazy("narrow"))],
    )

    class Meta:
        model = UserProfile
        fields = ("theme", "density")


def look(request: HttpRequest) -> HttpResponse:
    """Name, phone, password and photo have their own procedures; here are colours and spacing only."""
    form = LookForm(request.POST or None, instance=UserProfile.get_for_user(request.user))
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("wagtailadmin_account")
    return render(request, "cms/staff/look.html", {"title": _("How it looks"), "form": form})
