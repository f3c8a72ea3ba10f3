"""The verbs of certificates. Import from here."""

from certs.services.appraisals import add_appraisal, change_appraisal, void_appraisal
from certs.services.documents import open_pdf, photo_of, revoke
from certs.services.hours import issue_hours_certificate, revoke_unfounded
from certs.services.renewal import renew
from certs.services.uploads import accept_upload, reject_upload, send_uploads, upload_due, upload_hours

__all__ = [
    "accept_upload",
    "add_appraisal",
    "change_appraisal",
    "issue_hours_certificate",
    "open_pdf",
    "photo_of",
    "reject_upload",
    "renew",
    "revoke",
    "revoke_unfounded",
    "send_uploads",
    "upload_due",
    "upload_hours",
    "void_appraisal",
]
