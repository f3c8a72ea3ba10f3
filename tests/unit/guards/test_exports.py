"""Every staff list with a pager can be taken away, or says here why not."""

from __future__ import annotations

import ast
from pathlib import Path

from cms.exporting.lists import CONSOLE, DESK, _discover
from tenants.exports.lists import ListExport

ROOT = Path(__file__).resolve().parents[3]
EXCUSED = {
    "cms.desk.views.classroom.index": "who sits in the room now, to tick; the sittings are in each archive",
    "cms.desk.views.support.index": "visits of the association: its entries are in the audit trail",
    "cms.console.views.support.index": "visits to one institution: its entries are in the audit trail",
    "cms.console.views.applications.index": "papers of people without an account; decided ones are institutions",
    "cms.console.views.exam_looks.index": "a queue of pictures to look at; attempts are in each archive",
    "cms.console.views.lookalikes.index": "pairs of faces across institutions leave the console on no sheet",
    "cms.console.views.video_uploads.index": "files on their way; what came of them is in the lessons",
    "cms.importing.views.index": "sheets handed in; the rows of one come back from its page",
    "cms.importing.views._rows": "rows of one sheet: the refused ones come back as a sheet",
    "cms.exporting.views.index": "one's own exported files",
}


def lists_with_a_pager() -> set[str]:
    """Dotted names of the views that show a page of a list."""
    found = set()
    for path in (ROOT / "cms").rglob("*.py"):
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and "page_of" in {
                getattr(call.func, "id", "") for call in ast.walk(node) if isinstance(call, ast.Call)
            }:
                found.add(f"{module}.{node.name}")
    return found


def declared() -> list[ListExport]:
    _discover()
    return [*DESK.values(), *CONSOLE.values()]


def test_every_list_with_a_pager_declares_its_export_or_is_excused() -> None:
    known = {export.view for export in declared() if export.view}
    lists = lists_with_a_pager()
    assert "cms.desk.views.enrolments.index" in lists
    assert lists - known - EXCUSED.keys() == set(), "declare an export in the room's exports.py, or say why not"
    assert EXCUSED.keys() - lists == set(), "stale excuses"
    assert EXCUSED.keys() & known == set()


def test_a_declared_view_exists_and_its_page_has_the_button() -> None:
    from importlib import import_module

    pages = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "cms").rglob("templates/**/*.html"))
    for export in declared():
        if export.view:
            module, name = export.view.rsplit(".", 1)
            assert callable(getattr(import_module(module), name)), export.view
        assert f'export_button "{export.name}"' in pages, export.name


def test_numbers_of_people_are_personal_columns() -> None:
    """A column that is called like a number of a person says how it is masked."""
    for export in declared():
        assert len({column.key for column in export.columns}) == len(export.columns), export.name
        for column in export.columns:
            if column.key in {"id_number", "phone"} and export.name != "institutions":  # an institution's own telephone
                assert column.is_personal, f"{export.name}.{column.key}"
        assert export.codes <= set(export.filters), export.name
        assert not export.codes & {"q", "who", "to", "holder", "person", "subject"}, export.name


def test_every_list_says_who_may_take_it() -> None:
    assert [export.name for export in declared() if not export.roles] == []
