"""What editors may upload as a document: not too large, and inside what its name says."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail.documents.forms import BaseDocumentForm

MOST_BYTES = 10 * 1024 * 1024  # the web server takes 12 MB (deploy/nginx)
HEAD_BYTES = 1024
ZIP = (b"PK\x03\x04", b"PK\x05\x06")  # with files in it, and empty
STARTS = {"docx": ZIP[:1], "xlsx": ZIP[:1], "pptx": ZIP[:1], "zip": ZIP}


def is_what_it_says(extension: str, head: bytes) -> bool:
    """Whether a file whose first bytes are `head` can be what its ending says; of plain text nothing is known.

    A PDF may have some bytes before its mark (ISO 32000-1, Annex H.3.4.1).
    """
    if extension == "pdf":
        return b"%PDF-" in head[:HEAD_BYTES]
    return extension not in STARTS or head.startswith(STARTS[extension])


class DocumentForm(BaseDocumentForm):
    """Of a new document or a new file for one; its ending is limited by `WAGTAILDOCS_EXTENSIONS`."""

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if "file" not in self.changed_data or not file:
            return file
        if file.size > MOST_BYTES:
            raise ValidationError(_("The file is larger than 10 MB. Save it smaller."), code="document.too_large")
        head = file.read(HEAD_BYTES)
        file.seek(0)
        if not is_what_it_says(file.name.rpartition(".")[2].lower(), head):
            words = _("The content of this file is not what its name says. Save it anew in its own program.")
            raise ValidationError(words, code="document.other_kind")
        return file
