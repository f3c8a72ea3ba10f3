"""What a developer runs beside the demo, with its servers and settings: `fab manage "…"`, `fab psql`."""

from __future__ import annotations

import os
import sys
from urllib.parse import SplitResult, unquote, urlsplit, urlunsplit

from config.launch import demo_environment
from config.processes import ServiceError
from config.services import Embedded, Postgres
from config.state import state_folder
from config.supervisor import recorded


def main(arguments: list[str]) -> None:
    state = state_folder()
    services = Embedded(state)
    if services.servers and not recorded(state / "demo.pids"):
        raise ServiceError("No demo is running; `fab demo` starts one.")
    environment = os.environ | demo_environment(state, 8000, services.urls)
    match arguments:
        case ["psql", *rest]:
            server = services.servers.get("DATABASE_URL")
            psql = server.binary("psql") if isinstance(server, Postgres) else "psql"
            where = urlsplit(services.urls["DATABASE_URL"])  # the password not on the command line: all can read that
            environment["PGPASSWORD"] = unquote(where.password or "")
            os.execvpe(psql, [psql, urlunsplit(where._replace(netloc=_without_password(where))), *rest], environment)
        case ["manage", *rest]:
            os.execvpe(sys.executable, [sys.executable, "-m", "django", *rest], environment)
        case _:
            raise ServiceError("Say `manage …` or `psql …`.")


def _without_password(where: SplitResult) -> str:
    host = where.netloc.rpartition("@")[2]
    return f"{where.username}@{host}" if where.username else host


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except ServiceError as error:
        sys.exit(str(error))
