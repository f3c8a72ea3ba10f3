from django.urls import path

from cms.centre import views

app_name = "centre"
urlpatterns = [
    path("", views.training, name="training"),
    path("record/", views.record, name="record"),
    path("exams/", views.exams, name="exams"),
    path("hours/", views.hours, name="hours"),
    path("certificates/", views.certificates, name="certificates"),
    path("profile/", views.profile, name="profile"),
]
