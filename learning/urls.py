"""Addresses of the study room, below /study/ on an institution's site."""

from django.urls import path

from learning import media_views, views

app_name = "learning"

urlpatterns = [
    path("<uuid:enrolment>/", views.room, name="room"),
    path("<uuid:enrolment>/camera/", views.open_camera, name="open_camera"),
    path("<uuid:enrolment>/session/", views.open_session, name="open_session"),
    path("sessions/<uuid:session>/hello/", views.hello, name="hello"),
    path("sessions/<uuid:session>/beat/", views.beat, name="beat"),
    path("sessions/<uuid:session>/end/", views.end, name="end"),
    path("sessions/<uuid:session>/index.m3u8", media_views.playlist, name="playlist"),
    path("sessions/<uuid:session>/captions.vtt", media_views.captions, name="captions"),
    path("segments/<uuid:session>/init.mp4", media_views.segment, {"index": -1}, name="init"),
    path("segments/<uuid:session>/<int:index>.m4s", media_views.segment, name="segment"),
    path("<uuid:enrolment>/lessons/<int:lesson>/<str:name>", media_views.replay, name="replay"),
]
