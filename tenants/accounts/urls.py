from django.urls import path

from tenants.accounts import views

app_name = "accounts"
urlpatterns = [
    path("", views.sign_in, name="sign_in"),
    path("first/", views.first, name="first"),
    path("code/", views.code, name="code"),
    path("resend/", views.resend, name="resend"),
    path("arrive/", views.arrive, name="arrive"),
    path("out/", views.sign_out, name="sign_out"),
]
