"""What the association keeps for the portal's look-ups: part of the console's addresses."""

from django.urls import URLPattern, path

from cms.console.views import appraisals, experts

urlpatterns: list[URLPattern] = [
    path("appraisals/", appraisals.index, name="appraisals"),
    path("appraisals/add/", appraisals.add, name="appraisal_add"),
    path("appraisals/<uuid:uuid>/", appraisals.page, name="appraisal"),
    path("appraisals/<uuid:uuid>/void/", appraisals.void, name="appraisal_void"),
    path("experts/", experts.index, name="experts"),
    path("experts/add/", experts.add, name="expert_add"),
    path("experts/<uuid:uuid>/", experts.page, name="expert"),
    path("experts/<uuid:uuid>/listing/", experts.listing, name="expert_listing"),
]
