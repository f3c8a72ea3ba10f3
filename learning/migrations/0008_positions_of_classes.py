from django.db import migrations


def move(apps, schema_editor):
    """A class was for one position or for all; it is now for any number of them."""
    for row in apps.get_model("learning", "TrainingClass")._base_manager.exclude(position=None):
        row.positions.add(row.position_id)


class Migration(migrations.Migration):
    dependencies = [("learning", "0007_enrolment_desk")]
    operations = [migrations.RunPython(move, migrations.RunPython.noop)]
