"""Who may do what with the pages of a schema: editors write and hand in, managers look and publish (ADR 0247)."""

from django.contrib.auth.models import Group, Permission
from django.utils.translation import gettext as _
from wagtail.models import (
    Collection,
    GroupApprovalTask,
    GroupCollectionPermission,
    GroupPagePermission,
    Page,
    Workflow,
    WorkflowPage,
    WorkflowTask,
)

from tenants.roles.roles import Role

WRITERS = (Role.EDITOR,)
PUBLISHERS = (Role.MANAGER, Role.SUPERADMIN)
WRITING = ("add_page", "change_page")
PUBLISHING = (*WRITING, "publish_page")
REDIRECT_RIGHTS = ("change_redirect", "delete_redirect")
FILE_RIGHTS = ("add_image", "change_image", "choose_image", "add_document", "change_document", "choose_document")


def let_editors_in(home: Page) -> None:
    """Wagtail's rights over pages and files for the groups of this schema, and the way a page takes to its readers.

    Idempotent; takes away what a group held before and has no longer.
    """
    _give_rights(home, WRITERS, WRITING)
    _give_rights(home, PUBLISHERS, PUBLISHING)
    _show_redirects()
    ensure_moderation(home)


def _show_redirects() -> None:
    """Managers see where an address of before leads, set it right, or drop it. They make none: pages do, by moving."""
    found = list(Permission.objects.filter(content_type__app_label="wagtailredirects", codename__in=REDIRECT_RIGHTS))
    for group in _groups(PUBLISHERS):
        group.permissions.add(*found)


def ensure_moderation(home: Page) -> Workflow:
    """One task: a manager approves. It is the only workflow that pages of this schema have."""
    attached = WorkflowPage.objects.filter(page=home).select_related("workflow").first()
    workflow = attached.workflow if attached else Workflow.objects.create(name=_("A manager looks before publishing"))
    step = WorkflowTask.objects.filter(workflow=workflow).first()
    task = step.task.specific if step else GroupApprovalTask.objects.create(name=_("A manager approves"))
    if step is None:
        WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=0)
    task.groups.set(_groups(PUBLISHERS))
    if attached is None:
        WorkflowPage.objects.create(page=home, workflow=workflow)
    WorkflowPage.objects.exclude(workflow=workflow).delete()
    Workflow.objects.exclude(pk=workflow.pk).update(active=False)  # Wagtail's own, for groups that nobody is in
    return workflow


def _give_rights(home: Page, roles: tuple[Role, ...], codenames: tuple[str, ...]) -> None:
    pages = list(Permission.objects.filter(content_type__app_label="wagtailcore", codename__in=codenames))
    files = list(Permission.objects.filter(codename__in=FILE_RIGHTS))
    root = Collection.get_first_root_node()
    for group in _groups(roles):
        GroupPagePermission.objects.filter(group=group).exclude(permission__in=pages).delete()
        for permission in pages:
            GroupPagePermission.objects.get_or_create(group=group, page=home, permission=permission)
        for permission in files:
            GroupCollectionPermission.objects.get_or_create(group=group, collection=root, permission=permission)


def _groups(roles: tuple[Role, ...]) -> list[Group]:
    return list(Group.objects.filter(name__in=[role.value for role in roles]))
