"""A browser and its system in plain words, and network addresses without their last part."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address

from marketplace.kernel.i18n import gettext as _

# The first that fits: most browsers also claim to be Chrome and Safari.
BROWSERS = (
    ("MicroMessenger", lambda: _("微信")),
    ("wxwork", lambda: _("企业微信")),
    ("DingTalk", lambda: _("钉钉")),
    ("HuaweiBrowser", lambda: _("华为浏览器")),
    ("QQBrowser", lambda: _("QQ 浏览器")),
    ("UCBrowser", lambda: _("UC 浏览器")),
    ("Edg", lambda: "Edge"),
    ("OPR/", lambda: "Opera"),
    ("Firefox/", lambda: "Firefox"),
    ("Chrome/", lambda: "Chrome"),
    ("CriOS/", lambda: "Chrome"),
    ("Safari/", lambda: "Safari"),
)
SYSTEMS = (
    ("HarmonyOS", lambda: _("鸿蒙")),
    ("iPhone", lambda: "iPhone"),
    ("iPad", lambda: "iPad"),
    ("Android", lambda: _("安卓")),
    ("Windows", lambda: "Windows"),
    ("Mac OS X", lambda: _("苹果电脑")),
    ("Linux", lambda: "Linux"),
)


def plain(device: str) -> str:
    """Browser and system as people call them; what is not known as it names itself, shortened."""
    browser = next((name() for sign, name in BROWSERS if sign in device), "")
    system = next((name() for sign, name in SYSTEMS if sign in device), "")
    if browser and system:
        return _("%(browser)s，%(system)s", browser=browser, system=system)
    return browser or system or device[:60] or _("未知设备")


def masked(address: str) -> str:
    """A network address without what tells one computer from its neighbours; nothing where it is none."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return ""
    if isinstance(parsed, IPv6Address):
        return ":".join(parsed.exploded.split(":")[:3]) + ":*"
    return address.rpartition(".")[0] + ".*"
