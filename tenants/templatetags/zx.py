"""Template tags every room uses: icons, progress, masked identity numbers and phones."""

from decimal import Decimal

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from tenants import masking

register = template.Library()


@register.simple_tag
def icon(name: str, css_class: str = "") -> SafeString:
    """A symbol of the sprite, beside words: `{% icon "camera" %}`, `{% icon "check" "icon-ok" %}`."""
    classes = f"icon {css_class}".strip()
    return format_html(
        '<svg class="{}" aria-hidden="true" focusable="false"><use href="{}#i-{}"/></svg>',
        classes,
        static("zx/icons.svg"),
        name,
    )


@register.simple_tag
def ring(percent: float | Decimal, label: object, note: object = "", css_class: str = "") -> SafeString:
    """Progress as a ring with words in it; `percent` 0–100 lives in an SVG attribute, so the CSP needs no style."""
    return format_html(
        '<div class="ring {}"><svg viewBox="0 0 120 120" aria-hidden="true" focusable="false">'
        '<circle class="ring-track" cx="60" cy="60" r="54"/>'
        '<circle class="ring-value" cx="60" cy="60" r="54" pathLength="100" stroke-dasharray="{} 100"/></svg>'
        '<p class="ring-label"><strong>{}</strong>{}</p></div>',
        css_class,
        _percent(percent),
        label,
        note,
    )


@register.simple_tag
def bar(percent: float | Decimal, label: str = "") -> SafeString:
    """Progress as a bar; `label` says the same to a screen reader."""
    return format_html(
        '<svg class="bar" role="img" aria-label="{}"><rect width="{}%" height="100%"/></svg>', label, _percent(percent)
    )


@register.filter
def mask_id(number: str | None) -> str:
    """First 6 and last 4 of an identity number."""
    return masking.mask_id_number(number or "")


@register.filter
def mask_phone(number: str | None) -> str:
    """First 3 and last 4 of a phone."""
    return masking.mask_phone_number(number or "")


@register.filter
def mask_name(name: str | None) -> str:
    """李*国."""
    return masking.mask_name(name or "")


def _percent(value: float | Decimal) -> str:
    return f"{min(100.0, max(0.0, float(value or 0))):g}"
