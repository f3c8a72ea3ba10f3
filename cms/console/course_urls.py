"""Courses, lessons, uploads and plans: part of the console's addresses."""

from django.urls import URLPattern, path

from cms.console.views import courses, courseware, lessons, plans, video_uploads

urlpatterns: list[URLPattern] = [
    path("courses/", courses.index, name="courses"),
    path("courses/<int:pk>/", courses.page, name="course"),
    path("courses/<int:pk>/delete/", courses.delete, name="course_delete"),
    path("lessons/<int:pk>/", lessons.page, name="lesson"),
    path("lessons/<int:pk>/move/", lessons.move, name="lesson_move"),
    path("lessons/<int:pk>/delete/", lessons.delete, name="lesson_delete"),
    path("lessons/<int:pk>/questions/", lessons.add_question, name="lesson_question_add"),
    path("lesson-questions/<uuid:uuid>/", lessons.change_question, name="lesson_question"),
    path("lesson-questions/<uuid:uuid>/retire/", lessons.retire_question, name="lesson_question_retire"),
    path("courseware/<uuid:uuid>/<str:name>", courseware.file, name="courseware"),
    path("courseware/<uuid:uuid>/<slug:rendition>/<str:name>", courseware.file, name="courseware_part"),
    path("courseware/<uuid:uuid>/withdraw/", courseware.withdraw, name="courseware_withdraw"),
    path("video-uploads/", video_uploads.index, name="video_uploads"),
    path("video-uploads/begin/", video_uploads.begin, name="video_upload_begin"),
    path("video-uploads/<uuid:uuid>/", video_uploads.page, name="video_upload"),
    path("video-uploads/<uuid:uuid>/state/", video_uploads.state, name="video_upload_state"),
    path("video-uploads/<uuid:uuid>/data/", video_uploads.data, name="video_upload_data"),
    path("video-uploads/<uuid:uuid>/captions/", video_uploads.captions, name="video_upload_captions"),
    path("video-uploads/<uuid:uuid>/attach/", video_uploads.attach, name="video_upload_attach"),
    path("video-uploads/<uuid:uuid>/cancel/", video_uploads.cancel, name="video_upload_cancel"),
    path("video-uploads/<uuid:uuid>/retry/", video_uploads.retry, name="video_upload_retry"),
    path("plans/", plans.index, name="plans"),
    path("plans/draft/", plans.draft, name="plan_draft"),
    path("plans/<int:pk>/", plans.page, name="plan"),
    path("plans/<int:pk>/publish/", plans.publish, name="plan_publish"),
    path("plans/<int:pk>/delete/", plans.delete, name="plan_delete"),
]
