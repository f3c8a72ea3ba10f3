"""Certificate files at rest: sealed, in private storage. A file opens only under the row and role it was sealed for."""

import uuid

from django.core.files.base import ContentFile
from django.core.files.storage import storages

from certs.models import Document
from tenants.crypto import open_sealed, seal


def _aad(document: Document, role: str) -> str:
    return f"{document._meta.label_lower}|{document.uuid}|{role}"


def put(document: Document, role: str, data: bytes) -> str:
    """Seal `data` and return the name to keep on the row. `role` is `pdf` or `photo`.

    A rolled-back transaction leaves a sealed file that no row names.
    """
    folder = f"certs/{document._meta.model_name}/{document.uuid.hex[:2]}"
    name = f"{folder}/{document.uuid.hex}-{role}-{uuid.uuid4().hex[:8]}"
    return storages["private"].save(name, ContentFile(seal(data, _aad(document, role))))


def get(document: Document, role: str) -> bytes:
    """The file's content. Raises `FileNotFoundError`, or `CannotOpen` when it was tampered with."""
    name = getattr(document, role)
    if not name:
        raise FileNotFoundError(f"{document._meta.label_lower} {role}")
    with storages["private"].open(name) as file:
        return open_sealed(file.read(), _aad(document, role))
