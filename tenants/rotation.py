"""Seal everything anew under the first key of the ring, while the site is in use.

What is sealed is found by walking the models: encrypted fields, and fields that hold names of sealed files. Every step
is small and its own transaction, so a rotation can be broken off and started again; it goes on where it was.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection, models, transaction
from django_tenants.utils import get_tenant_model, schema_context
from psycopg import sql

from tenants import vault
from tenants.crypto import CannotOpen, EncryptedTextField, active_key_id, key_id_of, resealed

BATCH = 200
UNREADABLE, MISSING = "unreadable", "missing"
# The id of the key, as tenants.crypto.seal writes it: after version and length.
KEY_ID = sql.SQL("CASE WHEN octet_length({c}) > 2 THEN substring({c} from 3 for get_byte({c}, 1)) END")


@dataclass(frozen=True)
class Place:
    """One column of one schema. `is_file`: the column holds names of sealed files, else ciphertexts."""

    model: type[models.Model]
    field: str
    schema: str
    is_file: bool

    def __str__(self) -> str:
        where = "" if self.schema == "public" else f"{self.schema}: "
        return f"{where}{self.model._meta.label}.{self.field}{' (files)' if self.is_file else ''}"

    def opened(self) -> AbstractContextManager[Any]:
        return schema_context(self.schema)


def places() -> list[Place]:
    """Everything sealed, in every schema that has it."""
    found = []
    for model in apps.get_models():
        if model._meta.proxy or not model._meta.managed:
            continue
        own = [field for field in model._meta.concrete_fields if field.model is model]
        columns = [(field.attname, False) for field in own if isinstance(field, EncryptedTextField)]
        columns += [(name, True) for name in getattr(model, "sealed_files", ())]
        if columns:
            found += [Place(model, name, schema, is_file) for schema in _schemas(model) for name, is_file in columns]
    return found


def _schemas(model: type[models.Model]) -> list[str]:
    app = apps.get_app_config(model._meta.app_label).name
    if app in settings.SHARED_APPS:
        return ["public"]
    return list(get_tenant_model().objects.order_by("schema_name").values_list("schema_name", flat=True))


def keys_in_use(place: Place) -> Counter[str]:
    """Key id → how many values or files it sealed; `missing` counts files that are named and not there."""
    with place.opened():
        return _keys_of_files(place) if place.is_file else _keys_of_column(place)


def _keys_of_column(place: Place) -> Counter[str]:
    column = sql.Identifier(place.field)
    query = sql.SQL("SELECT {key}, count(*) FROM {table} WHERE {c} IS NOT NULL GROUP BY 1").format(
        key=KEY_ID.format(c=column), table=sql.Identifier(place.model._meta.db_table), c=column
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        return Counter({_text(key): count for key, count in cursor.fetchall()})


def _text(key: Any) -> str:
    return bytes(key).decode(errors="replace") if key is not None else UNREADABLE


def _keys_of_files(place: Place) -> Counter[str]:
    return Counter(_key_of_file(name) for _pk, name in _named_files(place))


def _key_of_file(name: str) -> str:
    try:
        return key_id_of(vault.read_raw(name))
    except FileNotFoundError:
        return MISSING
    except (IndexError, UnicodeDecodeError):
        return UNREADABLE


def _named_files(place: Place) -> Iterator[tuple[int, str]]:
    """Primary key and file name, in the order of the keys, some at a time: no transaction stays open over them."""
    rows, last = place.model._base_manager.exclude(**{place.field: ""}).order_by("pk"), 0
    while some := list(rows.filter(pk__gt=last).values_list("pk", place.field)[:BATCH]):
        yield from some
        last = some[-1][0]


def rotate(place: Place, *, batch: int = BATCH) -> Counter[str]:
    """Seal one place anew; returns counts: `resealed`, and `unreadable` of what no key of the ring opens."""
    with place.opened():
        return _rotate_files(place) if place.is_file else _rotate_column(place, batch)


def _rotate_column(place: Place, batch: int) -> Counter[str]:
    """First what nobody holds, many at a time; then the rest one by one, waiting: with one lock nobody deadlocks."""
    done = _pass(place, batch, wait=False)
    unreadable = done[UNREADABLE]
    done += _pass(place, 1, wait=True)
    done[UNREADABLE] -= unreadable
    return +done


def _pass(place: Place, batch: int, *, wait: bool) -> Counter[str]:
    done: Counter[str] = Counter()
    last = 0
    while True:
        with transaction.atomic():
            rows = _stale(place, last, batch, wait)
            done += _reseal_rows(place, rows)
        if not rows:
            return done
        last = rows[-1][0]


def _stale(place: Place, last: int, batch: int, wait: bool) -> list[tuple[int, Any, bytes]]:
    """Locked rows after `last` that another key sealed: primary key, uuid, ciphertext."""
    column = sql.Identifier(place.field)
    query = sql.SQL(
        "SELECT {pk}, uuid, {c} FROM {table} WHERE {pk} > %s AND {c} IS NOT NULL AND ({key}) IS DISTINCT FROM %s"
        " ORDER BY {pk} LIMIT %s FOR NO KEY UPDATE{skip}"
    ).format(
        pk=sql.Identifier(str(place.model._meta.pk.column)), c=column, key=KEY_ID.format(c=column),
        table=sql.Identifier(place.model._meta.db_table), skip=sql.SQL("" if wait else " SKIP LOCKED"),
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(query, [last, active_key_id().encode(), batch])
        return [(pk, row_uuid, bytes(value)) for pk, row_uuid, value in cursor.fetchall()]


def _reseal_rows(place: Place, rows: list[tuple[int, Any, bytes]]) -> Counter[str]:
    """Compare and set: what changed in between (it cannot, the rows are locked) would not be overwritten."""
    meta = place.model._meta
    update = sql.SQL("UPDATE {table} SET {c} = %s WHERE {pk} = %s AND {c} = %s").format(
        table=sql.Identifier(meta.db_table), c=sql.Identifier(place.field), pk=sql.Identifier(str(meta.pk.column))
    )
    done: Counter[str] = Counter()
    with connection.cursor() as cursor:
        for pk, row_uuid, old in rows:
            try:
                new = resealed(old, f"{meta.label_lower}|{row_uuid}|{place.field}")
            except CannotOpen:
                done[UNREADABLE] += 1
                continue
            cursor.execute(update, [new, pk, old])
            done["resealed"] += cursor.rowcount
    return done


def _rotate_files(place: Place) -> Counter[str]:
    return Counter(result for pk, _name in _named_files(place) if (result := _reseal_file(place, pk)))


def _reseal_file(place: Place, pk: int) -> str:
    """Under the row's lock: whoever deletes the file has emptied the row before, so a deleted file never comes back."""
    with transaction.atomic():
        row = place.model._base_manager.select_for_update(of=("self",), no_key=True).filter(pk=pk).first()
        name = getattr(row, place.field, "")
        if not name:
            return ""
        try:
            blob = vault.read_raw(name)
            if key_id_of(blob) == active_key_id():
                return ""
            vault.replace_raw(name, resealed(blob, vault.aad_of(row, place.field)))  # type: ignore[arg-type]
        except FileNotFoundError:
            return MISSING
        except (CannotOpen, IndexError, UnicodeDecodeError):
            return UNREADABLE
    return "resealed"
