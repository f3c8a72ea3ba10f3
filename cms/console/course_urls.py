"""Courses, lessons, uploads and plans: part of the console's addresses."""

from django.urls import URLPattern, path

from cms.console.views import courses, courseware, lessons, plans, video_uploads

urlpatterns: list[URLPattern] = [
    path("courses/", courses.index, name="courses"),
    path("courses/<int:pk>/", courses.page, name="course"),
    path("courses/<int:pk>/delete/", courses.delete, name="course_delete"),
    path("courses/lessons/<int:pk>/", lessons.page, name="lesson"),
    path("courses/lessons/<int:pk>/move/", lessons.move, name="lesson_move"),
    path("courses/lessons/<int:pk>/captions/", lessons.captions, name="lesson_captions"),
    path("courses/lessons/<int:pk>/delete/", lessons.delete, name="lesson_delete"),
    path("courses/lessons/<int:pk>/questions/", lessons.add_question, name="lesson_question_add"),
    path("courses/lesson-questions/<uuid:uuid>/", lessons.change_question, name="lesson_question"),
    path("courses/lesson-questions/<uuid:uuid>/retire/", lessons.retire_question, name="lesson_question_retire"),
    path("courses/courseware/<uuid:uuid>/<str:name>", courseware.file, name="courseware"),
    path("courses/courseware/<uuid:uuid>/<slug:rendition>/<str:name>", courseware.file, name="courseware_part"),
    path("courses/courseware/<uuid:uuid>/withdraw/", courseware.withdraw, name="courseware_withdraw"),
    path("courses/video-uploads/", video_uploads.index, name="video_uploads"),
    path("courses/video-uploads/begin/", video_uploads.begin, name="video_upload_begin"),
    path("courses/video-uploads/<uuid:uuid>/", video_uploads.page, name="video_upload"),
    path("courses/video-uploads/<uuid:uuid>/state/", video_uploads.state, name="video_upload_state"),
    path("courses/video-uploads/<uuid:uuid>/data/", video_uploads.data, name="video_upload_data"),
    path("courses/video-uploads/<uuid:uuid>/captions/", video_uploads.captions, name="video_upload_captions"),
    path("courses/video-uploads/<uuid:uuid>/attach/", video_uploads.attach, name="video_upload_attach"),
    path("courses/video-uploads/<uuid:uuid>/cancel/", video_uploads.cancel, name="video_upload_cancel"),
    path("courses/video-uploads/<uuid:uuid>/retry/", video_uploads.retry, name="video_upload_retry"),
    path("courses/plans/", plans.index, name="plans"),
    path("courses/plans/draft/", plans.draft, name="plan_draft"),
    path("courses/plans/<int:pk>/", plans.page, name="plan"),
    path("courses/plans/<int:pk>/publish/", plans.publish, name="plan_publish"),
    path("courses/plans/<int:pk>/delete/", plans.delete, name="plan_delete"),
]
