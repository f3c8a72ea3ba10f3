"""`manage.py incident_codes`: the registry of incidents as the table of docs/incidents.md."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import translation

from proctoring.incidents import MEANINGS, SEVERITIES, Kind

HEAD = """# 事件代码

由 `python -m django incident_codes` 从 `proctoring/incidents.py` 生成，测试保证两者一致。
事件只供审核人员判断：不会自动清除学时；“仅提示”的事件也不会中断学习。

| 代码 | 事件 | 程度 | 仅提示 | 含义 | 审核时 |
|---|---|---|---|---|---|
"""


def table() -> str:
    """In Chinese, whatever the language of the process."""
    with translation.override("zh-hans"):
        rows = [
            f"| `{kind.value}` | {kind.label} | {SEVERITIES[meaning.severity]} | {'是' if meaning.passive else '否'} "
            f"| {meaning.explanation} | {meaning.look} |\n"
            for kind in Kind
            if (meaning := MEANINGS[kind])
        ]
    return HEAD + "".join(rows)


class Command(BaseCommand):
    help = "Print the codes of incidents with their meaning, as docs/incidents.md holds them."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(table(), ending="")
