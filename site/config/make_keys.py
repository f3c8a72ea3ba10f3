"""Print fresh secrets for the environment: `python -m config.make_keys`. Needs no database and no settings."""

import base64
import secrets
import sys
from datetime import UTC, datetime

KEY_BYTES = 32


def fresh_key(key_id: str) -> str:
    """`id:base64` of 32 random bytes, as ZHUXUE_DATA_KEYS and ZHUXUE_INDEX_KEY want it."""
    return f"{key_id}:{base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()}"


def lines(key_id: str) -> list[str]:
    """One line a variable."""
    return [
        f"ZHUXUE_SECRET_KEY={secrets.token_urlsafe(48)}",
        f"ZHUXUE_SEGMENT_KEY={secrets.token_urlsafe(48)}",
        f"ZHUXUE_DATA_KEYS={fresh_key(key_id)}",
        f"ZHUXUE_INDEX_KEY={fresh_key(f'i{key_id}')}",
    ]


def main() -> None:
    print("\n".join(lines(datetime.now(UTC).strftime("k%Y%m%d"))))
    print("Keep them outside the database's backup: with both, everything can be read.", file=sys.stderr)


if __name__ == "__main__":
    main()
