"""A notice is found by the names of its files: it is indexed anew when one of them comes, changes or goes.

Wagtail indexes a page when its row is saved, and the files of an editor's form are saved after it.
"""

from typing import Any

from django.db.models.signals import post_delete, post_save
from wagtail.search import index

from cms.models import NoticeAttachment, NoticePage


def index_notice(instance: NoticeAttachment, **kwargs: Any) -> None:
    page = NoticePage.objects.filter(pk=instance.page_id).first()
    if page is not None:  # gone where files are deleted together with their notice
        index.insert_or_update_object(page)


def register() -> None:
    for signal in (post_save, post_delete):
        signal.connect(index_notice, sender=NoticeAttachment)
