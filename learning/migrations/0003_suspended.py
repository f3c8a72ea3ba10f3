from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("learning", "0002_initial")]

    operations = [
        migrations.AlterField(
            model_name="studysession",
            name="end_reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("left", "Left"),
                    ("taken_over", "Taken over by a newer session"),
                    ("complete", "Lesson complete"),
                    ("cleared", "Hours cleared"),
                    ("idle", "No sign of life"),
                    ("signed_out", "Signed out"),
                    ("suspended", "Institution paused"),
                ],
                max_length=12,
            ),
        ),
    ]
