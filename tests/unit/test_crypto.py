"""What is personal is unreadable in the database, and readable only in its own row and column."""

import uuid

import pytest
from django.db import connection

from tenants.accounts.models import User
from tenants.crypto import CannotOpen, blind_index, key_id_of, open_sealed, seal

OLD = {"old": b"o" * 32}


def test_a_sealed_value_opens_only_for_its_own_place() -> None:
    blob = seal(b"440106198503120018", "accounts.user|1|id_number")
    assert open_sealed(blob, "accounts.user|1|id_number") == b"440106198503120018"
    with pytest.raises(CannotOpen):
        open_sealed(blob, "accounts.user|2|id_number")
    with pytest.raises(CannotOpen):
        open_sealed(blob[:-1] + bytes([blob[-1] ^ 1]), "accounts.user|1|id_number")


def test_two_seals_of_the_same_text_differ() -> None:
    assert seal(b"x", "a") != seal(b"x", "a")


def test_after_a_rotation_old_values_open_and_new_ones_use_the_new_key(settings) -> None:
    settings.DATA_KEYS = OLD
    blob = seal(b"x", "a")
    settings.DATA_KEYS = {"new": b"n" * 32, **OLD}
    assert open_sealed(blob, "a") == b"x"
    assert key_id_of(seal(b"x", "a")) == "new"
    settings.DATA_KEYS = {"new": b"n" * 32}
    with pytest.raises(CannotOpen):
        open_sealed(blob, "a")


def test_blind_indexes_are_equal_for_equal_numbers_and_differ_by_purpose() -> None:
    assert blind_index("id_number", " 44010619850312001x ") == blind_index("id_number", "44010619850312001X")
    assert blind_index("id_number", "13800138000") != blind_index("phone", "13800138000")


def test_the_database_holds_neither_the_id_number_nor_the_phone(make_user) -> None:
    user = make_user()
    with connection.cursor() as cursor:
        cursor.execute("SELECT accounts_user::text, id_number, phone FROM accounts_user WHERE id = %s", [user.pk])
        row, id_number, phone = cursor.fetchone()
    assert user.id_number not in row
    assert user.phone not in row
    assert user.id_number.encode() not in bytes(id_number)
    assert user.phone.encode() not in bytes(phone)
    assert User.objects.get(pk=user.pk).id_number == user.id_number


def test_a_ciphertext_copied_to_another_person_does_not_open(make_user) -> None:
    one, other = make_user(), make_user()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE accounts_user SET phone = (SELECT phone FROM accounts_user WHERE id = %s) WHERE id = %s",
            [one.pk, other.pk],
        )
    with pytest.raises(CannotOpen):
        _ = User.objects.get(pk=other.pk).phone


def test_a_plain_value_cannot_be_written_past_the_row(make_user) -> None:
    user = make_user()
    with pytest.raises(TypeError):
        User.objects.filter(pk=user.pk).update(phone="13800138000")


def test_a_deferred_number_is_fetched_and_opened(make_user) -> None:
    user = make_user()
    assert User.objects.only("uuid").get(pk=user.pk).phone == user.phone


def test_uuid_is_known_before_the_insert() -> None:
    assert isinstance(User().uuid, uuid.UUID)
