"""Builds the demo province, step by step, through the services. A step that is done is never done again."""

from __future__ import annotations

import csv
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.utils import translation
from django.utils.timezone import localdate, localtime

from demo import association, cast, courses, province, stages, video
from demo.models import Step
from exams.imports import import_questions
from learning.demo_database import NotADemo, is_demo_database, mark_demo_database
from learning.models import Position, TrainingClass
from tenants.accounts.models import User
from tenants.models import Institution
from tenants.scopes import province_scope

Say = Callable[[str], None]
FOUNDED_DAYS_AGO = 120
CLASS_DAYS = 120
TEACHERS = {"lingzhu": "黄老师", "jiangxin": "罗老师", "wanliang": "邱老师"}


@dataclass
class Builder:
    """Does named steps once each, and says how long they took."""

    say: Say
    at: datetime
    steps: int = 0

    def step(self, name: str, act: Callable[[], object]) -> None:
        if Step.objects.filter(name=name).exists():
            return
        began = time.monotonic()
        with transaction.atomic():
            act()
            Step.objects.create(name=name, done_at=self.at)
        self.steps += 1
        self.say(f"{time.monotonic() - began:6.1f} s  {name}")


def build(at: datetime, say: Say, size: video.Size = video.FULL) -> int:
    """Build what is missing; returns how many steps there were. Raises `NotADemo` for a database with real people."""
    mark(at)
    builder = Builder(say, at)
    founded = localtime(at) - timedelta(days=FOUNDED_DAYS_AGO)
    with translation.override("zh-hans"), province_scope():
        _organisations(builder, founded)
        _library(builder, founded, size)
        _people(builder)
    return builder.steps


def mark(at: datetime) -> None:
    """Mark an empty database as demo; a marked one stays so."""
    if is_demo_database():
        return
    if User.objects.exists():
        raise NotADemo("This database has people in it and is not marked as a demo. Use an empty one.")
    mark_demo_database()


def _organisations(builder: Builder, founded: datetime) -> None:
    today = localdate(builder.at)
    builder.step("rules", lambda: province.publish_rules(founded, today))
    builder.step("association", lambda: province.open_association(founded))
    builder.step("positions", courses.add_positions)
    builder.step("staff association", lambda: _hire_all(cast.PORTAL, founded))
    builder.step("second factors association", lambda: _give_apps(cast.PORTAL, founded))
    builder.step("portal", lambda: province.seed_portal(tenant(cast.PORTAL), builder.at, superadmin()))
    about = province.contents()["association"]
    builder.step("experts", lambda: association.add_experts(about, builder.at, superadmin()))
    builder.step("appraisals", lambda: association.add_appraisals(about, builder.at, superadmin()))
    for about in province.contents()["institutions"]:
        _institution(builder, about, founded)


def _institution(builder: Builder, about: dict, founded: datetime) -> None:
    key = about["subdomain"]
    builder.step(f"institution {key}", lambda: province.open_training_institution(about, founded, superadmin()))
    builder.step(f"staff {key}", lambda: _hire_all(key, founded))
    builder.step(f"second factors {key}", lambda: _give_apps(key, founded))
    builder.step(f"site {key}", lambda: province.seed_institution(about, tenant(key), builder.at, superadmin()))
    builder.step(f"classes {key}", lambda: _classes(about, tenant(key), builder.at))


def _hire_all(key: str, at: datetime) -> None:
    """One account per role; the first superadmin appoints everybody else."""
    for staff in (one for one in cast.STAFF if one.tenant == key):
        by = None if staff == cast.STAFF[0] else superadmin()
        province.hire(staff, tenant(key), at, by)


def _give_apps(key: str, at: datetime) -> None:
    for staff in (one for one in cast.STAFF if one.tenant == key):
        province.give_app(staff, tenant(key), at)


def _classes(about: dict, institution: Institution, at: datetime) -> None:
    today = localdate(at)
    for row in about["classes"]:
        starts_on = today + timedelta(days=row["start_offset_days"])
        made = TrainingClass.objects.create(
            institution=institution, name=row["name"], year=today.year, starts_on=starts_on,
            ends_on=starts_on + timedelta(days=CLASS_DAYS), capacity=row["capacity"],
            enrols_until=today + timedelta(days=row["enrol_deadline_offset_days"]),
            head_teacher=TEACHERS[institution.schema_name],
            notice=f"开班后请在 {CLASS_DAYS} 天内学完并通过考核。有问题请先联系班主任，电话见本页。",
        )  # fmt: skip
        made.positions.set(Position.objects.filter(code__in=row["positions"]))


def _library(builder: Builder, founded: datetime, size: video.Size) -> None:
    builder.step("lessons", lambda: courses.add_lessons(size, builder.say, superadmin(), founded))
    builder.step("lesson questions", lambda: courses.add_questions(superadmin(), founded))
    builder.step("plans", lambda: courses.publish_plans(localdate(builder.at).year, superadmin(), founded))
    builder.step("questions", lambda: _questions(founded))


def _questions(at: datetime) -> None:
    with (province.DATA / "questions.csv").open(encoding="utf-8-sig", newline="") as file:
        result = import_questions(csv.DictReader(file), by=superadmin(), at=at)
    if result.errors:
        raise RuntimeError(f"questions.csv: {result.errors[0]}")


def _people(builder: Builder) -> None:
    for trainee in cast.TRAINEES:
        name = f"trainee {trainee.tenant} {trainee.stage} {trainee.name}"
        builder.step(name, partial(_bring, trainee, builder.at))


def _bring(trainee: cast.Trainee, at: datetime) -> None:
    there = office(trainee.tenant, at)
    with stages.at_work(there.institution):
        stages.Journey(trainee, there).come_to(trainee.stage)


def office(key: str, at: datetime) -> stages.Office:
    """Who acts at the institution `key`, and for the association."""
    registrar = next(one for one in cast.STAFF if one.tenant == key and one.role == "registrar")
    reviewer = next(one for one in cast.STAFF if one.role == "hours_reviewer")
    return stages.Office(tenant(key), account(registrar), account(reviewer), localdate(at).year, localtime(at))


def tenant(key: str) -> Institution:
    return Institution.objects.get(schema_name=key)


def account(person: cast.Staff | cast.Trainee) -> User:
    user = User.objects.by_id_number(person.id_number)
    if user is None:
        raise LookupError(person.name)
    return user


def superadmin() -> User:
    return account(cast.STAFF[0])
