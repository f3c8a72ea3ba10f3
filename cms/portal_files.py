"""The files that a new portal offers for download: the guide on paper, an empty list for companies."""

from io import BytesIO

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font

from certs.pdf.faces import COMMON, file_of

MARKS = ("1.", "! ")  # a point of a list, a note
SHEET_ROWS = 30


def guide_pdf(text: str, *, title: str, author: str) -> bytes:
    """A guide (in the signs of `cms.seeding.rich_text`) as an A4 document."""
    # Here, because reportlab takes its time and few processes make a PDF.
    from reportlab.lib.enums import TA_CENTER
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.lib.units import mm
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.platypus import Paragraph, SimpleDocTemplate

    if "guide" not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(TTFont("guide", str(file_of(COMMON))))
    plain = ParagraphStyle("text", fontName="guide", fontSize=10.5, leading=17, wordWrap="CJK", leftIndent=6 * mm)
    head = ParagraphStyle("head", parent=plain, fontSize=13, leading=20, spaceBefore=9, leftIndent=0)
    first = ParagraphStyle("title", parent=head, fontSize=18, leading=28, alignment=TA_CENTER, spaceAfter=8)
    flow = [Paragraph(title, first)]
    for line in text.split("\n"):
        point = f"· {line[2:].strip()}" if line[:2] in MARKS else line
        flow.append(Paragraph(line[2:], head) if line.startswith("# ") else Paragraph(point, plain))
    buffer = BytesIO()
    margins = {"leftMargin": 24 * mm, "rightMargin": 24 * mm, "topMargin": 22 * mm, "bottomMargin": 20 * mm}
    SimpleDocTemplate(buffer, pagesize=A4, title=title, author=author, **margins).build(flow)
    return buffer.getvalue()


def group_sheet() -> bytes:
    """An empty list for a company's own enrolments, as an Excel workbook."""
    book = Workbook()
    sheet = book.active
    sheet.title = "报名汇总表"
    sheet.append(["施工现场专业人员继续教育企业团体报名汇总表"])
    sheet.merge_cells("A1:G1")
    sheet["A1"].font, sheet["A1"].alignment = Font(bold=True, size=14), Alignment(horizontal="center")
    sheet.append(["序号", "姓名", "身份证号", "本人手机号", "岗位", "岗位证书编号", "备注"])
    for cell in sheet[2]:
        cell.font = Font(bold=True)
    for letter, width in zip("ABCDEFG", (6, 12, 24, 18, 20, 26, 20), strict=True):
        sheet.column_dimensions[letter].width = width
    for number in range(1, SHEET_ROWS + 1):
        sheet.append([number])
    sheet.append(["单位（盖章）：", None, None, "经办人：", None, "日期："])
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()
