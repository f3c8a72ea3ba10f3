from django.urls import path

from tenants.accounts import second_views, views

app_name = "accounts"
urlpatterns = [
    path("", views.sign_in, name="sign_in"),
    path("first/", views.first, name="first"),
    path("code/", views.code, name="code"),
    path("resend/", views.resend, name="resend"),
    path("arrive/", views.arrive, name="arrive"),
    path("out/", views.sign_out, name="sign_out"),
    path("second/", second_views.show, name="second"),
    path("second/enrol/", second_views.enrol, name="second_enrol"),
]
