"""Wagtail's upload forms with our look at the content; named in the settings, so that every door uses them."""

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from wagtail.documents.fields import WagtailDocumentField
from wagtail.documents.forms import BaseDocumentForm
from wagtail.images.fields import WagtailImageField
from wagtail.images.forms import BaseImageForm

from cms.uploads import check_document, redraw


class PictureField(WagtailImageField):
    """Takes the upload apart before anything else opens it, and gives on what we have drawn."""

    def to_python(self, data: Any) -> Any:
        if data in self.empty_values:
            return super().to_python(data)
        self.check_image_file_size(data)
        drawn = redraw(data.read(), data.name)
        return super().to_python(SimpleUploadedFile(data.name, drawn, content_type=data.content_type))


class PictureForm(BaseImageForm):
    """The field is changed in the form that has it: Wagtail leaves it out where only the title is edited."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if (field := self.fields.get("file")) is not None:
            self.fields["file"] = PictureField(label=field.label, widget=field.widget)


class DocumentField(WagtailDocumentField):
    def to_python(self, data: Any) -> Any:
        found = super().to_python(data)
        if found is not None:
            check_document(found.file, found.name)
        return found


class DocumentForm(BaseDocumentForm):
    """As `PictureForm`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if (field := self.fields.get("file")) is not None:
            self.fields["file"] = DocumentField(label=field.label, widget=field.widget)
