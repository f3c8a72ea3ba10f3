"""What all pages of ours have in common: an address of their own, characters that can be shown, no aliases."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.admin.forms.pages import CopyForm
from wagtail.fields import StreamField
from wagtail.models import Page, Site

from cms.addresses import is_taken

HOME_DEPTH = 2
# What XML 1.0 cannot carry: one such character, pasted from a document, would break the feed of all notices.
NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def check_address(slug: str, parent: Page) -> None:
    """Raises ValidationError where the system answers at the address that a page below `parent` would have."""
    if parent.depth == HOME_DEPTH and is_taken(slug):
        words = gettext("The system itself answers at /%(slug)s/. Choose another address for the page.")
        raise ValidationError({"slug": words % {"slug": slug}})


def without_control_characters(value: Any) -> Any:
    """Text, or lists and dicts of text, without what no reader can show."""
    if isinstance(value, str):
        return NOT_IN_XML.sub("", value)
    if isinstance(value, list):
        return [without_control_characters(one) for one in value]
    if isinstance(value, dict):
        return {key: without_control_characters(one) for key, one in value.items()}
    return value


class SitePageForm(WagtailAdminPageForm):
    """An address that is taken is said at its field."""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        # A page that exists says it by itself.
        if self.parent_page is not None and self.instance.depth is None and data.get("slug"):
            try:
                check_address(data["slug"], self.parent_page)
            except ValidationError as error:
                self.add_error(None, error)
        return data


class SiteCopyForm(CopyForm):
    """Without aliases: a page that stays the same as another is the same notice, course or fee twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("alias", None)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("new_slug"):
            try:
                check_address(data["new_slug"], data.get("new_parent_page") or self.page.get_parent())
            except ValidationError as error:
                self.add_error("new_slug", forms.ValidationError(error.messages))
        return data


class SitePage(Page):
    """A page of an institution's site or of the portal."""

    base_form_class = SitePageForm
    copy_form_class = SiteCopyForm

    class Meta:
        abstract = True

    def clean(self) -> None:
        super().clean()
        self._check_own_address()

    def minimal_clean(self) -> None:
        """Of a draft; its address counts already."""
        super().minimal_clean()
        self._check_own_address()

    def full_clean(self, *args: Any, **kwargs: Any) -> None:
        """The error knows the page: who publishes several at once is told which one (`cms.page_doors`)."""
        self.drop_control_characters()
        try:
            super().full_clean(*args, **kwargs)
        except ValidationError as error:
            error.page = self  # type: ignore[attr-defined]
            raise

    def save(self, *args: Any, **kwargs: Any) -> Any:
        self.drop_control_characters()
        return super().save(*args, **kwargs)

    def drop_control_characters(self) -> None:
        for field in self._meta.concrete_fields:
            if isinstance(field, StreamField):
                parts = field.value_from_object(self).get_prep_value()
                clean = without_control_characters(parts)
                if clean != parts:
                    setattr(self, field.name, field.stream_block.to_python(clean))
            elif isinstance(value := field.value_from_object(self), str) and NOT_IN_XML.search(value):
                setattr(self, field.name, without_control_characters(value))

    def _check_own_address(self) -> None:
        if self.depth == HOME_DEPTH + 1:
            check_address(self.slug, self.get_parent())


class FrontDoor(SitePage):
    """The page at `/`: it is always there."""

    class Meta:
        abstract = True

    def clean(self) -> None:
        super().clean()
        if self.expire_at and Site.objects.filter(root_page=self.pk).exists():
            raise ValidationError({"expire_at": gettext("The home page has no end: without it the site has none.")})
