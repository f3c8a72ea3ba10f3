"""Reported certificates as a table: the same columns for who reports and for who answers."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tenants.exports.lists import Column
from tenants.masking import mask_id_number, redacted

CLAIM = (
    Column("number", _("Number"), lambda row: row.number),
    Column("holder", _("Holder"), lambda row: row.holder_name),
    Column("id_number", _("ID number"), lambda row: row.holder_id_number, masked=mask_id_number),
    Column("position", _("Position"), lambda row: row.position.name),
    Column("issued_on", _("Issued"), lambda row: row.issued_on),
    Column("state", _("State"), lambda row: row.get_state_display()),
    Column("note", _("Note"), lambda row: redacted(row.note)),
    Column("created_at", _("Reported"), lambda row: row.created_at),
    Column("decided_at", pgettext_lazy("export", "Decided at"), lambda row: row.decided_at),
    Column("answer", _("Answer"), lambda row: redacted(row.answer)),
)
