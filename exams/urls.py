from django.urls import path

from exams import camera_views, views

app_name = "exams"
urlpatterns = [
    path("", views.index, name="index"),
    path("<uuid:enrolment>/", views.start, name="start"),
    path("<uuid:enrolment>/room/", camera_views.room, name="room"),
    path("<uuid:enrolment>/camera/", camera_views.open_camera, name="open_camera"),
    path("<uuid:enrolment>/begin/", camera_views.begin, name="begin"),
    path("attempt/<uuid:attempt>/", views.paper, name="paper"),
    path("attempt/<uuid:attempt>/answers/", views.answers, name="answers"),
    path("attempt/<uuid:attempt>/submit/", views.submit, name="submit"),
    path("attempt/<uuid:attempt>/result/", views.result, name="result"),
]
