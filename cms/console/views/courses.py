"""The resource library: courses, and one course with its lessons."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cms.console import access
from cms.console.course_forms import EntryForm, say_at_field
from cms.frame import page_of
from learning import catalogue_queries, services
from learning.errors import CannotChangeCatalogue
from learning.models import Course
from tenants.requests import TenantRequest


@access.console_view(*access.READERS_OF_COURSES, change=access.EDITORS_OF_COURSES)
def index(request: TenantRequest) -> HttpResponse:
    """All courses; a POST adds one."""
    form = EntryForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            course = services.create_course(**form.cleaned_data, by=request.user, at=now())
        except CannotChangeCatalogue as error:
            say_at_field(form, error)
        else:
            messages.success(request, _("The course is there. Give it its lessons."))
            return redirect("console:course", pk=course.pk)
    context = {
        "title": _("Courses"),
        "page": page_of(request, catalogue_queries.courses()),
        "form": form,
        "may_change": access.has_role(request.user, *access.EDITORS_OF_COURSES),
        "views": tabs("courses"),
    }
    return render(request, "console/courses/index.html", context, status=400 if form.errors else 200)


def tabs(current: str) -> list[tuple[str, str, bool]]:
    """The three lists of the library: address, words, whether it is the one that is shown."""
    words = {"courses": _("Courses"), "plans": _("Plans"), "video_uploads": _("Video uploads")}
    return [(reverse(f"console:{name}"), text, name == current) for name, text in words.items()]


@access.console_view(*access.READERS_OF_COURSES, change=access.EDITORS_OF_COURSES)
def page(request: TenantRequest, pk: int) -> HttpResponse:
    """A course: its names, its lessons; a POST changes the names (`save`) or adds a lesson (`add`)."""
    course = get_object_or_404(Course, pk=pk)
    asked = "add" if "add" in request.POST else "save" if request.method == "POST" else ""
    forms = {
        "save": EntryForm(
            request.POST if asked == "save" else None, initial={"code": course.code, "title": course.title}
        ),
        "add": EntryForm(request.POST if asked == "add" else None, auto_id="new_%s"),
    }
    form = forms.get(asked)
    if form is not None and form.is_valid():
        try:
            if asked == "add":
                lesson = services.create_lesson(course, **form.cleaned_data, by=request.user, at=now())
                messages.success(request, _("The lesson is there. Give it a video."))
                return redirect("console:lesson", pk=lesson.pk)
            services.change_course(course, **form.cleaned_data, by=request.user, at=now())
        except CannotChangeCatalogue as error:
            say_at_field(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("console:course", pk=course.pk)
    lessons = list(catalogue_queries.lessons_of(course))
    context = {
        "title": course.title,
        "parent_title": _("Courses"),
        "parent_url": reverse("console:courses"),
        "course": course,
        "lessons": lessons,
        "total_ms": sum(lesson.media.duration_ms for lesson in lessons if lesson.media),
        "forms": forms,
        "may_change": access.has_role(request.user, *access.EDITORS_OF_COURSES),
    }
    return render(request, "console/courses/course.html", context, status=400 if form is not None else 200)


@require_POST
@access.console_view(*access.EDITORS_OF_COURSES)
def delete(request: TenantRequest, pk: int) -> HttpResponse:
    course = get_object_or_404(Course, pk=pk)
    try:
        services.delete_course(course, by=request.user, at=now())
    except CannotChangeCatalogue as error:
        messages.error(request, error.message)
        return redirect("console:course", pk=pk)
    messages.success(request, _("The course is deleted."))
    return redirect("console:courses")
