"""What the camera does when something happens on the floor below."""

from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Q

from proctoring.models import CameraSession
from proctoring.supervision import close_camera_session, tell
from tenants.accounts.models import SignedIn, User
from tenants.accounts.sessions import places_left
from tenants.scopes import province_scope


def under_sessions(user: User, rows: list[SignedIn]) -> Q:
    """The camera sessions that belong to these sign-ins; one of unknown origin belongs to the last at its place."""
    return Q(user=user) & (Q(signed_in__in=rows) | Q(signed_in=None, institution__in=places_left(user, rows)))


def close_with_session(sender: Any, user: User, rows: list[SignedIn], by: Any, at: datetime, **_: Any) -> None:
    """A sign-in that ends takes its camera along; the socket is told once that is committed."""
    with province_scope():
        closing = list(CameraSession.objects.filter(under_sessions(user, rows), closed_at=None))
        for session in closing:
            close_camera_session(session, by=by, at=at)
    for session in closing:
        transaction.on_commit(partial(tell, session, {"type": "camera.ended"}))
