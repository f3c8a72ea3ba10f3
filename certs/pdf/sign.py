"""PAdES signatures with pyHanko. The key comes from a PKCS #12 file that the operator provides.

The demo makes itself a self-signed key in the private folder at its first certificate; anywhere else a missing key is
an error (certs/checks.py: a deployment without one does not start).
"""

import os
import tempfile
from datetime import UTC, datetime, timedelta
from functools import cache
from io import BytesIO
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509.oid import NameOID
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfReadError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import signers
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.general import SigningError, UnacceptableSignerError
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko_certvalidator import ValidationContext

from certs.checks import MISSING

DEMO_PASSWORD = "demo"  # noqa: S105 - it protects a key that is worth nothing
DEMO_YEARS = 20


def key_file() -> tuple[Path, str]:
    """Path and password of the key; in the demo it is made now if it is not there yet."""
    if settings.CERT_SIGNING_P12:
        return Path(settings.CERT_SIGNING_P12), settings.CERT_SIGNING_PASSWORD
    if not settings.IS_DEMO:
        raise ImproperlyConfigured(MISSING)
    path = Path(settings.PRIVATE_ROOT) / "signing" / "demo.p12"
    if not path.exists():
        make_demo_key(path)
    return path, DEMO_PASSWORD


def make_demo_key(path: Path) -> None:
    """A self-signed key. Two processes may meet here: the file appears whole, and the first one stays."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Zhuxue demo - not a trusted signer")])
    start = datetime.now(UTC) - timedelta(days=1)  # the moment a key is made is no business time
    usage = x509.KeyUsage(True, True, *[False] * 7)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=365 * DEMO_YEARS))
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    data = pkcs12.serialize_key_and_certificates(
        b"demo", key, certificate, None, BestAvailableEncryption(DEMO_PASSWORD.encode())
    )
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as part:
        part.write(data)
    try:
        os.link(part.name, path)
    except FileExistsError:
        pass
    finally:
        os.unlink(part.name)


@cache
def signer(path: Path, password: str) -> signers.SimpleSigner:
    found = signers.SimpleSigner.load_pkcs12(str(path), passphrase=password.encode() or None)
    if found is None:
        raise ImproperlyConfigured(f"{path.name} holds no usable signing key, or the password is wrong.")
    return found


def sign(pdf: bytes, *, reason: str) -> bytes:
    """The PDF with a certifying PAdES signature that permits no later change."""
    details = signers.PdfSignatureMetadata(
        field_name="Issuer",
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
        reason=reason,
    )
    output = BytesIO()
    signers.sign_pdf(IncrementalPdfFileWriter(BytesIO(pdf)), details, signer=signer(*key_file()), output=output)
    return output.getvalue()


def is_ours_unaltered(pdf: bytes) -> bool:
    """Whether the file carries our signature and not one byte has changed since."""
    try:
        ours = signer(*key_file()).signing_cert
        found = PdfFileReader(BytesIO(pdf)).embedded_signatures
        if ours is None or len(found) != 1 or found[0].signer_cert.dump() != ours.dump():
            return False
        status = validate_pdf_signature(found[0], ValidationContext(trust_roots=[ours], allow_fetching=False))
    except (PdfReadError, SignatureValidationError, SigningError, UnacceptableSignerError, ValueError, KeyError):
        return False
    return bool(status.intact and status.valid and status.bottom_line)
