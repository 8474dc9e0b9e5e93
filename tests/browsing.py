"""Driving pages in a real browser: visit, look, count what was asked of the network."""

SIZES = {"desktop": (1280, 800), "phone": (390, 844)}


def watch(page):
    """Note every request to the outside, every warning and every error of a page."""
    page.seen = []
    page.on(
        "request",
        lambda r: page.seen.append(r.url) if not r.url.startswith(("file:", "data:", "blob:")) else None,
    )
    page.on(
        "console",
        lambda m: page.seen.append(f"{m.type}: {m.text}") if m.type in {"error", "warning"} else None,
    )
    page.on("pageerror", lambda e: page.seen.append(str(e)))
    return page


def visit(tab, path, state=""):
    """Open a page afresh, as a reader who was never here; nothing but the page itself may be asked for."""
    tab.evaluate("() => { try { localStorage.clear(); sessionStorage.clear(); } catch { /* none yet */ } }")
    tab.goto("about:blank")
    tab.seen.clear()
    files = []

    def note(request):
        if not request.url.startswith("data:"):
            files.append(request.url)

    tab.on("request", note)
    url = path if isinstance(path, str) else path.as_uri()
    tab.goto(url + (f"#{state}" if state else ""))
    tab.wait_for_timeout(250)
    tab.remove_listener("request", note)
    assert tab.seen == []
    assert [file.partition("#")[0] for file in files] == [url]  # not even a file from the disk


def usable(tab):
    """Wait until the page says that everything stands on the screen."""
    until(tab, "performance.getEntriesByName('eppv-usable').length > 0")


def until(tab, condition):
    """Wait until a condition holds in the page; its policy lets nobody evaluate a text from inside."""
    for _ in range(160):
        if tab.evaluate(condition):
            return
        tab.wait_for_timeout(50)
    raise AssertionError(f"never true: {condition}")


def overflow(tab):
    """How far the page reaches beyond the right edge, px."""
    return tab.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


def card(tab):
    """The card of the case that is open: a popup, or on a phone the sheet."""
    where = (
        ".sheet-card .popup" if tab.size == "phone" else ".case-card .popup, .leaflet-popup-content .popup"
    )
    return tab.locator(where).last


def reach(tab, case):
    """Open a case from the list."""
    if tab.size == "phone" and tab.evaluate("document.querySelector('.panel').dataset.sheet") == "peek":
        tab.locator(".sheet-handle").click()
    tab.locator(f".card[data-case={case}]").click()
    card(tab).wait_for()
    until(tab, "!document.querySelector('.leaflet-pan-anim')")  # the map may move to show all of it
    tab.wait_for_timeout(80)


def hash_of(tab):
    """The state in the address."""
    text = tab.evaluate("location.hash").lstrip("#")
    return dict(pair.split("=", 1) for pair in text.split("&") if "=" in pair)
