"""The audit trail cannot be changed quietly."""

from datetime import UTC, datetime

import pytest
from django.db import connection, transaction
from django.db.utils import Error

from tenants.audit.models import Entry, Seal
from tenants.audit.services import first_broken_seal, record, seal_entries

AT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_entry SET action = 'x'", "DELETE FROM audit_entry", "TRUNCATE audit_entry CASCADE"]
)
def test_the_database_refuses_to_change_an_entry(db, statement: str) -> None:
    record("test.done", actor=None, at=AT)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # no pending foreign-key checks in the way of TRUNCATE
        with pytest.raises(Error, match="append-only"), transaction.atomic():
            cursor.execute(statement)


def test_every_entry_is_sealed_once_and_the_chain_holds(db) -> None:
    for number in range(3):
        record("test.done", actor=None, at=AT, number=number)
    waiting = Entry.objects.filter(seal=None).count()
    assert seal_entries(at=AT) == waiting
    assert seal_entries(at=AT) == 0
    assert first_broken_seal() is None
    hashes = list(Seal.objects.order_by("id").values_list("previous_hash", "hash"))
    assert [previous for previous, _ in hashes[1:]] == [mine for _, mine in hashes[:-1]]


def test_an_entry_altered_behind_the_trigger_breaks_the_chain_at_its_seal(db) -> None:
    entry = record("test.done", actor=None, at=AT, amount=1)
    record("test.done", actor=None, at=AT)
    seal_entries(at=AT)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE audit_entry DISABLE TRIGGER audit_entry_append_only")
        cursor.execute("""UPDATE audit_entry SET data = '{"amount": 2}' WHERE id = %s""", [entry.pk])
        cursor.execute("ALTER TABLE audit_entry ENABLE TRIGGER audit_entry_append_only")
    broken = first_broken_seal()
    assert broken is not None
    assert broken.entry_id == entry.pk


def test_an_entry_vanishes_with_the_change_that_was_rolled_back(db) -> None:
    before = Entry.objects.count()

    def fails() -> None:
        with transaction.atomic():
            record("test.done", actor=None, at=AT)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fails()
    assert Entry.objects.count() == before
