"""One certificate, one row: numbers are compared without what differs between a print, a hand and a sheet."""

from collections import Counter
from typing import Any

import learning.models.enrolment
from django.db import migrations, models

from learning.certificate_numbers import certificate_key

PORTION = 5_000


def fill(apps: Any, schema_editor: Any) -> None:
    """Raises where two rows are one certificate: which of them is right is for the association to say."""
    rows = apps.get_model("learning", "PostCertificate").objects
    numbers = list(rows.values_list("number", flat=True))
    keys = Counter(map(certificate_key, numbers))
    if twice := sorted(number for number in numbers if keys[certificate_key(number)] > 1):
        raise RuntimeError(f"the register holds one certificate in several rows, correct them first: {twice[:20]}")
    for start in range(0, len(numbers), PORTION):
        portion = list(rows.filter(number__in=numbers[start : start + PORTION]))
        for row in portion:
            row.key = certificate_key(row.number)
        rows.bulk_update(portion, ["key"])


class Migration(migrations.Migration):
    dependencies = [("learning", "0011_scans_of_applications")]

    operations = [
        migrations.AddField(
            "postcertificate", "key", learning.models.enrolment.CertificateKeyField(editable=False, max_length=120, null=True)
        ),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
        migrations.AlterField(
            "postcertificate",
            "key",
            learning.models.enrolment.CertificateKeyField(editable=False, max_length=120, unique=True),
        ),
        migrations.AlterField("postcertificate", "number", models.CharField(max_length=40)),
    ]
