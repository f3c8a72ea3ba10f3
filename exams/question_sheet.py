"""The question bank from a sheet, through the import machine. What a row may say is in `exams.imports`."""

from collections.abc import Hashable, Sequence
from datetime import datetime
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from exams.imports import FIELDS, BadRow, question_values
from exams.models import Item, Question
from tenants.accounts.models import User
from tenants.imports import cells
from tenants.imports.errors import CannotUndo
from tenants.imports.headings import Column
from tenants.imports.models import ImportRow, Verdict
from tenants.imports.resource import Draft, SheetField, SheetResource, changes, restored

KINDS = {
    "单选": "single",
    "单选题": "single",
    "多选": "multiple",
    "多选题": "multiple",
    "判断": "judge",
    "判断题": "judge",
}
RIGHT = {"正确": "T", "对": "T", "√": "T", "错误": "F", "错": "F", "×": "F"}


PROSE = {"knowledge_point", "stem", "A", "B", "C", "D", "E", "explanation", "source"}


def _field(name: str, title: str, *synonyms: str, required: bool = False, **more: Any) -> SheetField:
    read = cells.prose if name in PROSE else cells.text_of
    return SheetField(Column(name, title, synonyms, required, **more), read)


class QuestionSheet(SheetResource):
    """A question a line, known by its code."""

    kind: ClassVar[str] = "questions"
    title: ClassVar[Any] = gettext_lazy("Questions")

    code = _field("code", "题号", "编号", required=True, example="S001")
    kind_ = _field("kind", "题型", "类型", required=True, example="单选", choices=("单选", "多选", "判断"))
    positions = _field("positions", "适用岗位", "岗位代码", required=True, example="*", width=18)
    knowledge_point = _field("knowledge_point", "知识点", required=True, example="法律法规/安全生产法", width=28)
    difficulty = _field("difficulty", "难度", example="1", choices=("1", "2", "3"))
    stem = _field("stem", "题干", "题目", required=True, example="安全生产第一责任人是本单位的（  ）。", width=60)
    A = _field("A", "选项A", "A", example="专职安全生产管理人员", width=28)
    B = _field("B", "选项B", "B", example="主要负责人", width=28)
    C = _field("C", "选项C", "C", width=28)
    D = _field("D", "选项D", "D", width=28)
    E = _field("E", "选项E", "E", width=28)
    answer = _field("answer", "答案", "正确答案", required=True, example="B")
    explanation = _field("explanation", "解析", "说明", width=40)
    source = _field("source", "出处", "依据", width=28)

    def key_of(self, draft: Draft) -> Hashable:
        return draft.values.code

    def twice(self, number: int) -> str:
        return _("This question stands in row %(number)s already.") % {"number": number}

    def look(self, *, at: datetime, hold: bool) -> None:
        self.hold = hold

    def judge(self, drafts: Sequence[Draft], *, at: datetime) -> None:
        rows = Question.objects.filter(code__in=[draft.values.code for draft in drafts]).order_by("pk")
        known = {row.code: row for row in (rows.select_for_update() if self.hold else rows)}
        for draft in drafts:
            said = vars(draft.values)
            try:
                wanted = question_values(_as_bank(said))
            except BadRow as error:
                draft.refuse("", error)
                continue
            row = known.get(said["code"])
            draft.found = (wanted, row)
            same = row is not None and all(getattr(row, name) == wanted[name] for name in FIELDS)
            draft.verdict = Verdict.NEW if row is None else Verdict.UNCHANGED if same else Verdict.CHANGED

    def write(self, drafts: Sequence[Draft], *, by: User, at: datetime) -> None:
        new = [draft for draft in drafts if draft.verdict == Verdict.NEW]
        made = [Question(code=draft.values.code, created_at=at, **draft.found[0]) for draft in new]
        for draft, row in zip(new, Question.objects.bulk_create(made)):
            draft.made["question"] = row.pk
        for draft in drafts:
            if draft.verdict == Verdict.CHANGED:
                wanted, row = draft.found
                draft.made["question"] = row.pk
                draft.before = changes(_told(row), wanted)
                _write(row, wanted)

    def undo(self, rows: Sequence[ImportRow], *, by: User, at: datetime) -> None:
        made = [row.made["question"] for row in rows if row.verdict == Verdict.NEW]
        held = Question.objects.select_for_update().filter(pk__in=made)  # a paper that is drawn now waits, or is seen
        keys = [row.pk for row in held.order_by("pk")]
        asked = Item.objects.filter(question__in=keys).values("question").distinct().count()
        if asked:
            words = ngettext(
                "%(n)d question of this sheet was asked already. Nothing was taken back.",
                "%(n)d questions of this sheet were asked already. Nothing was taken back.",
                asked,
            )
            raise CannotUndo(words % {"n": asked})
        Question.objects.filter(pk__in=keys).delete()
        for row in rows:
            found = Question.objects.select_for_update().filter(pk=row.made["question"]).first()
            if row.verdict == Verdict.CHANGED and row.before and found is not None:
                _write(found, restored(row.before, _told(found)))


def _as_bank(said: dict[str, Any]) -> dict[str, str]:
    """The words of a sheet as the bank's own: kinds and right or wrong, separators of positions and answers."""
    kind = KINDS.get(said["kind"], said["kind"])
    answer = said["answer"].replace("、", "").replace(",", "").replace(" ", "")
    positions = said["positions"].replace("、", "|").replace(",", "|").replace("，", "|")
    told = {"kind": kind, "answer": RIGHT.get(answer, answer), "positions": "*" if positions == "全部" else positions}
    return {**said, **told}


def _told(row: Question) -> dict[str, Any]:
    return {name: getattr(row, name) for name in FIELDS}


def _write(row: Question, values: dict[str, Any]) -> None:
    for name in FIELDS:
        setattr(row, name, values[name])
    row.save(update_fields=FIELDS)
