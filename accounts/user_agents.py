"""What a browser says it is, in the few words by which people know their devices."""

import re

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

# The first that fits: nearly all say that they are Mozilla, Chrome and Safari as well.
BROWSERS = [
    (r"MicroMessenger/", lambda: _("WeChat")),
    (r"DingTalk/", lambda: _("DingTalk")),
    (r"MQQBrowser/|QQBrowser/", lambda: _("QQ browser")),
    (r"HuaweiBrowser/", lambda: _("Huawei browser")),
    (r"MiuiBrowser/", lambda: _("Xiaomi browser")),
    (r"UCBrowser/", lambda: "UC"),
    (r"Edg(e|A|iOS)?/", lambda: "Edge"),
    (r"OPR/|Opera", lambda: "Opera"),
    (r"Firefox/|FxiOS/", lambda: "Firefox"),
    (r"(Headless)?Chrome/|CriOS/", lambda: "Chrome"),
    (r"Chromium/", lambda: "Chromium"),
    (r"Safari/", lambda: "Safari"),
]
SYSTEMS = [
    (r"OpenHarmony|HarmonyOS", "HarmonyOS"),
    (r"Windows", "Windows"),
    (r"Android", "Android"),
    (r"iPhone|iPod", "iPhone"),
    (r"iPad", "iPad"),
    (r"Mac OS X|Macintosh", "macOS"),
    (r"CrOS", "ChromeOS"),
    (r"Linux|X11", "Linux"),
]


def in_words(agent):
    """Return the browser and the system that ``agent`` (str, the header User-Agent) names, such as "Firefox on Windows"."""
    browser = next((name() for pattern, name in BROWSERS if re.search(pattern, agent)), "")
    system = next((name for pattern, name in SYSTEMS if re.search(pattern, agent)), "")
    if browser and system:
        return pgettext("device", "%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("Unknown device")
