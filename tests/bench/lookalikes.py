"""One pass of the search for one face in two accounts: what it costs to open and compare a province's templates."""

from __future__ import annotations

import sys
import time

import numpy as np

from tests.bench._sittings import made_user
from tests.bench.frame import Measured, figure

PEOPLE, NEW, PROVINCE = 8_000, 200, 80_000
GATHER_S = 60.0  # new faces of a minute share a pass


@figure("lookalikes, a pass over 80,000 faces / 60 s", target=1.0, at_most=True)
def one_pass() -> Measured:
    """Measured with 8,000 stored and 200 new templates; opening and comparing grow with the stored ones alone."""
    from django.utils.timezone import now

    from proctoring import lookalikes
    from proctoring.models import FaceTemplate
    from tenants.scopes import province_scope

    templates()
    with province_scope():
        FaceTemplate.objects.update(compared_at=now())
        new = FaceTemplate.objects.order_by("pk").values_list("pk", flat=True)[:NEW]
        FaceTemplate.objects.filter(pk__in=list(new)).update(compared_at=None)
    began = time.perf_counter()
    found = lookalikes.search_new(at=now())
    took = time.perf_counter() - began
    print(f"  {NEW} new among {PEOPLE:,}: {took:.2f} s, {found} pairs", file=sys.stderr, flush=True)
    return Measured(took * PROVINCE / PEOPLE, GATHER_S, "s")


def templates() -> None:
    """As many people with a matched profile and a template of the engine in use, in bulk."""
    from proctoring.examine import edition_in_use
    from proctoring.models import FaceProfile, FaceTemplate
    from proctoring.vectors import to_bytes
    from tenants.accounts.models import User
    from tenants.models import Institution
    from tenants.scopes import province_scope
    from tests.support.people import BEFORE

    here, edition, rng = Institution.objects.get(schema_name="lingzhu"), edition_in_use(), np.random.default_rng(1)
    with province_scope():
        users = User.objects.bulk_create([made_user() for _number in range(PEOPLE)])
        profiles = FaceProfile.objects.bulk_create([
            FaceProfile(user=user, institution=here, state="confirmed", engine=edition.name, matched_at=BEFORE)
            for user in users
        ])  # fmt: skip
        FaceTemplate.objects.bulk_create([
            FaceTemplate(
                profile=profile, institution=here, engine=edition.name, edition=edition.mark, made_at=BEFORE,
                vector=to_bytes([rng.normal(0, 0.1, 128).astype(np.float32)]),
            )
            for profile in profiles
        ])  # fmt: skip
