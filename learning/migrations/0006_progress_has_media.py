import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("learning", "0005_media_of_progress")]
    operations = [
        migrations.AlterField(
            model_name="lessonprogress",
            name="media",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="learning.media"),
        ),
    ]
