import tenants.crypto
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('proctoring', '0006_longer_limits'),
    ]

    operations = [
        migrations.AddField(
            model_name='camerasession',
            name='camera_details',
            field=models.JSONField(default=dict, help_text='width, height, rate and number of cameras, as said'),
        ),
        migrations.AddField(
            model_name='camerasession',
            name='camera_label',
            field=models.CharField(blank=True, default='', help_text='what the browser calls the camera: said by the page, a hint', max_length=120),
        ),
        migrations.AddField(
            model_name='facephoto',
            name='thumb',
            field=models.CharField(blank=True, default='', max_length=200),
        ),
        migrations.AddField(
            model_name='livenessattempt',
            name='fingerprint',
            field=models.CharField(blank=True, default='', max_length=64),
        ),
        migrations.AddField(
            model_name='livenessattempt',
            name='mark',
            field=tenants.crypto.EncryptedBinaryField(help_text='what its face is compared by later (marks.FaceMark)', null=True),
        ),
        migrations.AddField(
            model_name='livenessattempt',
            name='series',
            field=models.JSONField(default=dict, help_text='measures of the landmarks over time (see series.py)'),
        ),
        migrations.AddField(
            model_name='livenessattempt',
            name='thumb',
            field=models.CharField(blank=True, default='', max_length=200),
        ),
        migrations.AddField(
            model_name='snapshot',
            name='details',
            field=models.JSONField(default=dict, help_text='distances to each reference, milliseconds between its frames'),
        ),
        migrations.AddField(
            model_name='snapshot',
            name='mark',
            field=tenants.crypto.EncryptedBinaryField(help_text='what its face is compared by later (marks.FaceMark)', null=True),
        ),
        migrations.AddField(
            model_name='snapshot',
            name='thumb',
            field=models.CharField(blank=True, default='', max_length=200),
        ),
        migrations.AlterField(
            model_name='incident',
            name='kind',
            field=models.CharField(help_text='a code of proctoring/incidents.py', max_length=20),
        ),
    ]
