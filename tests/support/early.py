"""Names the servers before pytest-django reads the settings: `-p` in pyproject.toml loads this in every worker."""

from tests.support import servers

servers.prepare()
