"""What the screens of a sheet say about where it stands."""

import re

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cms.todo import Figure
from tenants.imports.cells import plain
from tenants.imports.models import BatchState, ImportBatch, Verdict
from tenants.masking import PHONE, mask_id_number, mask_phone_number

TONES: dict[str, str] = {
    BatchState.READING: "chg",
    BatchState.READY: "review",
    BatchState.REFUSED: "fail",
    BatchState.DROPPED: "off",
    BatchState.RUNNING: "chg",
    BatchState.STOPPED: "wait",
    BatchState.DONE: "done",
    BatchState.UNDOING: "chg",
    BatchState.UNDONE: "off",
    BatchState.FAILED: "fail",
}
SAID = {
    BatchState.READING: gettext_lazy("The rows are being read and checked. Nothing is changed yet."),
    BatchState.READY: gettext_lazy("Nothing is changed yet. Look at the rows, then confirm."),
    BatchState.DROPPED: gettext_lazy("This sheet was not imported."),
    BatchState.RUNNING: gettext_lazy("The rows are being written. You may leave this page."),
    BatchState.STOPPED: gettext_lazy("Stopped: some rows are written, the others wait."),
    BatchState.DONE: gettext_lazy("All rows are dealt with."),
    BatchState.UNDOING: gettext_lazy("What this sheet did is being taken back. You may leave this page."),
    BatchState.UNDONE: gettext_lazy("All that this sheet had done is taken back."),
}
MASKS = {"id_number": mask_id_number, "phone": mask_phone_number}
LONG_NUMBER = re.compile(r"\d(?:[ \-–—]?\d){13,}[ \-–—]?[\dXx]")  # of a person, a company or an account
EFFECT = (BatchState.RUNNING, BatchState.STOPPED, BatchState.DONE, BatchState.UNDONE)


def said_of(batch: ImportBatch) -> str:
    if batch.state == BatchState.UNDOING:
        return str(SAID[BatchState.UNDOING])
    return batch.refusal_words or str(SAID.get(BatchState(batch.state), ""))


def figures_of(batch: ImportBatch) -> list[Figure]:
    """Counts of the verdicts, with what each means before and after the run."""
    if batch.state in (
        BatchState.READING,
        BatchState.REFUSED,
        BatchState.RUNNING,
        BatchState.UNDOING,
        BatchState.FAILED,
    ):
        return []
    done = batch.state in EFFECT
    return [
        Figure(str(Verdict.NEW.label), batch.new, _("written") if done else _("will be written")),
        Figure(str(Verdict.CHANGED.label), batch.changed, _("written") if done else _("will be written")),
        Figure(str(Verdict.UNCHANGED.label), batch.unchanged, _("are there already, just so")),
        Figure(str(Verdict.REFUSED.label), batch.refused, _("each with its reason")),
    ]


def masked_cell(column: str, text: str) -> str:
    """A cell as the screen shows it: numbers of people masked, whatever is wrong with them and wherever they stand."""
    if (mask := MASKS.get(column)) is not None:
        return mask(text)
    text = LONG_NUMBER.sub(lambda found: mask_id_number(found[0]), plain(text))
    return PHONE.sub(lambda found: mask_phone_number(found[0]), text)[:60]
