"""A small picture of a site in two colours, and the contrast of what will be read on it."""

from dataclasses import dataclass
from typing import Any

from tenants import brand, colours


@dataclass(frozen=True)
class Preview:
    """What the template draws: roles by name (`on_brand`), the figures, and the name on the head band."""

    name: str
    initial: str
    light: dict[str, str]
    dark: dict[str, str]
    pairings: list[colours.Pairing]
    main: str
    accent: str


def preview_of(names: dict[str, Any], main: str, accent: str) -> Preview | None:
    """None while what is typed is no colour yet. A colour that will be refused is still shown: one sees why."""
    main, accent = main.strip().lower(), accent.strip().lower()
    if not (brand.HEX.fullmatch(main) and brand.HEX.fullmatch(accent)):
        return None
    palette = brand.palette(main, accent)
    name = names.get("name") or "筑学培训中心"
    short = names.get("short_name") or name
    light, dark = _by_name(palette["light"]), _by_name(palette["dark"])
    return Preview(name, short[0], light, dark, colours.pairings(main, accent), main, accent)


def _by_name(roles: dict[str, str]) -> dict[str, str]:
    """`on-brand` as `on_brand`: templates cannot say the hyphen."""
    return {role.replace("-", "_"): value for role, value in roles.items()}
