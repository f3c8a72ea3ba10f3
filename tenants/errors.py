"""Errors that reach a person: a stable code, a sentence, an HTTP status."""

from typing import Any

from django.utils.translation import gettext_lazy as _


class DomainError(Exception):
    """Base of all errors of the rules.

    `code` is stable and part of the protocol (`study.taken_over`); `message` is a translated sentence that says
    what happened and what to do; `status` is the HTTP status a view answers with.
    """

    code: str = "error"
    message: Any = ""  # a lazy translation on the class, the sentence itself on the instance
    status: int = 409

    def __init__(self, message: object = None, *, code: str | None = None, status: int | None = None) -> None:
        self.message = str(message if message is not None else self.message)
        self.code = code or self.code
        self.status = status or self.status
        super().__init__(f"{self.code}: {self.message}")


class Gone(DomainError):
    """Somebody else has deleted the row between its being shown and its being changed."""

    code = "row.gone"
    message = _("Somebody else has deleted it in the meantime. Nothing was changed.")
    status = 404
