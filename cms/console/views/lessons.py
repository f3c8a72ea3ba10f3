"""One lesson: names, video, questions."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cms.console import access
from cms.console.course_forms import CaptionsForm, EntryForm, QuestionForm, say_at_field
from learning import catalogue_queries, services
from learning.errors import BadUpload, CannotChangeCatalogue, CannotUseMedia
from learning.models import Lesson, LessonQuestion, MediaUpload
from learning.rules import StudyRules, hours_worth
from tenants.requests import TenantRequest
from tenants.rulesets.services import rules_for


@access.console_view(*access.READERS_OF_COURSES, change=access.EDITORS_OF_COURSES)
def page(request: TenantRequest, pk: int) -> HttpResponse:
    """The lesson's page; a POST changes code and title."""
    lesson = get_object_or_404(catalogue_queries.lesson_with_use(pk))
    if request.method != "POST":
        return _page(request, lesson)
    form = EntryForm(request.POST)
    if form.is_valid():
        try:
            services.change_lesson(lesson, **form.cleaned_data, by=request.user, at=now())
        except CannotChangeCatalogue as error:
            say_at_field(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("console:lesson", pk=pk)
    return _page(request, lesson, names=form)


def _page(
    request: TenantRequest, lesson: Lesson, names: EntryForm | None = None, asked: QuestionForm | None = None,
    changed: str = "", captions_form: CaptionsForm | None = None,
    status: int = 400,
) -> HttpResponse:  # fmt: skip
    """The page, with the one form that came back with errors in place of the fresh one."""
    questions = list(LessonQuestion.objects.filter(lesson=lesson, retired_at=None))
    for question in questions:
        initial = {"stem": question.stem, "options": "\n".join(question.options), "answer": question.answer}
        ours = asked if changed == str(question.uuid) else None
        question.form = ours or QuestionForm(initial=initial, auto_id=f"q{question.pk}_%s")  # type: ignore[attr-defined]
        question.is_open = ours is not None  # type: ignore[attr-defined]
        question.lettered = [  # type: ignore[attr-defined]
            (letter, text, number == question.answer)
            for number, (letter, text) in enumerate(zip("ABCDEF", question.options, strict=False))
        ]
    media = lesson.media
    context = {
        "title": lesson.title,
        "parent_title": lesson.course.title,
        "parent_url": reverse("console:course", args=[lesson.course_id]),
        "lesson": lesson,
        "media": media,
        "worth": hours_worth(media.duration_ms, rules_for(StudyRules, at=now()).hour_s) if media else None,
        "captions_form": captions_form or CaptionsForm(),
        "names": names or EntryForm(initial={"code": lesson.code, "title": lesson.title}),
        "new_question": asked if asked and not changed else QuestionForm(auto_id="new_%s"),
        "adding": asked is not None and not changed,
        "questions": questions,
        "plans": lesson.plans.select_related("position").order_by("-year", "position__code"),
        "uploads": MediaUpload.objects.filter(lesson=lesson).select_related("by")[:5],
        "may_change": access.has_role(request.user, *access.EDITORS_OF_COURSES),
    }
    failed = any(form is not None and form.errors for form in (names, asked, captions_form))
    return render(request, "console/courses/lesson.html", context, status=status if failed else 200)


@require_POST
@access.console_view(*access.EDITORS_OF_COURSES)
def move(request: TenantRequest, pk: int) -> HttpResponse:
    """One place up (`up`) or down; back to the course with the focus on the same button."""
    lesson = get_object_or_404(Lesson, pk=pk)
    up = "up" in request.POST
    try:
        services.move_lesson(lesson, up=up, by=request.user, at=now())
    except CannotChangeCatalogue as error:
        messages.error(request, error.message)
    return redirect(f"{reverse('console:course', args=[lesson.course_id])}?moved={pk}{'up' if up else 'down'}")


@require_POST
@access.console_view(*access.EDITORS_OF_COURSES)
def delete(request: TenantRequest, pk: int) -> HttpResponse:
    lesson = get_object_or_404(Lesson, pk=pk)
    try:
        services.delete_lesson(lesson, by=request.user, at=now())
    except CannotChangeCatalogue as error:
        messages.error(request, error.message)
        return redirect("console:lesson", pk=pk)
    messages.success(request, _("The lesson is deleted."))
    return redirect("console:course", pk=lesson.course_id)


@require_POST
@access.console_view(*access.EDITORS_OF_COURSES)
def captions(request: TenantRequest, pk: int) -> HttpResponse:
    """Captions for the video that the lesson shows, the one that the clerk saw (`media`)."""
    lesson = get_object_or_404(catalogue_queries.lesson_with_use(pk))
    form = CaptionsForm(request.POST, request.FILES)
    if lesson.media is None or str(lesson.media.uuid) != request.POST.get("media"):
        form.add_error(None, _("The lesson has another video by now. Look at it before you send captions."))
    elif form.is_valid():
        try:
            services.replace_captions(lesson.media, form.cleaned_data["captions"].read(), by=request.user, at=now())
        except (BadUpload, CannotUseMedia) as error:
            form.add_error("captions", error.message)
            return _page(request, lesson, captions_form=form, status=error.status)
        else:
            messages.success(request, _("The captions are saved. Who opens the lesson from now on sees them."))
            return redirect("console:lesson", pk=pk)
    return _page(request, lesson, captions_form=form)


@require_POST
@access.console_view(*access.EDITORS_OF_COURSES)
def add_question(request: TenantRequest, pk: int) -> HttpResponse:
    lesson = get_object_or_404(catalogue_queries.lesson_with_use(pk))
    form = QuestionForm(request.POST, auto_id="new_%s")
    if form.is_valid():
        data = form.cleaned_data
        try:
            services.add_question(lesson, data["stem"], form.lines, data["answer"], by=request.user, at=now())
        except CannotChangeCatalogue as error:
            say_at_field(form, error)
        else:
            messages.success(request, _("The question is added."))
            return redirect("console:lesson", pk=pk)
    return _page(request, lesson, asked=form)


@require_POST
@access.console_view(*access.EDITORS_OF_COURSES)
def change_question(request: TenantRequest, uuid: str) -> HttpResponse:
    """The old one retires, a new one takes its place."""
    question = get_object_or_404(LessonQuestion, uuid=uuid)
    form = QuestionForm(request.POST, auto_id=f"q{question.pk}_%s")
    if form.is_valid():
        data = form.cleaned_data
        try:
            services.change_question(question, data["stem"], form.lines, data["answer"], by=request.user, at=now())
        except CannotChangeCatalogue as error:
            say_at_field(form, error)
        else:
            messages.success(request, _("The question is replaced; answers that were given keep the old words."))
            return redirect("console:lesson", pk=question.lesson_id)
    lesson = get_object_or_404(catalogue_queries.lesson_with_use(question.lesson_id))
    return _page(request, lesson, asked=form, changed=str(question.uuid))


@require_POST
@access.console_view(*access.EDITORS_OF_COURSES)
def retire_question(request: TenantRequest, uuid: str) -> HttpResponse:
    question = get_object_or_404(LessonQuestion, uuid=uuid)
    try:
        services.retire_question(question, by=request.user, at=now())
        messages.success(request, _("The question is not asked any more."))
    except CannotChangeCatalogue as error:
        messages.error(request, error.message)
    return redirect("console:lesson", pk=question.lesson_id)
