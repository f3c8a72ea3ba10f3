"""Socket paths of this room."""

from django.urls import path

from learning.consumers import StudyConsumer

websocket_urlpatterns = [path("ws/study/<uuid:session>/", StudyConsumer.as_asgi())]
