"""`manage.py build_demo`: build what is missing of the demo province."""

import logging
import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.timezone import now

from demo import video
from demo.build import build
from learning.demo_database import NotADemo


class Command(BaseCommand):
    help = "Builds the demo province; a second run changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--small", action="store_true", help="lessons in 160×90; so is ZHUXUE_DEMO_MEDIA=small")

    def handle(self, *args: Any, **options: Any) -> None:
        logging.disable(logging.INFO)  # our own lines say what happens
        small = options["small"] or os.environ.get("ZHUXUE_DEMO_MEDIA") == "small"
        try:
            steps = build(now(), self.stdout.write, video.SMALL if small else video.FULL)
        except NotADemo as error:
            raise CommandError(error.message) from error
        self.stdout.write(f"{steps} steps done." if steps else "The demo province stands; nothing to do.")
