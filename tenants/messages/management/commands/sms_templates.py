"""What has to be handed in to the SMS gateway for review, and what has its code already."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from tenants.messages.templates import TEMPLATES


class Command(BaseCommand):
    help = "List the SMS templates with variables, text and the gateway's code; exit 1 while one has none."

    def handle(self, *args: Any, **options: Any) -> None:
        for name, template in TEMPLATES.items():
            source = "of the manual, word for word" if template.of_the_manual else "our own"
            code = settings.SMS_TEMPLATES.get(name, "no code yet")
            self.stdout.write(f"{name} [{code}] {source}; variables: {', '.join(template.variables) or 'none'}")
            self.stdout.write(f"    {template.text}")
        missing = [name for name in TEMPLATES if name not in settings.SMS_TEMPLATES]
        if missing:
            raise CommandError(f"ZHUXUE_SMS_TEMPLATES has no code for: {', '.join(missing)}.", returncode=1)
