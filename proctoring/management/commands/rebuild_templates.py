"""`manage.py rebuild_templates`: after a change of the recogniser, measure the stored photos beforehand."""

from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.timezone import now

from proctoring import likeness
from proctoring.engine import WeightsRefused
from proctoring.examine import edition_in_use, examine_locally, local_engine
from proctoring.models import FaceProfile
from tenants.scopes import province_scope

WORDS = {
    likeness.Rebuilt.DONE: "made anew",
    likeness.Rebuilt.DOUBTED: "no longer alike: back to the clerk",
    likeness.Rebuilt.REFUSED: "photo cannot be measured: back to the person",
    likeness.Rebuilt.LEFT: "left: no photos or no consent",
    likeness.Rebuilt.CURRENT: "was made by another process meanwhile",
}


class Command(BaseCommand):
    help = "Make the face templates anew that were made by another engine or other weights than the ones in use."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="only count them; ends with 1 when there are some")
        parser.add_argument("--part", default="1/1", help="the share of this process of several, 1/4 … 4/4")

    def handle(self, *args: Any, **options: Any) -> None:
        number, parts = _part(options["part"])
        with province_scope():
            waiting = [pk for pk in likeness.outdated_profiles().values_list("pk", flat=True) if pk % parts == number]
            self.stdout.write(f"{len(waiting)} profiles without a template of {edition_in_use().label}.")
            if options["check"]:
                if waiting:
                    raise CommandError("Run rebuild_templates, or let each be made when the person comes next.")
                return
            for word, count in _rebuilt(waiting).items():
                self.stdout.write(f"{count:7} {word}")


def _part(text: str) -> tuple[int, int]:
    """(remainder, divisor) of `2/4`. Raises `CommandError`."""
    number, _slash, parts = text.partition("/")
    if not (number.isdecimal() and parts.isdecimal() and 1 <= int(number) <= int(parts)):
        raise CommandError(f"--part is {text!r}; it must be like 1/4, 2/4, 3/4 or 4/4.")
    return int(number) - 1, int(parts)


def _rebuilt(profiles: list[int]) -> Counter[str]:
    try:
        if profiles:
            local_engine()
    except WeightsRefused as error:
        raise CommandError(str(error)) from error
    found: Counter[str] = Counter()
    for pk in profiles:
        profile = FaceProfile.objects.select_related("user", "institution").get(pk=pk)
        found[WORDS[likeness.rebuild(profile, look=examine_locally, at=now())]] += 1
    return found
