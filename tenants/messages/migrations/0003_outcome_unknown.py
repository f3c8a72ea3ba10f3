from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('outbox', '0002_tries'),
    ]

    operations = [
        migrations.AlterField(
            model_name='sms',
            name='state',
            field=models.CharField(choices=[('queued', 'Queued'), ('sending', 'Sending'), ('sent', 'Sent'), ('failed', 'Failed'), ('cancelled', 'Cancelled'), ('unknown', 'Outcome unknown')], default='queued', max_length=10),
        ),
    ]
