"""Encryption at rest: AES-GCM with a key ring, and HMAC blind indexes for equality look-up.

A sealed value is `version · key id · nonce · ciphertext`; its associated data is `model|row uuid|field`, so a
ciphertext copied to another row or column does not open.
"""

import hashlib
import hmac
import os
from typing import Any, cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import models
from django.db.models.query_utils import DeferredAttribute

VERSION = 1
NONCE_BYTES = 12


class CannotOpen(Exception):
    """The value was sealed with an unknown key, for another place, or was altered."""


def seal(data: bytes, aad: str) -> bytes:
    """Encrypt `data` under the first key of the ring, bound to `aad`."""
    key_id, key = next(iter(settings.DATA_KEYS.items()))
    nonce = os.urandom(NONCE_BYTES)
    name = key_id.encode()
    return bytes([VERSION, len(name)]) + name + nonce + AESGCM(key).encrypt(nonce, data, aad.encode())


def key_id_of(blob: bytes) -> str:
    """The id of the key that sealed `blob` (what a rotation looks for)."""
    return blob[2 : 2 + blob[1]].decode()


def open_sealed(blob: bytes, aad: str) -> bytes:
    """Decrypt a value made by `seal`. Raises `CannotOpen`."""
    blob = bytes(blob)
    try:
        if blob[0] != VERSION:
            raise CannotOpen("unknown version")
        key = settings.DATA_KEYS[key_id_of(blob)]
        start = 2 + blob[1]
        return AESGCM(key).decrypt(blob[start : start + NONCE_BYTES], blob[start + NONCE_BYTES :], aad.encode())
    except (InvalidTag, KeyError, IndexError, UnicodeDecodeError) as error:
        raise CannotOpen(aad) from error


def active_key_id() -> str:
    """The id of the key that seals what is written now."""
    return next(iter(settings.DATA_KEYS))


def resealed(blob: bytes, aad: str) -> bytes:
    """The same content under the active key. Raises `CannotOpen`."""
    return seal(open_sealed(blob, aad), aad)


def blind_index(purpose: str, text: str) -> str:
    """64 hex digits that are equal for equal texts of one purpose, and tell nothing without the index key."""
    message = f"{purpose}\0{text.strip().upper()}".encode()
    return hmac.new(settings.BLIND_INDEX_KEY, message, hashlib.sha256).hexdigest()


class Sealed(bytes):
    """A ciphertext as it came from the database, opened when it is first read."""


class SealedAttribute(DeferredAttribute):
    """Opens the ciphertext on first access, because only the instance knows its own uuid."""

    field: "EncryptedTextField"

    def __get__(self, instance: Any, cls: Any = None) -> Any:
        value = super().__get__(instance, cls)
        if isinstance(value, Sealed):
            value = self.field.unseal(instance, value)
            instance.__dict__[self.field.attname] = value
        return value

    def __set__(self, instance: Any, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class EncryptedTextField(models.BinaryField):
    """Text that is encrypted in the database. The model needs a `uuid` field that is set before the insert."""

    descriptor_class = SealedAttribute
    # The base class has one for other databases' sake; with it, many rows would go in as one very long VALUES.
    get_placeholder = property(doc="hidden from `hasattr`, so that a bulk insert sends arrays")
    # What type checkers take it for: text (bytes in the subclass), not the bytea it is stored in.
    _pyi_private_set_type: Any
    _pyi_private_get_type: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("editable", False)
        super().__init__(*args, **kwargs)

    def aad(self, instance: models.Model) -> str:
        return f"{instance._meta.label_lower}|{instance.uuid}|{self.attname}"  # type: ignore[attr-defined]

    def unseal(self, instance: models.Model, value: Sealed) -> Any:
        return open_sealed(value, self.aad(instance)).decode()

    def to_bytes(self, value: Any) -> bytes:
        return cast(str, value).encode()

    def from_db_value(self, value: Any, *_: Any) -> Any:
        return None if value is None else Sealed(bytes(value))

    def pre_save(self, instance: models.Model, add: bool) -> Any:
        value = instance.__dict__.get(self.attname)
        if value is None or (isinstance(value, Sealed) and key_id_of(value) == active_key_id()):
            return value
        if isinstance(value, Sealed):
            # Read before a rotation reached it: written back as it is, the row would need the old key again.
            return Sealed(resealed(value, self.aad(instance)))
        return Sealed(seal(self.to_bytes(value), self.aad(instance)))

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if value is not None and not isinstance(value, Sealed):
            raise TypeError(f"{self.name}: plain values are saved through the instance, never by update() or filter()")
        return super().get_db_prep_value(value, connection, prepared)

    def value_to_string(self, obj: models.Model) -> str:
        raise TypeError(f"{self.name} is not serialised")


class EncryptedBinaryField(EncryptedTextField):
    """Bytes (a face template, say) that are encrypted in the database."""

    def unseal(self, instance: models.Model, value: Sealed) -> bytes:
        return open_sealed(value, self.aad(instance))

    def to_bytes(self, value: Any) -> bytes:
        return bytes(value)
