"""The resource library of the demo: positions, courses, lessons with their videos, a plan for each position."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import ROUND_DOWN, Decimal
from pathlib import Path

from django.conf import settings

from demo import video
from learning.courseware import courseware, store_folder
from learning.media import PLAYLIST, measure
from learning.models import Course, Lesson, Media, Plan, Position
from learning.services import add_question, create_plan, publish_plan, register_media
from tenants.accounts.models import User

POSITIONS = {
    "101": "土建施工员", "102": "装饰装修施工员", "103": "设备安装施工员", "104": "市政工程施工员", "106": "土建质量员",
    "107": "装饰装修质量员", "108": "设备安装质量员", "109": "市政工程质量员", "111": "材料员", "112": "机械员",
    "113": "劳务员", "114": "资料员", "115": "标准员",
}  # fmt: skip
REQUIRED = Decimal(32)


def add_positions() -> None:
    for code, name in POSITIONS.items():
        Position.objects.get_or_create(code=code, defaults={"name": name})


def add_lessons(size: video.Size, say: Callable[[str], None], by: User, at: datetime) -> None:
    """Draw, encode and enter the lessons of `data/lessons.json`; what the caches hold is taken from there."""
    scripts = video.lessons()
    folders = video.streams(scripts, Path(settings.VAR) / "cache" / "lessons", size, say)
    courses: dict[str, Course] = {}
    for order, script in enumerate(scripts, 1):
        title = script["course"]
        if title not in courses:
            courses[title], _ = Course.objects.get_or_create(code=f"K{len(courses) + 1:02d}", defaults={"title": title})
        media = _media(folders[script["code"]], by, at)
        Lesson.objects.get_or_create(
            code=script["code"],
            defaults={"course": courses[title], "title": script["title"], "media": media, "order": order},
        )


def add_questions(by: User, at: datetime) -> None:
    """The question that `data/lessons.json` has for each lesson; a lesson that has one is left alone."""
    lessons = {lesson.code: lesson for lesson in Lesson.objects.filter(questions=None)}
    for script in video.lessons():
        if script["code"] in lessons:
            asked = script["check_question"]
            answer = "ABCDEF".index(asked["answer"])
            add_question(lessons[script["code"]], asked["stem"], asked["options"], answer, by=by, at=at)


def _media(cached: Path, by: User, at: datetime) -> Media:
    """Courseware from the cache: hard links where the disk allows, else copies."""
    if not courseware().exists(f"{cached.name}/v0/{PLAYLIST}"):
        store_folder(cached, cached.name)
    return register_media(cached.name, by=by, at=at, measured=measure(cached), name=f"{cached.name}.mp4")


def publish_plans(year: int, by: User, at: datetime) -> None:
    """For each position the lessons written for it or for all, worth 32 hours together."""
    lessons = {lesson.code: lesson for lesson in Lesson.objects.select_related("media")}
    for position in Position.objects.all():
        if Plan.objects.filter(position=position, year=year).exists():
            continue
        chosen = [s for s in video.lessons() if position.code in s["positions"] or "*" in s["positions"]]
        shares = shared_out(REQUIRED, [Decimal(str(script["hours"])) for script in chosen])
        rows = [(lessons[script["code"]], hours) for script, hours in zip(chosen, shares, strict=True)]
        publish_plan(create_plan(position, year, rows, by=by, at=at), by=by, at=at)


def shared_out(total: Decimal, weights: list[Decimal]) -> list[Decimal]:
    """`total` in half hours by weight; the last takes the rest, so that the sum is exact."""
    halves = [(2 * total * weight / sum(weights)).quantize(Decimal(1), ROUND_DOWN) for weight in weights]
    parts = [half / 2 for half in halves]
    parts[-1] += total - sum(parts)
    return parts
