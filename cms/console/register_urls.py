"""The register of post certificates, claims for it, and enrolments: part of the console's addresses."""

from django.urls import URLPattern, path

from cms.console.views import claims, enrolments, post_certificates, transfers

urlpatterns: list[URLPattern] = [
    path("post-certificates/", post_certificates.index, name="post_certificates"),
    path("post-certificates/new/", post_certificates.new, name="post_certificate_new"),
    path("post-certificates/<uuid:uuid>/", post_certificates.page, name="post_certificate"),
    path("certificate-claims/", claims.index, name="certificate_claims"),
    path("certificate-claims/<uuid:uuid>/", claims.page, name="certificate_claim"),
    path("certificate-claims/<uuid:uuid>/scan/", claims.scan, name="certificate_claim_scan"),
    path("enrolments/<uuid:uuid>/", enrolments.page, name="enrolment"),
    path("enrolments/<uuid:uuid>/transfer/", transfers.transfer, name="transfer"),
]
