"""What a User-Agent and an address say about a device: a browser and a system in words, and a network."""

import ipaddress
import re

from django.utils.translation import gettext_lazy as _

# The first that matches counts: most browsers also call themselves Chrome or Safari.
BROWSERS = (
    ("wechat", r"MicroMessenger/", _("WeChat")),
    ("dingtalk", r"DingTalk/", _("DingTalk")),
    ("360", r"QIHU|360SE|360EE", _("360 browser")),
    ("qq", r"QQBrowser/", _("QQ browser")),
    ("uc", r"UCBrowser/", _("UC browser")),
    ("huawei", r"HuaweiBrowser/", _("Huawei browser")),
    ("xiaomi", r"MiuiBrowser/", _("Xiaomi browser")),
    ("sogou", r"MetaSr", _("Sogou browser")),
    ("edge", r"Edg(e|A|iOS)?/", "Edge"),
    ("opera", r"OPR/|Opera", "Opera"),
    ("firefox", r"Firefox/|FxiOS/", "Firefox"),
    ("chrome", r"Chrome/|CriOS/", "Chrome"),
    ("safari", r"Safari/", "Safari"),
)
SYSTEMS = (
    ("harmony", r"HarmonyOS|OpenHarmony", _("HarmonyOS")),
    ("windows", r"Windows", "Windows"),
    ("android", r"Android", _("Android phone")),
    ("iphone", r"iPhone", _("iPhone")),
    ("ipad", r"iPad", _("iPad")),
    ("mac", r"Mac OS X|Macintosh", _("Mac")),
    ("linux", r"Linux|X11", "Linux"),
)
HANDHELD = frozenset({"harmony", "android", "iphone", "ipad"})


def label_of(user_agent: str) -> str:
    """`chrome/windows`: what is stored, so that no version number tells one machine from another."""
    return f"{_first(BROWSERS, user_agent)}/{_first(SYSTEMS, user_agent)}"


def words_of(label: str) -> str:
    """A stored label in words: `Chrome · Windows`. A whole User-Agent (rows of before) is read as one."""
    browser, _slash, system = label.partition("/")
    names: dict[str, object] = {code: name for code, _pattern, name in BROWSERS}
    systems: dict[str, object] = {code: name for code, _pattern, name in SYSTEMS}
    if label and browser not in {*names, "other"}:
        return words_of(label_of(label))
    known = [str(name) for name in (names.get(browser), systems.get(system)) if name]
    return " · ".join(known) or str(_("Unknown browser"))


def is_handheld(label: str) -> bool:
    """A phone or a tablet rather than a computer, for the picture beside it."""
    return label.partition("/")[2] in HANDHELD


def network_of(address: str | None) -> str:
    """The network of an address, never the machine: `113.88.*.*`, `240e:3b7:2c00:*`; empty for none."""
    try:
        found = ipaddress.ip_address(address or "")
    except ValueError:
        return ""
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    if isinstance(found, ipaddress.IPv4Address):
        return ".".join([*str(found).split(".")[:2], "*", "*"])
    return ":".join([*(f"{int(group, 16):x}" for group in found.exploded.split(":")[:3]), "*"])


def _first(table: tuple[tuple[str, str, object], ...], text: str) -> str:
    return next((code for code, pattern, _name in table if re.search(pattern, text)), "other")
