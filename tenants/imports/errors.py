"""Why a whole sheet is refused, in the clerk's words."""

from django.utils.translation import gettext_lazy as _

from tenants.errors import DomainError

REFUSALS = {
    "empty": _("The file is empty."),
    "no_rows": _("Below the headings stands nobody."),
    "too_large": _("The file is larger than 10 MB. Split the sheet into several files."),
    "old_format": _("Files of this kind are not read. Open it, choose “Save as” and save it as .xlsx."),
    "kind": _("Only .xlsx and .csv files are read. Use the template."),
    "not_what_it_says": _("The file is not what its name says. Open it, and save it again as .xlsx."),
    "encrypted": _("The file has a password. Remove the password and save it again."),
    "entries": _("The file has too many parts. Copy the rows into the template."),
    "bomb": _("The file unpacks to far more than it should. Copy the rows into the template."),
    "names": _("The file is put together in a way that no spreadsheet program does. Copy the rows into the template."),
    "macros": _("The file holds macros. Save it as .xlsx without macros."),
    "links": _("The file draws on other files. Copy the rows as values into the template."),
    "entities": _("The file holds definitions that a sheet does not need. Copy the rows into the template."),
    "rows": _("The sheet goes beyond 20,000 rows. Delete the empty rows below the last person, or split the sheet."),
    "columns": _("The sheet goes beyond 60 columns. Delete the empty columns on the right."),
    "long_cells": _("Some cells hold more text than a list of people needs. Copy the rows into the template."),
    "damaged": _("The file cannot be read; it may be damaged. Open it and save it again as .xlsx."),
    "encoding": _("The characters of the file cannot be read. Save it as .xlsx instead of .csv."),
    "nul": _("The file holds characters that no text has. Save it as .xlsx instead of .csv."),
    "no_sheet": _("The file has no visible sheet."),
    "slow": _("Reading the file took too long. Split the sheet into several files."),
    "memory": _("Reading the file took too much memory. Copy the rows into the template."),
}


class BadSheet(DomainError):
    """A sheet that is not read: `code` is `import.<key of REFUSALS>`, or one of the headings' own."""

    status = 400
    code = "import.damaged"
    message = REFUSALS["damaged"]

    @classmethod
    def because(cls, key: str) -> "BadSheet":
        key = key if key in REFUSALS else "damaged"
        return cls(REFUSALS[key], code=f"import.{key}")


class BadCell(ValueError):
    """What a clerk typed into one cell cannot be used; `message` is a lazy sentence that says what to type."""

    def __init__(self, message: object) -> None:
        self.message = message
        super().__init__(message)

    def __str__(self) -> str:
        return str(self.message)


BATCH_REFUSALS = {
    "state": _("This import is no longer in the state this step needs. Reload the page."),
    "same_file": _("This very file has been imported already. If you mean it, tick that you want to import it again."),
    "nothing": _("No row of the sheet can be imported."),
    "gone": _("The rows of this import have been deleted. Hand the sheet in again."),
    "undo_killed": _("Three attempts at taking it back ended without a result. Nothing was taken back."),
    "killed": _("Three attempts ended without a result. Split the sheet, or tell the association."),
}


class CannotImport(DomainError):
    """Code `import.<key of BATCH_REFUSALS>`."""

    def __init__(self, refusal: str) -> None:
        super().__init__(BATCH_REFUSALS[refusal], code=f"import.{refusal}")


class CannotUndo(DomainError):
    """Something has been done with what the import made; the sentence names what."""

    code = "import.in_use"
