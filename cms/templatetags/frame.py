"""What the frame of every page needs: brand stylesheet, logo, menu.

Error pages are drawn with half a request or none, so each tag has an answer without a tenant.
"""

from django import template
from django.forms import BoundField
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import now
from wagtail.models import Page

from cms import favicon as tab_picture
from cms import queries, seo
from tenants import brand, filings
from tenants.captchas.draw import PICTURE, Challenge, draw
from tenants.captchas.fields import chosen_kind
from tenants.models import Institution
from tenants.requests import address_of

register = template.Library()

HOME_DEPTH = 2
KINDS = {
    "courses": queries.COURSES,
    "notices": queries.NOTICES,
    "questions": queries.QUESTIONS,
    "downloads": queries.DOWNLOADS,
}
LOGOS = frozenset({"hill", "mast", "hall", "beam"})


def _tenant(context: template.Context) -> Institution | None:
    request = context.get("request") or getattr(context, "request", None)
    return getattr(request, "tenant", None)


@register.simple_tag(takes_context=True)
def brand_href(context: template.Context) -> str:
    """Address of the tenant's colours with their content hash, so that it may be cached for ever."""
    tenant = _tenant(context)
    url = reverse("brand_css")
    return f"{url}?v={brand.digest(queries.palette_of(tenant))}" if tenant else url


@register.simple_tag(takes_context=True)
def logo(context: template.Context, institution: object | None) -> SafeString:
    """The institution's own logo (on its own host), a symbol of the sprite, or its first character on its colour."""
    digest = getattr(institution, "logo_digest", "")
    if digest and getattr(_tenant(context), "pk", None) == getattr(institution, "pk", 0):
        return format_html(
            '<img class="logo logo-own" src="{}?v={}" width="44" height="44" alt="">', reverse("site_logo"), digest
        )
    key = getattr(institution, "logo_key", "")
    if key in LOGOS:
        return format_html(
            '<svg class="logo" viewBox="0 0 44 44" aria-hidden="true" focusable="false"><use href="{}#logo-{}"/></svg>',
            static("zx/logos.svg"),
            key,
        )
    name = getattr(institution, "short_name", "") or "筑"
    return format_html(
        '<svg class="logo" viewBox="0 0 44 44" aria-hidden="true" focusable="false"><rect class="logo-ground" '
        'width="44" height="44" rx="4"/><text class="logo-letter" x="22" y="31" text-anchor="middle">{}</text></svg>',
        name[0],
    )


@register.simple_tag(takes_context=True)
def favicon(context: template.Context) -> SafeString:
    """The tenant's own picture for the browser's tab; ours where there is no tenant."""
    tenant = _tenant(context)
    if tenant is None:
        return format_html('<link rel="icon" href="{}" type="image/svg+xml">', static("zx/favicon.svg"))
    address = f"{reverse('favicon')}?v={tab_picture.digest_of(tenant)}"
    return format_html(
        '<link rel="icon" href="{}" type="image/png" sizes="192x192"><link rel="apple-touch-icon" href="{}">',
        address,
        address,
    )


@register.simple_tag
def icp_register() -> str:
    """Where everybody may look an ICP filing up."""
    return filings.ICP_REGISTER


@register.filter
def police_register(number: str) -> str:
    return filings.police_register(number)


def _linked(context: template.Context) -> list[queries.MenuPage]:
    """Once a request."""
    if _tenant(context) is None:
        return []
    known: dict[str, list[queries.MenuPage]] = context["request"].__dict__
    if "_linked_pages" not in known:
        known["_linked_pages"] = queries.linked_pages()
    return known["_linked_pages"]


@register.simple_tag(takes_context=True)
def menu_pages(context: template.Context, kind: str = "") -> list[queries.MenuPage]:
    """Pages the editors put into the menu; `{% menu_pages "courses" as pages %}`: those of a kind."""
    wanted = KINDS[kind] if kind else ""
    return [page for page in _linked(context) if page.in_menu and (not wanted or page.kind == wanted)]


@register.simple_tag(takes_context=True)
def guides(context: template.Context) -> list[queries.MenuPage]:
    """How-to pages: text in the menu that the editors have put before the page of downloads."""
    pages = _linked(context)
    kinds = [page.kind for page in pages]
    before = pages[: kinds.index(queries.DOWNLOADS)] if queries.DOWNLOADS in kinds else []
    return [page for page in before if page.in_menu and page.kind == queries.TEXT]


@register.simple_tag(takes_context=True)
def the_page(context: template.Context, kind: str) -> queries.MenuPage | None:
    """The one live page of a kind, wherever it stands: `{% the_page "notices" as index %}`."""
    return next((page for page in _linked(context) if page.kind == KINDS[kind]), None)


@register.simple_tag(takes_context=True)
def canonical(context: template.Context) -> str:
    """The one address of this page: main host, no query but the page of a list. Empty where there is no tenant."""
    tenant = _tenant(context)
    if tenant is None:
        return ""
    request = context["request"]
    number = request.GET.get("page", "")
    return f"{seo.origin_of(tenant)}{request.path}{f'?page={number}' if number.isdigit() and number != '1' else ''}"


@register.simple_tag
def crumbs_of(page: Page) -> list[queries.MenuPage]:
    """Pages between the home page and `page`; none of them is asked for right below the home page."""
    if page.depth <= HOME_DEPTH + 1:
        return []
    above = Page.objects.ancestor_of(page).filter(depth__gt=HOME_DEPTH).order_by("depth")
    rows = above.values_list("title", "url_path")
    return [queries.MenuPage(title, queries.path_of(url_path)) for title, url_path in rows]


@register.filter
def page_path(page: Page) -> str:
    """The path of a page on its own host, without a query."""
    return queries.path_of(page.url_path)


@register.simple_tag(takes_context=True)
def centre_current(context: template.Context) -> str:
    """Which item of the centre's navigation a page names with `{% block centre_current %}training{% endblock %}`."""
    blocks = context.render_context.get(BLOCK_CONTEXT_KEY)
    block = blocks.get_block("centre_current") if blocks is not None else None
    return block.nodelist.render(context).strip() if block is not None else ""


@register.inclusion_tag("_captcha.html", takes_context=True)
def captcha(context: template.Context, field: BoundField, later: bool = False) -> dict[str, object]:
    """A captcha field with a new challenge, of the kind that was asked for. `later`: nothing is drawn before somebody
    begins to type, and who has no script is asked on the page that the form leads to."""
    request, name = context["request"], field.html_name
    codes = {error.code for error in field.form.errors.as_data().get(field.name, [])}
    kind = PICTURE if later else chosen_kind(request.POST, name)
    return {
        "name": name,
        "id": f"{field.auto_id}_1",
        "errors": field.errors,
        "wrong": bool(codes - {"other"}),
        "chosen": "other" in codes,
        "later": later,
        "challenge": Challenge(kind) if later else draw(kind, address_of(request), at=now()),
    }
