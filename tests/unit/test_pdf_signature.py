"""PAdES signatures: ours holds, anything altered or foreign does not."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from pypdf import PdfReader, PdfWriter

from certs.checks import signing_key_is_there
from certs.pdf import sign
from certs.pdf.render import render
from tests.unit.test_pdf_documents import URL, hours_facts


@pytest.fixture
def signed(settings: Any, tmp_path: Path) -> bytes:
    settings.PRIVATE_ROOT = tmp_path
    return sign.sign(render(hours_facts(), photo=None, url=URL), reason="XS2020-101-000417")


def test_a_signed_document_is_ours_and_unaltered(signed: bytes) -> None:
    assert sign.is_ours_unaltered(signed)


def test_one_changed_byte_breaks_the_signature(signed: bytes) -> None:
    place = signed.index(b"/Title")
    assert not sign.is_ours_unaltered(signed[:place] + b"/Titlf" + signed[place + 6 :])


def test_something_appended_breaks_the_signature(signed: bytes) -> None:
    writer = PdfWriter(PdfReader(BytesIO(signed)), incremental=True)
    writer.pages[0].rotate(90)
    buffer = BytesIO()
    writer.write(buffer)
    assert buffer.getvalue().startswith(signed[:1000])
    assert not sign.is_ours_unaltered(buffer.getvalue())


def test_an_unsigned_document_and_rubbish_are_not_ours(signed: bytes) -> None:
    assert not sign.is_ours_unaltered(render(hours_facts(), photo=None, url=URL))
    assert not sign.is_ours_unaltered(b"%PDF-1.4 rubbish")


def test_a_document_signed_with_another_key_is_not_ours(signed: bytes, settings: Any, tmp_path: Path) -> None:
    settings.PRIVATE_ROOT = tmp_path / "elsewhere"
    assert not sign.is_ours_unaltered(signed)


def test_the_demo_makes_its_key_once(signed: bytes) -> None:
    path, _password = sign.key_file()
    assert path.stat().st_mode & 0o077 == 0
    before = path.read_bytes()
    sign.make_demo_key(path)
    assert path.read_bytes() == before


def test_production_refuses_to_start_or_sign_without_a_key_of_its_own(settings: Any) -> None:
    settings.IS_DEMO, settings.CERT_SIGNING_P12 = False, ""
    assert [error.id for error in signing_key_is_there(None)] == ["certs.E001"]
    with pytest.raises(ImproperlyConfigured):
        sign.key_file()
