"""Writing down what was seen: the sealed picture with its measures, and the incidents that they give rise to.

Called inside the transaction of `supervision.py`; the rows are locked there.
"""

from datetime import datetime, timedelta
from typing import Any

from proctoring import passive, vault
from proctoring.incidents import Kind
from proctoring.marks import FaceMark
from proctoring.models import CameraSession, FacePhoto, Incident, LivenessAttempt, Snapshot
from proctoring.outcomes import Sighting
from proctoring.passive import Earlier
from proctoring.rules import ProctoringRules, bits_apart

COMPARED = 40  # the person's latest snapshots, and as many checks
# Two looks within seconds of each other may well agree; they prove nothing.
TOO_SOON = timedelta(seconds=20)
ID_PHOTO, PORTRAIT = 0, 1  # places in `apart`


def keep(row: Snapshot | LivenessAttempt, seen: Sighting, picture: bytes | None) -> None:
    """Seal the picture and its thumbnail, keep the measures on the row; the caller saves it."""
    kept = seen.evidence
    if picture:
        row.frame = vault.put(row, picture)
        if kept.get("thumb"):
            row.thumb = vault.put(row, kept["thumb"], field="thumb")
    row.fingerprint, row.mark = seen.fingerprint, kept.get("mark")
    row.details = seen.details | {name: kept[name] for name in ("apart", "tells", "waits_ms") if name in kept}
    if isinstance(row, LivenessAttempt):
        row.series = kept.get("series", {})


def note(session: CameraSession, kind: str, *, at: datetime, **about: Any) -> Incident:
    """`about` may name `snapshot` or `attempt`; the rest is data."""
    rows = {name: about.pop(name) for name in ("snapshot", "attempt") if name in about}
    return Incident.objects.create(
        session=session, institution=session.institution, kind=kind, noted_at=at, data=about, **rows
    )


def note_signals(
    session: CameraSession, row: Snapshot | LivenessAttempt, seen: Sighting, rules: ProctoringRules, *, at: datetime
) -> None:
    """The passive signals of one look: each becomes an incident, none changes the verdict."""
    where: dict[str, Any] = {"snapshot" if isinstance(row, Snapshot) else "attempt": row}
    mark = FaceMark.from_bytes(seen.evidence["mark"]) if seen.evidence.get("mark") else None
    twin = passive.twin_of(seen.fingerprint, mark, seen.engine, _earlier(row, seen.fingerprint, rules, at), rules)
    if twin is not None:
        note(session, twin.kind, at=at, **twin.data, **where)
    for kind in passive.kinds_of(seen.evidence.get("tells", {}), rules):
        note(session, kind, at=at, **seen.evidence["tells"], **where)
    apart = seen.evidence.get("apart", [])
    if len(apart) > PORTRAIT and apart[ID_PHOTO] > rules.review_at(seen.engine) >= apart[PORTRAIT]:
        note(session, Kind.UNLIKE_ID_PHOTO, at=at, apart=apart, **where)


def note_too_perfect(
    session: CameraSession, seen: Sighting, rules: ProctoringRules, *, at: datetime, **where: Any
) -> None:
    """A frame that *is* a reference photo: nobody looks twice exactly the same."""
    if seen.closest is not None and seen.engine and seen.closest < rules.too_perfect_at(seen.engine):
        note(session, Kind.TOO_PERFECT, at=at, closest=seen.closest, **where)


def note_camera(session: CameraSession, *, label: str, details: dict[str, Any], at: datetime) -> None:
    """What the page says the camera is: kept for the review, once a sitting and camera; a known program is a hint."""
    if label == session.camera_label and details == session.camera_details:
        return
    session.camera_label, session.camera_details = label, details
    session.save(update_fields=["camera_label", "camera_details"])
    known = Incident.objects.filter(session=session, kind=Kind.VIRTUAL_CAMERA, data__label=label)
    if passive.is_virtual(label) and not known.exists():
        note(session, Kind.VIRTUAL_CAMERA, at=at, label=label)


def _earlier(row: Snapshot | LivenessAttempt, fingerprint: str, rules: ProctoringRules, at: datetime) -> list[Earlier]:
    """Pictures of this person with nearly this outline: of the latest ones here, and of all reference photos ever.

    Marks are read and unsealed of those only: hardly ever one.
    """
    if not fingerprint:
        return []
    user, found = row.session.user_id, []
    for where, model, moment in (("snapshot", Snapshot, "taken_at"), ("attempt", LivenessAttempt, "ended_at")):
        rows: Any = model.objects.filter(session__user=user, **{f"{moment}__lt": at - TOO_SOON})  # type: ignore[attr-defined]
        outlines = rows.exclude(fingerprint="").order_by(f"-{moment}").values_list("pk", "fingerprint")[:COMPARED]
        near = [pk for pk, other in outlines if bits_apart(fingerprint, other) <= rules.near_bits]
        for one in rows.filter(pk__in=near).only("uuid", "fingerprint", "mark") if near else ():
            found.append(Earlier(where, str(one.uuid), one.fingerprint, _mark_of(one)))
    photos = FacePhoto.objects.filter(profile__user=user).exclude(fingerprint="")
    return found + [Earlier("photo", str(uuid), other) for uuid, other in photos.values_list("uuid", "fingerprint")]


def _mark_of(row: Any) -> FaceMark | None:
    return FaceMark.from_bytes(row.mark) if row.mark else None
