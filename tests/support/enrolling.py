"""A trainee in front of an institution's site that is ready for them: register, plan, fee notice, class."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.support import people
from tests.support.certified import publish_rules
from tests.support.pages import open_class, seed
from tests.support.staff import paper
from tests.support.study import make_position

NUMBER = "粤建岗880001"


@dataclass
class Applicant:
    """Somebody with a post certificate for position 101; `client` is signed in at the institution."""

    institution: Any
    user: Any
    client: Any
    training_class: Any
    said: dict[str, Any] = field(default_factory=dict)

    def choice(self) -> str:
        from learning.models import PostCertificate

        return f"{PostCertificate.objects.get(number=NUMBER).uuid}.2026"

    def begin(self, **data: Any) -> Any:
        return self.client.post("/enrol/", {"choice": self.choice()} | data)

    def tell(self, **data: Any) -> Any:
        return self.client.post("/enrol/details/", {"training_class": str(self.training_class.uuid)} | data)

    def send(self, **data: Any) -> Any:
        shown = BeautifulSoup(self.client.get("/enrol/confirm/").content, "html.parser")
        fees = shown.select_one("input[name=fees]")
        return self.client.post("/enrol/confirm/", {"agreed": "on", "fees": fees["value"] if fees else ""} | data)

    def apply(self, **data: Any) -> Any:
        """The whole way; the answer of the last button."""
        self.begin()
        self.tell(**data)
        return self.send()


def certificate_of(user: Any, number: str = NUMBER, *, position: Any = None, issued_on: date = date(2017, 5, 4)) -> Any:
    from learning.services import register_post_certificate

    return register_post_certificate(
        number=number, id_number=user.id_number, name=user.name, position=position or make_position(),
        issued_on=issued_on, by=None, at=people.BEFORE,
    )  # fmt: skip


def publish_plan(position: Any = None, year: int = 2026) -> Any:
    from learning.services import create_plan

    plan = create_plan(position or make_position(), year, [], by=None, at=people.BEFORE)
    plan.published_at = people.BEFORE
    plan.save()
    return plan


def ready(institution: Any, in_tenant: Any, *, name: str = "温志成", fees: int = 1) -> Applicant:
    """With a fee notice (301 + 60 yuan for 101), a plan of 2026 and a class with two places."""
    publish_rules(closes_on="2099-12-31")
    type(institution).objects.filter(pk=institution.pk).update(position_codes=[])
    seed(institution, fees=fees)
    user = people.make_user(name)
    certificate_of(user)
    publish_plan()
    with in_tenant(institution):
        training_class = open_class(institution, "第 7 期", capacity=2, position=make_position())
    return Applicant(institution, user, people.signed_in(user, institution), training_class)


def upload(content: bytes = b"", name: str = "card.jpg") -> Any:
    return SimpleUploadedFile(name, content or paper(), "image/jpeg")


def text_of(answer: Any, selector: str = "main") -> str:
    page = BeautifulSoup(answer.content, "html.parser")
    return " ".join(" ".join(found.get_text(" ", strip=True).split()) for found in page.select(selector))
