from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("learning", "0008_positions_of_classes")]
    operations = [migrations.RemoveField(model_name="trainingclass", name="position")]
