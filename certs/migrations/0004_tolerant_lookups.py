import json

from django.db import migrations

from certs.appraisals import lookup_of
from certs.queries import lookup_key
from certs.services.retention import STRIPPED


def recompute(apps, schema_editor):
    """The look-up no longer minds spaces, dashes, width and the kind of dot: stored values follow.

    Rows that were stripped of their person keep the key that nobody can type.
    """
    for name in ("HoursCertificate", "QualificationCertificate"):
        rows = apps.get_model("certs", name)._base_manager
        for row in rows.exclude(lookup__startswith=STRIPPED).only("uuid", "number", "facts").iterator():
            rows.filter(pk=row.pk).update(lookup=lookup_key(row.number, json.loads(row.facts)["name"]))
    records = apps.get_model("certs", "AppraisalRecord")._base_manager
    for row in records.only("number", "holder_name").iterator():
        records.filter(pk=row.pk).update(lookup=lookup_of(row.number, row.holder_name))


class Migration(migrations.Migration):
    dependencies = [("certs", "0003_appraisals")]
    operations = [migrations.RunPython(recompute, migrations.RunPython.noop)]
