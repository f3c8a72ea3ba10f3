"""The keys of encrypted fields and files are changed while people use the site, and the old key can go."""

from __future__ import annotations

import threading
from io import StringIO
from random import Random
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection, models

from tenants import rotation, vault
from tenants.accounts.models import User
from tenants.crypto import EncryptedTextField, key_id_of, seal
from tests.support.staff import give_photos, picture

OLD, NEW = {"old": b"o" * 32}, {"new": b"n" * 32}


@pytest.fixture
def old_ring(settings: Any, tmp_path: Any) -> Any:
    """Everything written from now on is sealed with the old key, files go to a folder of their own."""
    settings.STORAGES = {
        **settings.STORAGES,
        "private": {**settings.STORAGES["private"], "OPTIONS": {"location": str(tmp_path)}},
    }
    settings.DATA_KEYS = OLD
    return settings


def stored_key(user: Any, column: str = "phone") -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM accounts_user WHERE id = %s", [user.pk])
        return key_id_of(bytes(cursor.fetchone()[0]))


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("rotate_keys", *arguments, stdout=out)
    return out.getvalue()


def test_every_encrypted_field_and_file_of_the_product_is_found() -> None:
    found = {(place.model._meta.label, place.field) for place in rotation.places()}
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, EncryptedTextField):
                assert (model._meta.label, field.attname) in found
        for name in getattr(model, "sealed_files", ()):
            assert isinstance(model._meta.get_field(name), models.CharField)
    assert {
        ("accounts.User", "id_number"),
        ("accounts.Authenticator", "key"),
        ("outbox.Sms", "text"),
        ("proctoring.FaceTemplate", "vector"),
        ("proctoring.Snapshot", "frame"),
        ("certs.HoursCertificate", "facts"),
        ("certs.QualificationCertificate", "photo"),
        ("accounts.DataRequest", "file"),
    } <= found


def test_check_says_which_key_is_still_needed_and_for_what(old_ring: Any, make_user: Any) -> None:
    make_user()
    old_ring.DATA_KEYS = NEW | OLD
    out = StringIO()
    with pytest.raises(CommandError, match="Still needed besides new: old") as refused:
        call_command("rotate_keys", "--check", stdout=out)
    assert refused.value.returncode == 1
    assert "accounts.User.phone: old 1" in out.getvalue()
    said = run()
    assert "accounts.User.phone: resealed 1" in said
    assert said.rstrip().endswith("Only new is needed. Remove: old.")
    assert run("--check").rstrip().endswith("Only new is needed. Remove: old.")


def test_a_row_read_before_the_rotation_does_not_bring_the_old_key_back(old_ring: Any, make_user: Any) -> None:
    user = User.objects.get(pk=make_user().pk)
    old_ring.DATA_KEYS = NEW | OLD
    run()
    user.save()
    assert stored_key(user) == "new"
    assert User.objects.get(pk=user.pk).phone.startswith("138")


def test_a_rotation_that_was_broken_off_goes_on(old_ring: Any, make_user: Any) -> None:
    people = [make_user() for _ in range(5)]
    old_ring.DATA_KEYS = NEW | OLD
    place = next(place for place in rotation.places() if str(place) == "accounts.User.phone")
    first = rotation._stale(place, 0, 2, wait=False)
    assert rotation._reseal_rows(place, first) == {"resealed": 2}
    assert [stored_key(one) for one in people] == ["new", "new", "old", "old", "old"]
    assert rotation.rotate(place, batch=2) == {"resealed": 3}
    assert rotation.keys_in_use(place) == {"new": 5}


def test_what_no_key_opens_is_counted_and_the_rest_goes_on(old_ring: Any, make_user: Any) -> None:
    broken, well = make_user(), make_user()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_user SET phone = %s WHERE id = %s", [seal(b"x", "elsewhere"), broken.pk])
    old_ring.DATA_KEYS = NEW | OLD
    with pytest.raises(CommandError, match="old"):
        run()
    assert (stored_key(broken), stored_key(well)) == ("old", "new")


def test_pictures_are_sealed_anew_in_their_place(old_ring: Any, make_user: Any, lingzhu: Any, in_tenant: Any) -> None:
    with in_tenant(lingzhu):
        photo = give_photos(make_user(), lingzhu).photos.first()
        before = vault.read_raw(photo.frame)
        old_ring.DATA_KEYS = NEW | OLD
        run()
        after = vault.read_raw(photo.frame)
        assert (key_id_of(before), key_id_of(after)) == ("old", "new")
        old_ring.DATA_KEYS = NEW
        assert vault.get(photo, "frame") == picture(100)


def test_a_file_that_is_deleted_meanwhile_does_not_come_back(
    old_ring: Any, make_user: Any, lingzhu: Any, in_tenant: Any, tmp_path: Any
) -> None:
    with in_tenant(lingzhu):
        photo = give_photos(make_user(), lingzhu).photos.first()
        place = next(place for place in rotation.places() if str(place) == "proctoring.FacePhoto.frame (files)")
        name, photo.frame = photo.frame, ""
        photo.save()
        (tmp_path / name).unlink()
        old_ring.DATA_KEYS = NEW | OLD
        assert rotation._reseal_file(place, photo.pk) == ""
        assert not (tmp_path / name).exists()


def test_keys_rotate_under_load_and_the_old_one_can_be_removed(committed: None, old_ring: Any, make_user: Any) -> None:
    """Four writers change phones and save whole rows all the while; nothing they wrote is lost."""
    people = [make_user() for _ in range(40)]
    phones = {one.pk: one.phone for one in people}
    locks = {one.pk: threading.Lock() for one in people}
    stop, faults, writes = threading.Event(), [], [0] * 4

    def write(number: int) -> None:
        random = Random(number)
        try:
            while not stop.is_set():
                pk = random.choice(people).pk
                with locks[pk]:
                    user = User.objects.get(pk=pk)
                    if random.random() < 0.5:
                        user.set_phone(f"139{number}{writes[number]:07d}")
                    user.save()
                    phones[pk] = user.phone
                writes[number] += 1
        except Exception as error:
            faults.append(error)
        finally:
            connection.close()

    old_ring.DATA_KEYS = NEW | OLD
    writers = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for writer in writers:
        writer.start()
    try:
        said = run("--batch", "7")
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    assert faults == []
    assert sum(writes) > 20
    assert said.rstrip().endswith("Only new is needed. Remove: old.")
    old_ring.DATA_KEYS = NEW
    assert {one.pk: one.phone for one in User.objects.filter(pk__in=phones)} == phones
