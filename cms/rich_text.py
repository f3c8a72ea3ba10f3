"""The editor of rich text: Wagtail's, for bodies that are what it sends and no others."""

import json
from typing import Any

from wagtail.admin.rich_text import DraftailRichTextArea


class Editor(DraftailRichTextArea):
    """Its value is Draft.js's JSON, turned into the few elements of the field's features.

    What is no such JSON was not written in our editor. It is kept as one paragraph of plain text, so that nobody loses
    words and no markup comes in beside the features.
    """

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        try:
            return super().value_from_datadict(data, files, name)
        except (ValueError, TypeError, KeyError, AttributeError, IndexError):
            return self.converter.to_database_format(json.dumps(plain(str(data.get(name, "")))))


def plain(text: str) -> dict[str, Any]:
    """A paragraph of plain text as Draft.js has it."""
    block = {"key": "plain", "text": text, "type": "unstyled", "depth": 0, "inlineStyleRanges": [], "entityRanges": []}
    return {"blocks": [block | {"data": {}}], "entityMap": {}}
