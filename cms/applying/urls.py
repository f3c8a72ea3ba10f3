from django.urls import path

from cms.applying import views

app_name = "apply"
urlpatterns = [
    path("", views.form, name="form"),
    path("code/", views.code, name="code"),
    path("resend/", views.resend, name="resend"),
    path("status/", views.ask, name="ask"),
    path("status/code/", views.ask_code, name="ask_code"),
    path("status/resend/", views.ask_resend, name="ask_resend"),
    path("<uuid:uuid>/", views.state, name="state"),
]
