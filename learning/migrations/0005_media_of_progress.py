from django.db import migrations


def fill(apps, schema_editor):
    """Whoever had begun a lesson goes on with the medium it has now: until here there was no other."""
    Lesson = apps.get_model("learning", "Lesson")
    Progress = apps.get_model("learning", "LessonProgress")
    for lesson in Lesson.objects.exclude(media=None):
        Progress._base_manager.filter(lesson=lesson, media=None).update(media=lesson.media_id)


class Migration(migrations.Migration):
    dependencies = [("learning", "0004_study_room")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
