"""Editors of sites that are open already hand their pages in; managers publish (ADR 0247). As cms.editorial does it."""

from django.db import migrations

PUBLISHERS = ("manager", "superadmin")


def hand_in(apps, schema_editor):
    Group = apps.get_model("auth", "Group")
    GroupPagePermission = apps.get_model("wagtailcore", "GroupPagePermission")
    home = (
        apps.get_model("cms", "HomePage").objects.first() or apps.get_model("cms", "PortalHomePage").objects.first()
    )
    if home is None:  # the schema that new ones are copied from, and one without a site: seeding does the rest
        return
    GroupPagePermission.objects.filter(group__name="editor", permission__codename="publish_page").delete()
    task = _task(apps)
    task.groups.set(Group.objects.filter(name__in=PUBLISHERS))
    Workflow, WorkflowPage = apps.get_model("wagtailcore", "Workflow"), apps.get_model("wagtailcore", "WorkflowPage")
    workflow = Workflow.objects.create(name="管理员审核后发布", active=True)
    apps.get_model("wagtailcore", "WorkflowTask").objects.create(workflow=workflow, task_id=task.pk, sort_order=0)
    WorkflowPage.objects.all().delete()
    WorkflowPage.objects.create(page_id=home.pk, workflow=workflow)
    Workflow.objects.exclude(pk=workflow.pk).update(active=False)


def _task(apps):
    kinds = apps.get_model("contenttypes", "ContentType").objects
    kind, _created = kinds.get_or_create(app_label="wagtailcore", model="groupapprovaltask")
    return apps.get_model("wagtailcore", "GroupApprovalTask").objects.create(name="管理员审核", content_type=kind)


class Migration(migrations.Migration):
    dependencies = [
        ("cms", "0006_notices_and_banner"),
        ("wagtailcore", "0098_apitoken"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [migrations.RunPython(hand_in, migrations.RunPython.noop)]
