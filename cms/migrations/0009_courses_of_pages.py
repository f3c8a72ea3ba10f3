import django.db.models.deletion
import modelcluster.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cms', '0008_pages_of_parts'),
    ]

    operations = [
        migrations.CreateModel(
            name='ChosenCourse',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sort_order', models.IntegerField(blank=True, editable=False, null=True)),
                ('course_code', models.CharField(max_length=40, verbose_name='Course')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='What it is about')),
                ('page', modelcluster.fields.ParentalKey(on_delete=django.db.models.deletion.CASCADE, related_name='chosen', to='cms.coursepage')),
            ],
            options={
                'verbose_name': 'Course shown first',
                'ordering': ['sort_order'],
                'abstract': False,
            },
        ),
    ]
