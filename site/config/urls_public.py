"""Public serves nothing: an unknown host never gets this far, and no tenant is routed here."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []

handler500 = "tenants.busy.server_error"
