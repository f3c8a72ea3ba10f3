"""The key of segments' addresses in nginx's words: nginx cannot read the environment."""

import re
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = "Print zhuxue/segment_key.conf of nginx (deploy/README.md). It is a secret: into a file of mode 0600."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        # In nginx's strings `$` begins a variable and a quote ends the string.
        if not re.fullmatch(r"[A-Za-z0-9_+/=.~-]+", settings.SEGMENT_KEY):
            raise CommandError("ZHUXUE_SEGMENT_KEY may hold letters, digits and _ + / = . ~ - only; make a new one.")
        self.stdout.write(f'set $zhuxue_segment_key "{settings.SEGMENT_KEY}";')
