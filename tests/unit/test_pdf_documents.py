"""The documents themselves: exact words, embedded fonts, rare names, the photo, nothing fetched."""

from datetime import date
from io import BytesIO

import pytest
from PIL import Image
from pypdf import PdfReader
from pypdfium2 import PdfDocument

from certs.pdf import fonts
from certs.pdf.facts import Facts, HoursFacts, QualificationFacts, YearRecord
from certs.pdf.render import SHEETS, nothing_fetched, render

URL = "http://portal.test/v/abcdefghijklmnopqrstuvwxyz012345/"
SHARED = {
    "name": "李建国",
    "id_number": "440106198806153517",
    "position": "土建施工员",
    "issuer": "广东省建设教育协会",
    "issued_on": date(2020, 10, 18),
}


def hours_facts(**change: object) -> HoursFacts:
    values = SHARED | {
        "number": "XS2020-101-000417",
        "seal_caption": "继续教育专用章",
        "post_certificate": "44171010012358",
        "institution": "岭筑建设职业培训学校",
        "year": 2020,
        "hours": 32.0,
        "score": 86,
        "studied_from_on": date(2020, 9, 1),
        "studied_to_on": date(2020, 10, 12),
    }
    return HoursFacts(**(values | change))  # type: ignore[arg-type]


def qualification_facts(**change: object) -> QualificationFacts:
    values = SHARED | {
        "number": "04420101100000126",
        "seal_caption": "职业培训专用章",
        "records": (YearRecord(2019, 32.0), YearRecord(2020, 32.0)),
    }
    return QualificationFacts(**(values | change))  # type: ignore[arg-type]


def photo() -> bytes:
    buffer = BytesIO()
    Image.new("RGB", (480, 640), (90, 120, 160)).save(buffer, "PNG")
    return buffer.getvalue()


def lines_of(facts: Facts) -> list[str]:
    text = PdfReader(BytesIO(render(facts, photo=photo(), url=URL))).pages[0].extract_text()
    return [line.strip() for line in text.splitlines() if line.strip()]


def test_the_qualification_certificate_says_what_the_manual_says() -> None:
    lines = lines_of(qualification_facts())
    assert "".join(lines[:2]) == "住房和城乡建设领域施工现场专业人员职业培训合格证"
    for expected in (
        "姓名", "李建国", "身份证号", "440106198806153517", "岗位名称", "土建施工员", "证书编号", "04420101100000126",
        "参加住房和城乡建设领域施工现场专业人员职业培训，测试成绩合格。", "继续教育记录",
        "2019年度，继续教育学时为32学时。", "2020年度，继续教育学时为32学时。", "广东省建设教育协会", "2020年10月18日",
    ):  # fmt: skip
        assert expected in lines


def test_the_hours_certificate_states_the_year_the_hours_and_the_score() -> None:
    lines = lines_of(hours_facts())
    assert "".join(lines[:2]) == "施工现场专业人员继续教育学时证明"
    assert "编号：XS2020-101-000417" in lines
    for expected in ("44171010012358", "2020年度", "32学时", "合格（86分）", "岭筑建设职业培训学校"):
        assert expected in lines
    assert "2020年9月1日至2020年10月12日" in lines
    words = "".join(lines)
    assert "李建国参加2020年度施工现场专业人员继续教育，完成32学时，学时审核通过，在线考核合格。特此证明。" in words


@pytest.mark.parametrize("facts", [hours_facts(), qualification_facts(), hours_facts(name="𠮷䶮")])
def test_every_font_of_the_document_is_embedded(facts: Facts) -> None:
    reader = PdfReader(BytesIO(render(facts, photo=photo(), url=URL)))
    faces = [face.get_object() for face in reader.pages[0]["/Resources"]["/Font"].values()]
    for form in reader.pages[0]["/Resources"]["/XObject"].values():
        faces += [f.get_object() for f in form.get_object().get("/Resources", {}).get("/Font", {}).values()]
    assert {str(face["/BaseFont"]).partition("-")[0][-11:] for face in faces} == {"NotoSerifSC"}
    for face in faces:
        assert "/FontFile2" in face["/FontDescriptor"].get_object()
        assert "/ToUnicode" in face


def test_a_rare_name_is_printed_and_can_be_copied_even_beyond_the_bmp() -> None:
    name = "王䶮𬭎"
    assert fonts.unprintable(name) == ""
    assert name in lines_of(qualification_facts(name=name))


def test_a_character_that_no_font_has_is_named_before_anything_is_issued() -> None:
    assert fonts.unprintable("王\U0002fa1d国", "李\U0002fa1d") == "\U0002fa1d"


def test_every_bold_word_of_the_templates_is_in_the_bold_font() -> None:
    words = "".join(sheet.title for sheet in SHEETS.values()) + "继续教育记录" + "继续教育专用章职业培训专用章"
    assert {char for char in words if ord(char) not in fonts.characters(fonts.BOLD)} == set()


def test_a_name_with_markup_is_printed_as_it_is_and_fetches_nothing() -> None:
    lines = lines_of(qualification_facts(name='<img src="file:///etc/passwd">'))
    assert '<img src="file:///etc/passwd">' in lines


def test_the_renderer_may_read_neither_network_nor_disk() -> None:
    policy = nothing_fetched()
    assert policy.allow_remote is False
    assert policy.base_dir is None
    assert policy.allow_local_outside_base is False


def test_the_upload_itself_never_reaches_the_document_only_its_pixels() -> None:
    buffer = BytesIO()
    Image.new("RGB", (400, 560), (10, 20, 30)).save(buffer, "JPEG", comment=b"GPS 23.13 113.26")
    pdf = render(hours_facts(), photo=buffer.getvalue(), url=URL)
    assert b"GPS 23.13" not in pdf
    images = PdfReader(BytesIO(pdf)).pages[0].images
    assert [(image.image.width, image.image.height) for image in images] == [(413, 579)]


def test_without_a_photo_the_frame_stays_empty() -> None:
    assert len(PdfReader(BytesIO(render(hours_facts(), photo=None, url=URL))).pages[0].images) == 0


@pytest.mark.parametrize("facts", [hours_facts(), qualification_facts(), hours_facts(score=None)])
def test_frozen_facts_come_back_as_they_were(facts: Facts) -> None:
    assert type(facts).from_json(facts.to_json()) == facts


LONG = {"name": "买买提·吐尔逊江·阿卜杜热合曼·艾力江·吐尔洪", "issuer": "广东省住房和城乡建设行业教育协会"}
LONG_INSTITUTION = "广东省某某市住房和城乡建设行业从业人员职业技能培训中心（第二分部）"


@pytest.mark.parametrize(
    "facts",
    [hours_facts(institution=LONG_INSTITUTION, **LONG), qualification_facts(**LONG)],
    ids=["hours", "qualification"],
)
def test_long_names_stay_inside_the_frame(facts: Facts) -> None:
    document = PdfDocument(render(facts, photo=photo(), url=URL))
    assert len(document) == 1
    words, (width, height), margin = document[0].get_textpage(), document[0].get_size(), 17 * 72 / 25.4
    outside = []
    for index in range(words.count_chars()):
        left, bottom, right, top = words.get_charbox(index)
        char = words.get_text_range(index, 1)
        inside = margin < left and right < width - margin and margin < bottom and top < height - margin
        if char.strip() and not inside:
            outside.append(char)
    assert outside == []
