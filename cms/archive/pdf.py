"""The index of an archive as PDF: the chapters in the product's own faces, the same bytes for the same words."""

from io import BytesIO
from itertools import zip_longest
from typing import Any

from django.template.loader import render_to_string

from cms.archive.parts import Archive, plain

OWN_FILES = {"snapshots", "sittings"}  # tables that are too long for paper: they are files beside the index


class CannotRender(Exception):
    """xhtml2pdf reported an error."""


def index_pdf(archive: Archive, *, full: bool, facts: list[tuple[str, str]], files: list[tuple[str, str]]) -> bytes:
    """`facts` stand on top (who made it, when, the hash of the contents), `files` are the others of the ZIP with their
    SHA-256."""
    # Here, because the libraries take a third of every process's start and few processes make a PDF.
    from pypdf import PdfReader, PdfWriter
    from xhtml2pdf import pisa

    from certs.pdf import fonts
    from certs.pdf.render import nothing_fetched

    fonts.prepare(*archive.texts(full=full), *(text for pair in [*facts, *files] for text in pair))
    context = {"parts": _shown(archive, full=full), "facts": facts, "files": files, "enrolment": archive.enrolment}
    html, typeset = render_to_string("cms/archive/index_pdf.html", context), BytesIO()
    status = pisa.CreatePDF(html, dest=typeset, encoding="utf-8", resource_policy=nothing_fetched())
    if status.err:
        raise CannotRender(f"{status.err} errors")
    # Written anew without the times and identifiers that the library puts into its file.
    writer, out = PdfWriter(), BytesIO()
    writer.append_pages_from_reader(PdfReader(BytesIO(typeset.getvalue())))
    writer.metadata = {"/Title": "一人一档", "/Creator": "Zhuxue"}
    writer.write(out)
    return out.getvalue()


def _shown(archive: Archive, *, full: bool) -> list[dict[str, Any]]:
    """Chapters as text; what is a file of its own is only named."""
    return [
        {
            "title": part.title,
            "note": part.note,
            "facts": [(label, plain(value, full=full) or "—") for label, value in part.facts],
            "tables": [
                {
                    "title": table.title, "count": len(table.rows),
                    "heads": list(zip_longest(table.heads, table.widths)),
                    "apart": table.key in OWN_FILES,
                    "rows": [] if table.key in OWN_FILES else [
                        [plain(value, full=full) or "—" for value in row] for row in table.rows
                    ],
                }
                for table in part.tables
            ],
        }
        for part in archive.parts
    ]  # fmt: skip
