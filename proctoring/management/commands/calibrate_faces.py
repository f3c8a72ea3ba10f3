"""`manage.py calibrate_faces FOLDER`: FMR and FNMR on the operator's own pictures, and thresholds that fit them."""

import json
from argparse import ArgumentTypeError
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.timezone import now

from proctoring import accuracy
from proctoring.accuracy import Scores
from proctoring.engine import FaceEngine, WeightsRefused, load_engine
from proctoring.engine.crops import face_of
from proctoring.rules import ProctoringRules
from proctoring.vectors import Vector
from tenants.rulesets.services import rules_for

PICTURES = {".jpg", ".jpeg", ".png"}
ENOUGH = 20  # comparisons of one person, before a rate of refusals is worth reading
TOO_MANY_REFUSED = 0.05


def rate(text: str) -> float:
    """A share between 0 and 1, also as `0.1%`."""
    try:
        value = float(text.rstrip("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        value = 0.0
    if not 0 < value < 1:
        raise ArgumentTypeError(f"{text!r} is no rate; write 0.001 or 0.1%")
    return value


class Command(BaseCommand):
    help = "Measure the recogniser on FOLDER/<person>/*.jpg and propose thresholds for the ruleset; changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="one folder a person, best four pictures or more in each")
        parser.add_argument("--engine", choices=("dlib", "onnx", "both"), help="the one in use unless given")
        parser.add_argument("--pass-fmr", type=rate, default=0.001, help="strangers who may match (0.1%%)")
        parser.add_argument("--review-fmr", type=rate, default=0.01, help="strangers who may come to a person (1%%)")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["review_fmr"] <= options["pass_fmr"]:
            raise CommandError("--review-fmr must be larger than --pass-fmr: what is reviewed is less alike.")
        files = pictures_of(options["folder"])
        engines = [chosen(name) for name in _names(options["engine"])]
        faces, left_out = embedded(engines, files)
        for path in left_out:
            self.stderr.write(f"left out, no readable face: {path}")
        for engine in engines:
            self._report(engine.name, faces[engine.name], options)

    def _report(self, engine: str, people: dict[str, list[Vector]], options: dict[str, Any]) -> None:
        single, used = accuracy.single(engine, people), accuracy.as_used(engine, people)
        best = used if len(used.genuine) >= ENOUGH else single
        require(best, options["pass_fmr"])
        self.stdout.write(f"\n{engine}: {sum(map(len, people.values()))} pictures of {len(people)} people")
        for words, scores in (("picture with picture", single), ("template of two with two frames", used)):
            if len(scores.genuine):
                self._line(words, scores)
        rules = rules_for(ProctoringRules, at=now())
        current = (rules.pass_at(engine), rules.review_at(engine))
        proposal = accuracy.proposed(best, options["pass_fmr"], options["review_fmr"])
        for words, limits in (("in force", current), ("proposed", proposal)):
            parts = "; ".join(
                f"{name} ≤ {limit:.2f} (FMR {best.fmr(limit):.3%}, FNMR {best.fnmr(limit):.2%})"
                for name, limit in zip(("pass", "review"), limits)
            )
            self.stdout.write(f"  {words}: {parts}")
        if best is single:
            self.stdout.write(f"  Counted picture by picture: fewer than {ENOUGH} comparisons of one person's four.")
        if best.fnmr(proposal[1]) > TOO_MANY_REFUSED:
            self.stdout.write(
                "  More than 1 in 20 honest looks would fail outright: prefer the better engine (fab models)."
            )
        values = dict(zip((f"{engine}_pass", f"{engine}_review"), proposal))
        self.stdout.write(f"  for the next ruleset: {json.dumps({'proctoring': values})}")

    def _line(self, words: str, scores: Scores) -> None:
        tar = ", ".join(
            f"TAR {scores.tar_at(far):.1%} at FAR {far:.1%}" for far in (0.01, 0.001) if scores.can_show(far)
        )
        self.stdout.write(
            f"  {words}: {len(scores.genuine)} of one, {len(scores.impostor)} of two people; "
            f"EER {scores.equal_error():.2%}{', ' if tar else ''}{tar}"
        )


def _names(wanted: str | None) -> list[str]:
    if wanted == "both":
        return ["dlib", "onnx"]
    return [wanted or ("onnx" if settings.FACE_ONNX_WEIGHTS else "dlib")]


def chosen(name: str) -> FaceEngine:
    """The engine of this name. Raises `CommandError` when its weights are not there or not the right ones."""
    if name == "onnx" and not settings.FACE_ONNX_WEIGHTS:
        raise CommandError("The ONNX engine has no weights: run `fab models`, then set ZHUXUE_FACE_ONNX_WEIGHTS.")
    try:
        return load_engine(settings.FACE_ONNX_WEIGHTS if name == "onnx" else None, settings.FACE_ONNX_SHA256)
    except WeightsRefused as error:
        raise CommandError(str(error)) from error


def pictures_of(folder: Path) -> dict[str, list[Path]]:
    """Person → picture files. Raises `CommandError` for what is not a folder of folders of pictures."""
    if not folder.is_dir():
        raise CommandError(f"There is no folder {folder}.")
    people = {
        person.name: [path for path in sorted(person.iterdir()) if path.suffix.lower() in PICTURES]
        for person in sorted(folder.iterdir())
        if person.is_dir()
    }
    people = {name: files for name, files in people.items() if files}
    if len(people) < 2:
        raise CommandError(
            f"{folder} must hold a folder for each person, with JPEG or PNG pictures; two people at least."
        )
    return people


def embedded(
    engines: list[FaceEngine], files: dict[str, list[Path]]
) -> tuple[dict[str, dict[str, list[Vector]]], list[Path]]:
    """({engine: {person: vectors}}, pictures without a face). Faces are found once for all engines."""
    found: dict[str, dict[str, list[Vector]]] = {engine.name: {} for engine in engines}
    left_out = []
    for person, paths in files.items():
        for path in paths:
            face = face_of(engines[0], path)
            if face is None:
                left_out.append(path)
                continue
            for engine in engines:
                found[engine.name].setdefault(person, []).append(engine.mean(engine.embed(*face)))
    return found, left_out


def require(scores: Scores, fmr: float) -> None:
    """Raises `CommandError` where the pictures cannot show what is asked for."""
    if not len(scores.genuine):
        raise CommandError("Nobody has two pictures with a face: nothing says how alike one person's pictures are.")
    if not scores.can_show(fmr):
        least = round(accuracy.SHOWN_BY / fmr)
        raise CommandError(
            f"{len(scores.impostor)} comparisons of two people cannot show a rate of {fmr:.3%}: "
            f"that takes {least}. Add people, or ask for a larger --pass-fmr."
        )
