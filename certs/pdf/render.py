"""Facts to PDF: xhtml2pdf sets the text, reportlab draws frame, photo, seal and QR code, pypdf puts them together."""

import re
from dataclasses import dataclass
from io import BytesIO
from typing import cast
from urllib.parse import urlsplit

from django.template.loader import render_to_string
from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, FloatObject, NameObject, StreamObject, TextStringObject
from reportlab.pdfgen.canvas import Canvas
from xhtml2pdf import pisa
from xhtml2pdf.config.resources import ResourceAccessPolicy

from certs.pdf import artwork, fonts
from certs.pdf.facts import Facts


@dataclass(frozen=True)
class Sheet:
    """Where things stand on a document, millimetres from the lower left corner."""

    template: str
    title: str
    width: float
    height: float
    tint: str
    photo: tuple[float, float]
    qr: tuple[float, float]
    qr_side: float
    seal: tuple[float, float]


SHEETS = {
    "hours": Sheet(
        "certs/pdf/hours.html", "施工现场专业人员继续教育学时证明", 210, 297, "blue",
        photo=(152.3, 179.9), qr=(30, 38), qr_side=27, seal=(156, 62),
    ),
    "qualification": Sheet(
        "certs/pdf/qualification.html", "住房和城乡建设领域施工现场专业人员职业培训合格证", 297, 210, "gold",
        photo=(226, 101.5), qr=(139, 41), qr_side=25, seal=(233, 48),
    ),
}  # fmt: skip


INITIAL_FONT = re.compile(rb"BT /F1 [\d.]+ Tf [\d.]+ TL ET")


class CannotRender(Exception):
    """xhtml2pdf reported an error, or the text did not fit on its one page."""


def render(facts: Facts, *, photo: bytes | None, url: str) -> bytes:
    """The document as an unsigned PDF. `photo` is an image file's bytes, `url` what the QR code says."""
    sheet = SHEETS[facts.kind]
    fonts.prepare(*facts.printed_texts)
    text = PdfReader(BytesIO(typeset(sheet, facts, host=urlsplit(url).netloc)))
    if len(text.pages) != 1:
        raise CannotRender(f"{facts.kind}: {len(text.pages)} pages")

    def draw(canvas: Canvas) -> None:
        artwork.draw_photo(canvas, sheet.photo, photo)
        artwork.draw_qr(canvas, sheet.qr, sheet.qr_side, url)
        artwork.draw_seal(canvas, sheet.seal, ring=facts.issuer, caption=facts.seal_caption)

    below = artwork.frame(sheet.width, sheet.height, sheet.tint)
    above = artwork.one_page(sheet.width, sheet.height, draw)
    return put_together(text.pages[0], below, above, title=f"{sheet.title} {facts.number}", author=facts.issuer)


def typeset(sheet: Sheet, facts: Facts, *, host: str) -> bytes:
    """The text layer. The policy lets a template fetch nothing, neither from the network nor from the disk."""
    buffer = BytesIO()
    html = render_to_string(sheet.template, {"facts": facts, "host": host})
    status = pisa.CreatePDF(html, dest=buffer, encoding="utf-8", resource_policy=nothing_fetched())
    if status.err:
        raise CannotRender(f"{facts.kind}: {status.err} errors")
    return buffer.getvalue()


def nothing_fetched() -> ResourceAccessPolicy:
    return ResourceAccessPolicy.server(None, allow_remote=False)


def put_together(text: PageObject, below: bytes, above: bytes, *, title: str, author: str) -> bytes:
    """Lay the drawn pages under and over the text page, as form objects: content streams are never parsed."""
    writer = PdfWriter()
    page = writer.add_page(text)
    words = without_initial_font(page)
    layers = {"/ZxBelow": below, "/ZxAbove": above}
    objects = part(resources_of(page), "/XObject")
    for name, pdf in layers.items():
        objects[NameObject(name)] = writer._add_object(as_form(writer, PdfReader(BytesIO(pdf)).pages[0]))
    content = content_stream(b"q /ZxBelow Do Q q\n" + words + b"\nQ q /ZxAbove Do Q\n").flate_encode()
    page[NameObject("/Contents")] = writer._add_object(content)
    writer.root_object[NameObject("/Lang")] = TextStringObject("zh-CN")
    writer.metadata = {"/Title": title, "/Author": author, "/Creator": "Zhuxue"}
    buffer = BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def resources_of(page: PageObject) -> DictionaryObject:
    return cast(DictionaryObject, page["/Resources"].get_object())


def part(resources: DictionaryObject, name: str) -> DictionaryObject:
    """The named dictionary among the resources, made empty if there is none."""
    return cast(DictionaryObject, resources.setdefault(NameObject(name), DictionaryObject()).get_object())


def without_initial_font(page: PageObject) -> bytes:
    """The page's content, freed of the Helvetica that reportlab selects at the start of each page.

    Nothing is set in it, but it is not embedded, and a document for the archive embeds every font it names.
    """
    contents = page.get_contents()
    data = INITIAL_FONT.sub(b"", contents.get_data() if contents is not None else b"")
    faces = part(resources_of(page), "/Font")
    if b"/F1 " not in data:
        faces.pop("/F1", None)
    return data


def content_stream(data: bytes) -> StreamObject:
    stream = StreamObject()
    stream.set_data(data)
    return stream


def as_form(writer: PdfWriter, page: PageObject) -> StreamObject:
    """A page's content as a form object of `writer`."""
    form = content_stream(without_initial_font(page)).flate_encode()
    form[NameObject("/Type")] = NameObject("/XObject")
    form[NameObject("/Subtype")] = NameObject("/Form")
    form[NameObject("/BBox")] = ArrayObject([FloatObject(value) for value in page.mediabox])
    form[NameObject("/Group")] = DictionaryObject({NameObject("/S"): NameObject("/Transparency")})
    form[NameObject("/Resources")] = resources_of(page).clone(writer)
    return form
