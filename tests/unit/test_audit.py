"""The audit trail cannot be changed quietly."""

import threading
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.utils import Error
from django.utils import timezone

from tenants.audit import services, tasks
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


@pytest.fixture
def heads(settings, tmp_path):
    settings.AUDIT_HEADS = tmp_path / "audit" / "heads"
    return settings.AUDIT_HEADS


def verify_audit() -> str:
    out = StringIO()
    call_command("verify_audit", stdout=out)
    return out.getvalue()


def with_triggers_off(table: str, statement: str, values: list[object]) -> None:
    """What an administrator of the database could do."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(statement, values)
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def test_the_command_says_that_the_chain_holds(db, heads) -> None:
    for number in range(3):
        record("test.done", actor=None, at=timezone.now(), number=number)
    tasks.seal.run()
    said = verify_audit()
    assert said.rstrip().endswith("The chain holds.")
    assert "1 heads compared" in said
    assert f"Head: {Seal.objects.last().pk} {Seal.objects.last().hash}" in said


def test_the_command_names_the_first_broken_entry(db, heads) -> None:
    entries = [record("test.done", actor=None, at=timezone.now(), number=number) for number in range(4)]
    tasks.seal.run()
    for entry in entries[1:3]:
        with_triggers_off("audit_entry", "UPDATE audit_entry SET data = '{}' WHERE id = %s", [entry.pk])
    with pytest.raises(CommandError, match=f"BROKEN at entry {entries[1].pk} ") as failed:
        verify_audit()
    assert failed.value.returncode == 1
    assert str(entries[1].uuid) in str(failed.value)


def test_a_trail_that_was_cut_off_at_its_end_is_noticed_by_the_exported_heads(db, heads) -> None:
    record("test.done", actor=None, at=timezone.now())
    tasks.seal.run()
    last = record("test.wrong", actor=None, at=timezone.now())
    tasks.seal.run()
    seal = Seal.objects.get(entry=last)
    assert len(heads.read_text().splitlines()) == 2
    with_triggers_off("audit_seal", "DELETE FROM audit_seal WHERE id = %s", [seal.pk])
    with_triggers_off("audit_entry", "DELETE FROM audit_entry WHERE id = %s", [last.pk])
    assert first_broken_seal() is None
    with pytest.raises(CommandError, match=f"The head {seal.pk} {seal.hash} was exported and is gone"):
        verify_audit()


def test_entries_that_nobody_seals_are_a_fault(db, heads) -> None:
    record("test.done", actor=None, at=timezone.now() - timedelta(minutes=11))
    with pytest.raises(CommandError, match="is the sealer running"):
        verify_audit()


def test_an_entry_that_commits_late_with_a_smaller_id_is_sealed_too(committed) -> None:
    """Two connections: the first takes its number, the second commits and is sealed, then the first commits."""
    written, go_on, early = threading.Event(), threading.Event(), []

    def slow() -> None:
        try:
            with transaction.atomic():
                early.append(record("test.slow", actor=None, at=AT))
                written.set()
                go_on.wait(20)
        finally:
            connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    assert written.wait(20)
    late = record("test.quick", actor=None, at=AT)
    while seal_entries(at=AT):
        pass
    assert early[0].pk < late.pk
    assert not Seal.objects.filter(entry_id=early[0].pk).exists()
    go_on.set()
    thread.join()
    assert seal_entries(at=AT, recent=True) == 1
    assert [seal.entry_id for seal in Seal.objects.order_by("-id")[:2]] == [early[0].pk, late.pk]
    assert first_broken_seal() is None


def test_the_sealer_of_each_minute_looks_at_recent_entries_only(db, monkeypatch) -> None:
    while seal_entries(at=AT):
        pass
    monkeypatch.setattr(services, "RECENT", 2)
    for _ in range(5):
        record("test.done", actor=None, at=AT)
    assert seal_entries(at=AT, recent=True) == 2
    assert seal_entries(at=AT) == 3
    assert first_broken_seal() is None
