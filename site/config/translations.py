"""The Chinese catalogue: find every message in the sources, keep locale/zh_Hans in step, say what is missing.

English is written in the code, Chinese is what people read. The .po file is sorted and carries no line numbers or
dates, so that two branches rarely touch the same lines. Babel does what the gettext programs would.
"""

from __future__ import annotations

import fcntl
import io
import json
import os
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[2]
PO = ROOT / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
# Chinese of words that are not ours: what Wagtail leaves in English. By hand, never pruned (ADR 0249).
BORROWED = tuple(
    ROOT / "locale" / "wagtail" / "zh_Hans" / "LC_MESSAGES" / f"{name}.po" for name in ("django", "djangojs")
)
FOLDERS = ("tenants", "proctoring", "learning", "exams", "certs", "cms", "site")
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w+\}|%%")
HEADER = """\
# Chinese of Zhuxue. Written by `fab messages`; edit the msgstr lines only.
msgid ""
msgstr ""
"Language: zh_Hans\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

"""

MessageId = str | tuple[str, str]
Key = tuple[str, MessageId]  # context ("" for none), msgid or (singular, plural)


@dataclass(frozen=True)
class Found:
    """A message of the sources and the files that hold it."""

    key: Key
    files: tuple[str, ...]


def key_of(message: Message) -> Key:
    msgid = message.id
    return (message.context or "", (msgid[0], msgid[1]) if isinstance(msgid, (tuple, list)) else msgid)


# Sources


def messages_in_sources(root: Path = ROOT) -> dict[Key, Found]:
    """Every translatable message of the Python files and templates, with its files."""
    files: dict[Key, set[str]] = {}
    for path in _sources(root):
        name = path.relative_to(root).as_posix()
        for key in _messages_of(path):
            files.setdefault(key, set()).add(name)
    return {key: Found(key, tuple(sorted(names))) for key, names in files.items()}


def _sources(root: Path) -> Iterator[Path]:
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in {".py", ".html", ".txt"} and "migrations" not in path.parts and path.is_file():
                if path.suffix == ".py" or "templates" in path.parts:
                    yield path


def _messages_of(path: Path) -> Iterator[Key]:
    source = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        source = template_as_python(source, str(path))
    for _line, messages, _comments, context in extract("python", io.BytesIO(source.encode()), KEYWORDS):
        if messages and (messages if isinstance(messages, str) else messages[0]):
            yield context or "", messages if isinstance(messages, str) else (messages[0], messages[1])


def template_as_python(source: str, origin: str) -> str:
    """A template as gettext calls on their own lines; Python's tokenizer wants no stray indentation."""
    from django.utils.translation.template import templatize

    return "\n".join(line.strip() for line in templatize(source, origin=origin).splitlines())


# The catalogue


def read_catalogue(path: Path = PO) -> dict[Key, Message]:
    if not path.exists():
        return {}
    with path.open("rb") as file:
        return {key_of(message): message for message in read_po(file, locale="zh_Hans") if message.id}


def chinese_of(message: Message) -> str:
    text = message.string
    return (text[0] if text else "") if isinstance(text, (tuple, list)) else text or ""


def write_catalogue(found: dict[Key, Found], chinese: dict[Key, str], path: Path = PO) -> None:
    """Write the messages of the sources with their Chinese; what has none is left empty."""
    catalogue = Catalog(locale="zh_Hans", charset="utf-8")
    for key in sorted(found, key=str):
        context, msgid = key
        text = chinese.get(key, "")
        flags = ["python-format"] if PLACEHOLDER.search(str(msgid)) and "%" in str(msgid) else []
        places = [(name, 0) for name in found[key].files]
        string = text if isinstance(msgid, str) else (text,)
        catalogue.add(msgid, string, locations=places, flags=flags, context=context or None)
    body = io.BytesIO()
    write_po(body, catalogue, width=110, omit_header=True, sort_output=True, include_lineno=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_bytes(HEADER.encode() + body.getvalue())
    part.replace(path)


def compile_catalogue(path: Path = PO) -> bool:
    """Make the .mo file unless it is newer than its source; True when it was made."""
    compiled = path.with_suffix(".mo")
    if not path.exists() or (compiled.exists() and compiled.stat().st_mtime_ns >= path.stat().st_mtime_ns):
        return False
    with path.open("rb") as file:
        catalogue = read_po(file, locale="zh_Hans")
    part = compiled.with_suffix(".mo.part")
    with part.open("wb") as file:
        write_mo(file, catalogue)
    part.replace(compiled)
    return True


def compile_all() -> None:
    """Every catalogue that runs; before settings are read by anything that speaks."""
    for path in (PO, *BORROWED):
        compile_catalogue(path)


# What people run


def update(extra: dict[Key, str] | None = None) -> dict[Key, Found]:
    """Bring the catalogue in step with the sources; `extra` Chinese wins over what is there. Returns what was found."""
    with _locked():
        found = messages_in_sources()
        chinese = {key: chinese_of(message) for key, message in read_catalogue().items()}
        write_catalogue(found, chinese | (extra or {}))
        compile_catalogue()
    return found


def faults(found: Iterable[Key], catalogue: dict[Key, Message]) -> list[str]:
    """A sentence for each message without Chinese, with other placeholders, or that no source uses any more."""
    wanted = set(found)
    said = []
    for key in sorted(wanted, key=str):
        message = catalogue.get(key)
        if message is None or not chinese_of(message).strip():
            said.append(f"no Chinese: {_shown(key)}")
        elif message.fuzzy:
            said.append(f"fuzzy: {_shown(key)}")
        elif wrong := _other_placeholders(key, chinese_of(message)):
            said.append(f"placeholders differ ({wrong}): {_shown(key)}")
    said += [f"no longer in the sources: {_shown(key)}" for key in sorted(set(catalogue) - wanted, key=str)]
    return said


def entries_of(text: str) -> dict[Key, str]:
    """Read {"English": "中文"} where a key may be "context\\u0004English" or "one\\u0000many"."""
    entries: dict[Key, str] = {}
    for name, chinese in json.loads(text).items():
        context, _, msgid = name.rpartition("\u0004")
        one, nul, many = msgid.partition("\u0000")
        entries[(context, (one, many) if nul else one)] = chinese
    return entries


def _other_placeholders(key: Key, chinese: str) -> str:
    _context, msgid = key
    english = set(PLACEHOLDER.findall(msgid if isinstance(msgid, str) else msgid[1]))
    return ", ".join(sorted(english ^ set(PLACEHOLDER.findall(chinese))))


def _shown(key: Key) -> str:
    context, msgid = key
    text = msgid if isinstance(msgid, str) else " | ".join(msgid)
    return f"[{context}] {text!r}" if context else repr(text)


@contextmanager
def _locked() -> Iterator[None]:
    PO.parent.mkdir(parents=True, exist_ok=True)
    folder = os.open(PO.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def main(arguments: list[str]) -> int:
    """`python -m config.translations update|compile|check`."""
    command = arguments[0] if arguments else "check"
    if command == "update":
        update()
    elif command == "compile":
        compile_all()
        return 0
    said = faults(messages_in_sources(), read_catalogue())
    print("\n".join(said) or "The Chinese is complete.")
    return 1 if said and command == "check" else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
