from django.urls import path

from tenants.accounts import recovery_views, registration_views, second_views, views

app_name = "accounts"
urlpatterns = [
    path("", views.sign_in, name="sign_in"),
    path("first/", views.first, name="first"),
    path("code/", views.code, name="code"),
    path("resend/", views.resend, name="resend"),
    path("register/", registration_views.document, name="register"),
    path("register/phone/", registration_views.phone, name="register_phone"),
    path("register/code/", registration_views.code, name="register_code"),
    path("register/resend/", registration_views.resend, name="register_resend"),
    path("register/password/", registration_views.password, name="register_password"),
    path("register/restart/", registration_views.restart, name="register_restart"),
    path("forgotten/", recovery_views.forgotten, name="forgotten"),
    path("forgotten/code/", recovery_views.forgotten_code, name="forgotten_code"),
    path("forgotten/resend/", recovery_views.resend, name="forgotten_resend"),
    path("forgotten/password/", recovery_views.forgotten_password, name="forgotten_password"),
    path("forgotten/restart/", recovery_views.restart, name="forgotten_restart"),
    path("arrive/", views.arrive, name="arrive"),
    path("out/", views.sign_out, name="sign_out"),
    path("second/", second_views.show, name="second"),
    path("second/enrol/", second_views.enrol, name="second_enrol"),
]
