"""Certificate files at rest: sealed, in private storage. A file opens only under the row and role it was sealed for."""

from certs.models import Document
from tenants import vault


def put(document: Document, role: str, data: bytes) -> str:
    """Seal `data` and return the name to keep on the row. `role` is `pdf` or `photo`.

    A rolled-back transaction leaves a sealed file that no row names.
    """
    folder = f"certs/{document._meta.model_name}/{document.uuid.hex[:2]}/{role}"
    return vault.put(document, role, data, folder=folder)


def get(document: Document, role: str) -> bytes:
    """The file's content. Raises `FileNotFoundError`, or `CannotOpen` when it was tampered with."""
    return vault.get(document, role)
