"""Addresses of the study room, below /study/ on an institution's site."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from learning import classroom_views, device_views, media_views, views


class Folder(StringConverter):
    regex = r"[A-Za-z0-9][A-Za-z0-9._-]*"


class Rendition(StringConverter):
    regex = r"v[0-9]"


class Part(StringConverter):
    regex = r"init\.mp4|[0-9]{5}\.m4s"


for name, kind in (("folder", Folder), ("rendition", Rendition), ("part", Part)):
    register_converter(kind, name)

app_name = "learning"

urlpatterns = [
    path("<uuid:enrolment>/", views.room, name="room"),
    path("<uuid:enrolment>/test/", device_views.device_test, name="device_test"),
    path("<uuid:enrolment>/test/sample/", device_views.sample, name="sample"),
    path("classroom/", classroom_views.go, name="classroom"),
    path("<uuid:enrolment>/classroom/", classroom_views.open_session, name="open_classroom"),
    path("<uuid:enrolment>/classroom/state/", classroom_views.state, name="classroom_state"),
    path("<uuid:enrolment>/camera/", views.open_camera, name="open_camera"),
    path("<uuid:enrolment>/session/", views.open_session, name="open_session"),
    path("sessions/<uuid:session>/hello/", views.hello, name="hello"),
    path("sessions/<uuid:session>/beat/", views.beat, name="beat"),
    path("sessions/<uuid:session>/end/", views.end, name="end"),
    path("sessions/<uuid:session>/index.m3u8", media_views.playlist, name="playlist"),
    path("sessions/<uuid:session>/captions.vtt", media_views.captions, name="captions"),
    path("sessions/<uuid:session>/<rendition:rendition>/index.m3u8", media_views.rendition_playlist, name="rendition"),
    path("sessions/<uuid:session>/question/", views.question, name="question"),
    path("sessions/<uuid:session>/answer/", views.answer, name="answer"),
    path("sessions/<uuid:session>/trace/", views.trace, name="trace"),
    path(
        "segments/<uuid:session>/<folder:folder>/<rendition:rendition>/<part:name>", media_views.segment, name="segment"
    ),
    path("<uuid:enrolment>/lessons/<int:lesson>/<str:name>", media_views.replay, name="replay"),
    path(
        "<uuid:enrolment>/lessons/<int:lesson>/<rendition:rendition>/<str:name>", media_views.replay, name="replay_part"
    ),
]
