"""Enrolling 20,000 people from a sheet, beside the library's own row by row; a preview; the memory of a worker."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

from tests.bench.frame import Measured, figure

ROWS, PLAIN_ROWS, PREVIEW = 20_000, 400, 2_000
MEMORY_MB = 400.0


@figure("import, rows/s against the library", target=8.0)
def import_against_library() -> Measured:
    """Rows a second from the uploaded file to committed enrolments, with dry run and confirmation, against
    `Resource.import_data` row by row through the services of the counter, of people of the same kind.

    The library gets its accounts' password hash once, as ours: the ratio is about rows, not about argon2. It is not
    asked to parse a file nor to make a dry run either.
    """
    told = _child("import", ROWS)
    plain = _child("library", PLAIN_ROWS)
    print(f"  {ROWS} rows in {told[0]:.1f} s, {PLAIN_ROWS} by the library in {plain[0]:.1f} s", file=sys.stderr)
    return Measured(ROWS / told[0], PLAIN_ROWS / plain[0], "rows/s")


@figure("import, memory of the worker (MB)", target=1.0, at_most=True)
def import_memory() -> Measured:
    """Peak resident memory of a process that reads, checks and writes 20,000 rows, against 400 MB."""
    return Measured(_child("import", ROWS)[1], MEMORY_MB, "MB")


@figure("import, preview of 2,000 rows (s)", target=1.0, at_most=True)
def preview() -> Measured:
    """Seconds until the clerk sees what each row would do, against five."""
    return Measured(_child("preview", PREVIEW)[0], 5.0, "s")


def _child(what: str, rows: int) -> tuple[float, float]:
    """Seconds and peak megabytes of a process of its own; another one has made fresh people and their sheet before."""
    with tempfile.TemporaryDirectory() as folder:
        for step in ("people", what):
            done = subprocess.run(
                [sys.executable, "-m", "tests.bench.imports", step, str(rows), f"{folder}/a.xlsx"],
                check=True, stdout=subprocess.PIPE, text=True, env=os.environ,
            )  # fmt: skip
    seconds, megabytes = done.stdout.split()[-2:]
    return float(seconds), float(megabytes)


def main(what: str, rows: int, path: Path) -> None:
    """In the child, within the institution."""
    from django_tenants.utils import tenant_context

    from tenants.models import Institution
    from tenants.scopes import institution_scope

    place = Institution.objects.get(schema_name="lingzhu")
    with tenant_context(place), institution_scope(place):
        if what == "people":
            path.write_bytes(_sheet(_people(rows, place)))
            return
        clerk = _clerk()
        took = _library(path, clerk) if what == "library" else _ours(path, clerk, place, write=what == "import")
    print(took, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def _clerk() -> Any:
    from tenants.accounts.models import User
    from tests.support.people import make_user

    return User.objects.filter(name="何敏").first() or make_user("何敏")


def _people(rows: int, place: Any) -> list[tuple[str, str]]:
    """So many new people with a post certificate each."""
    from learning.models import Plan, PostCertificate
    from tests.support.people import id_number
    from tests.support.register import open_province, register

    position = Plan.objects.get().position if Plan.objects.exists() else open_province(place)
    known = PostCertificate.objects.count()
    made = []
    for number in range(known, known + rows):
        day = f"19{60 + number // 12 % 40}{1 + number % 12:02d}{1 + number // 480 % 28:02d}"
        name = f"张{'一二三四五六七八九十'[number % 10]}"
        made.append((id_number(number // 13_440, born=day, region="440305"), name))
    register([(number, name, date(2017, 5, 4), "valid") for number, name in made], position, start=known)
    return made


def _sheet(people: list[tuple[str, str]]) -> bytes:
    import io

    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(["姓名", "身份证号", "手机", "岗位", "年度", "培训费"])
    for place, (number, name) in enumerate(people):
        sheet.append([name, number, f"139{place:08d}", "土建施工员", 2026, 200])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _ours(path: Path, clerk: Any, place: Any, *, write: bool) -> float:
    from django.utils.timezone import now

    from cms.importing.kinds import resource_of
    from learning.models import Enrolment
    from tenants.imports import batches
    from tenants.imports.reading import read_batch
    from tenants.imports.running import run_batch

    data, before = path.read_bytes(), Enrolment.objects.count()
    began = time.monotonic()
    batch = batches.begin(
        kind="enrolments", file_name="a.xlsx", data=data, options={"year": 2026, "training_class": None},
        institution=place, by=clerk, at=now(),
    )  # fmt: skip
    read_batch(batch.pk, resource_of, clock=now)
    batch.refresh_from_db()
    assert (batch.state, batch.new) == ("ready", batch.total), (batch.state, batch.new, batch.refusal_words)
    if write:
        batches.confirm(batch, {"seen": True}, by=clerk, at=now())
        run_batch(batch.pk, resource_of, clock=now)
        assert Enrolment.objects.count() == before + batch.total
    return time.monotonic() - began


def _library(path: Path, clerk: Any) -> float:
    """The library's own way: a `Resource` whose rows are saved one by one, through the services of the counter."""
    import tablib
    from django.contrib.auth import base_user, hashers
    from django.utils.timezone import now
    from import_export import fields, resources

    from learning import services
    from learning.models import Enrolment
    from tenants.accounts.services import pre_register
    from tenants.models import Institution

    place = Institution.objects.get(schema_name="lingzhu")
    dataset = tablib.Dataset().load(path.read_bytes(), format="xlsx")
    certificates = _certificates(dataset["身份证号"])
    once = hashers.make_password("111111")
    base_user.make_password = lambda *args, **kwargs: once  # type: ignore[attr-defined]

    class Plain(resources.ModelResource):
        name = fields.Field(attribute="name", column_name="姓名")
        number = fields.Field(attribute="number", column_name="身份证号")
        phone = fields.Field(attribute="phone", column_name="手机")

        class Meta:
            model = Enrolment
            fields = ("name", "number", "phone")
            import_id_fields = ("number",)

        def get_instance(self, instance_loader: Any, row: Any) -> None:
            return None

        def init_instance(self, row: Any = None) -> Any:
            return type(
                "Row", (), {"pk": None, "name": None, "number": None, "phone": None, "_meta": Enrolment._meta}
            )()

        def validate_instance(self, *args: Any, **kwargs: Any) -> None:
            return None

        def save_instance(self, instance: Any, is_create: bool, row: Any, **kwargs: Any) -> None:
            user = pre_register(
                id_number=instance.number,
                name=instance.name,
                phone=instance.phone,
                by=clerk,
                institution=place,
                at=now(),
            )
            enrolment = services.enrol(
                institution=place, user=user, certificate_number=certificates[instance.number], year=2026, free=True,
                phone=instance.phone, by=clerk, at=now(),
            )  # fmt: skip
            services.admit(enrolment, by=clerk, at=now())

        def after_save_instance(self, instance: Any, row: Any, **kwargs: Any) -> None:
            return None

    before = Enrolment.objects.count()
    began = time.monotonic()
    result = Plain().import_data(dataset, raise_errors=True)
    assert not result.has_errors()
    assert Enrolment.objects.count() == before + len(dataset)
    return time.monotonic() - began


def _certificates(numbers: list[str]) -> dict[str, str]:
    """The number of everybody's post certificate."""
    from learning.models import PostCertificate
    from tenants.accounts.models import number_index

    wanted = {number_index(number): number for number in numbers}
    held = PostCertificate.objects.filter(holder_id_index__in=wanted).values_list("holder_id_index", "number")
    return {wanted[index]: number for index, number in held}


if __name__ == "__main__":
    import django

    django.setup()
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
