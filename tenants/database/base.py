"""PostgreSQL by schemas (django-tenants), without a SET search_path before every statement (ADR 0126)."""

from typing import Any

from django_tenants.postgresql_backend import base
from psycopg.pq import TransactionStatus


class DatabaseWrapper(base.DatabaseWrapper):
    """Says `SET search_path` only when the connection's path is not surely the wanted one already.

    PostgreSQL takes a SET back when the transaction or savepoint in which it was said is rolled back; django-tenants
    forgets what it set in `rollback()`, `savepoint_rollback()` and `close()`, and a new connection starts unknown.
    """

    def connect(self) -> None:
        # From the pool comes a connection that somebody else, perhaps another tenant, has used before.
        self.search_path_set_schemas = None
        super().connect()

    def commit(self) -> None:
        # After an error that somebody swallowed, PostgreSQL answers COMMIT by rolling back, the SET included.
        failed = self.connection is not None and self.connection.info.transaction_status == TransactionStatus.INERROR
        super().commit()
        if failed:
            self.forget_search_path()

    def set_tenant(self, tenant: Any, include_public: bool = True) -> None:
        """As the original, but content types stay cached: their table is in public only, so ids are one for all."""
        self.tenant = tenant
        self.schema_name = tenant.schema_name
        self.include_public_schema = include_public
        self.set_settings_schema(self.schema_name)

    def _handle_search_path(self, cursor: Any = None) -> None:
        if self.schema_name and self.search_path_set_schemas == self._get_cursor_search_paths():
            return
        super()._handle_search_path(cursor)

    def forget_search_path(self) -> None:
        """After a statement that may have changed the path by itself (a function that clones a schema)."""
        self.search_path_set_schemas = None
