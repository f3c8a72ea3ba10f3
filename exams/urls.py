from django.urls import path

from exams import views

app_name = "exams"
urlpatterns = [
    path("", views.index, name="index"),
    path("<uuid:enrolment>/", views.start, name="start"),
    path("attempt/<uuid:attempt>/", views.paper, name="paper"),
    path("attempt/<uuid:attempt>/answers/", views.answers, name="answers"),
    path("attempt/<uuid:attempt>/submit/", views.submit, name="submit"),
    path("attempt/<uuid:attempt>/result/", views.result, name="result"),
]
