from django.urls import path

from demo import views

app_name = "demo"
urlpatterns = [
    path("", views.guide, name="guide"),
    path("captcha/<str:key>/", views.captcha, name="captcha"),
    path("newcomer/<slug:key>/", views.newcomer, name="newcomer"),
]
