"""Managers of sites that are open already see the redirects of pages that have moved. As cms.editorial does it."""

from django.db import migrations

PUBLISHERS = ("manager", "superadmin")


def show_redirects(apps, schema_editor):
    # Where a schema is made anew, Django creates the permissions after all migrations; seeding the site gives them.
    rights = apps.get_model("auth", "Permission").objects.filter(
        content_type__app_label="wagtailredirects", codename__in=("change_redirect", "delete_redirect")
    )
    for group in apps.get_model("auth", "Group").objects.filter(name__in=PUBLISHERS):
        group.permissions.add(*rights)


class Migration(migrations.Migration):
    dependencies = [
        ("cms", "0009_courses_of_pages"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("wagtailredirects", "0008_add_verbose_name_plural"),
    ]
    operations = [migrations.RunPython(show_redirects, migrations.RunPython.noop)]
