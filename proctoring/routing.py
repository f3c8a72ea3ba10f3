"""Socket paths of this room."""

from django.urls import path

from proctoring.consumers import CameraConsumer

websocket_urlpatterns = [path("ws/camera/<uuid:session>/", CameraConsumer.as_asgi())]
