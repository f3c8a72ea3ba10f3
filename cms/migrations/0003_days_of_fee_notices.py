"""Notices that are there hold from the day they were published until the next one for the same positions."""

from datetime import timedelta

from django.db import migrations


def fill(apps, schema_editor):
    FeeNoticePage = apps.get_model("cms", "FeeNoticePage")
    Revision = apps.get_model("wagtailcore", "Revision")
    pages = list(FeeNoticePage.objects.filter(valid_from=None).order_by("published_on", "pk").prefetch_related("rows"))
    codes = {page.pk: {c for row in page.rows.all() for c in row.positions.replace(" ", "").split(",")} for page in pages}
    for number, page in enumerate(pages):
        later = [one for one in pages[number + 1 :] if one.live and page.live and codes[one.pk] & codes[page.pk]]
        following = next((one for one in later if one.published_on > page.published_on), None)
        page.valid_from = page.published_on
        page.valid_to = following.published_on - timedelta(days=1) if following else None
        FeeNoticePage.objects.filter(pk=page.pk).update(valid_from=page.valid_from, valid_to=page.valid_to)
        draft = Revision.objects.filter(pk=page.latest_revision_id).first()  # what the editor opens
        if draft is not None:
            draft.content["valid_from"] = page.valid_from.isoformat()
            draft.content["valid_to"] = page.valid_to and page.valid_to.isoformat()
            draft.save(update_fields=["content"])


class Migration(migrations.Migration):
    dependencies = [("cms", "0002_courses_and_fees_in_force"), ("wagtailcore", "0098_apitoken")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
