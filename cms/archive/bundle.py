"""The archive as one ZIP, always in Chinese: its index as PDF, the long tables beside it, the certificates.

The same rows give the same bytes, wherever and whenever they are written: names in order, one time for all members.
A masked archive holds no certificate, because a certificate prints the whole number.
"""

import hashlib
import json
import zipfile
from datetime import datetime
from io import BytesIO
from typing import IO

from django.utils import translation
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from certs.errors import CannotCertify
from certs.models import Document, HoursCertificate, QualificationCertificate
from certs.services import open_pdf
from cms.archive.gather import RELATED, archive_of
from cms.archive.parts import Archive, Table, plain
from cms.archive.pdf import index_pdf
from learning.models import Enrolment
from tenants.accounts.models import User
from tenants.exports.errors import NotReady
from tenants.exports.files import write_csv
from tenants.exports.jobs import Say
from tenants.exports.models import ExportJob

INDEX = "档案.pdf"
TABLES = {"days": "学习记录.csv", "sittings": "学习时段.csv", "snapshots": "抓拍索引.csv"}
LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the members' time: none


def make_archive(job: ExportJob, out: IO[bytes], say: Say) -> int:
    """Write the ZIP of a job; returns the number of its steps. In the scope of the institution that asked."""
    uuid = json.loads(job.asked).get("enrolment")
    enrolment = Enrolment.objects.select_related(*RELATED).filter(uuid=uuid).first()
    if enrolment is None:
        raise NotReady
    with translation.override("zh-hans"):
        archive = archive_of(enrolment, for_association=job.institution.is_association, at=job.created_at)
        full = job.full and not archive.hides
        say(1)
        files = {name: _csv(archive.table(key), full=full) for key, name in TABLES.items()}
        say(2)
        if full:
            files |= _certificates(enrolment, by=job.by, at=job.created_at)
        say(3)
        write_zip(out, archive, files, full=full, by=job.by, at=job.created_at)
    return job.total


def write_zip(
    out: IO[bytes], archive: Archive, files: dict[str, bytes], *, full: bool, by: User, at: datetime
) -> None:  # fmt: skip
    hashes = [(name, hashlib.sha256(data).hexdigest()) for name, data in files.items()]
    facts = [
        (_("Made for"), by.name),
        (_("Made"), f"{localtime(at):%Y-%m-%d %H:%M}"),
        (_("Numbers of people"), _("whole") if full else _("masked")),
        (_("Hash of the contents"), contents_hash(archive, hashes, full=full)),
    ]
    index = index_pdf(archive, full=full, facts=facts, files=hashes)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in {INDEX: index, **files}.items():
            member = zipfile.ZipInfo(name, LONG_AGO)
            member.compress_type, member.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            packed.writestr(member, data)


def contents_hash(archive: Archive, hashes: list[tuple[str, str]], *, full: bool) -> str:
    """SHA-256 over all words of the chapters and the hashes of the files: independent of who made it and when."""
    return hashlib.sha256(json.dumps([archive.digest(full=full), hashes], ensure_ascii=False).encode()).hexdigest()


def _csv(table: Table, *, full: bool) -> bytes:
    buffer = BytesIO()
    write_csv(buffer, table.heads, ([plain(value, full=full) for value in row] for row in table.rows))
    return buffer.getvalue()


def _certificates(enrolment: Enrolment, *, by: User, at: datetime) -> dict[str, bytes]:
    """The signed PDFs that are valid now; each opening is in the audit trail."""
    own: list[Document] = [*HoursCertificate.objects.filter(enrolment=enrolment, revoked_at=None).order_by("number")]
    paper = enrolment.post_certificate_id
    own += [*QualificationCertificate.objects.filter(post_certificate=paper, revoked_at=None).order_by("number")]
    found = {}
    for document in own:
        try:
            found[f"证书/{document.number}.pdf"] = open_pdf(document, by=by, at=at)
        except CannotCertify:  # its file has gone after retention, or is not what was stored: the index still names it
            continue
    return found
