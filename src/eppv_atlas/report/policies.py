"""Content-Security-Policies: read off a page, joined for the page around it.

Floor 3½, part of report: knows policies; must not know blocks.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from html.parser import HTMLParser

from eppv_atlas.errors import RenderError


def digest(text: str) -> str:
    """How a policy names a script or style that may stand in the page."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


class _Meta(HTMLParser):
    """Finds the policy that a page sets itself."""

    policy: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = dict(attrs)
        if (
            self.policy is None
            and tag == "meta"
            and (held.get("http-equiv") or "").lower() == "content-security-policy"
        ):
            self.policy = held.get("content") or ""


def policy_of(live: bytes) -> dict[str, list[str]]:
    """The policy of a page by directive.

    Raises
    ------
    RenderError
        If it has none: its scripts would be neither allowed nor fenced in.
    """
    reader = _Meta()
    reader.feed(live.decode("utf-8", "replace"))
    if reader.policy is None:
        raise RenderError(
            "a live map has no Content-Security-Policy of its own; take pages that this package builds",
            "交互地图自身没有内容安全策略（Content-Security-Policy）；请使用本包生成的页面",
        )
    policy: dict[str, list[str]] = {}
    for directive in reader.policy.split(";"):
        name, *sources = directive.split() or [""]
        if name:
            policy.setdefault(name.lower(), sources)  # the first of a kind counts
    return policy


def merged(policies: Sequence[Mapping[str, Sequence[str]]]) -> str:
    """One policy that allows what each of these allows: a frame obeys its own and that of the page around it."""
    names = dict.fromkeys(name for policy in policies for name in policy)
    told = []
    for name in names:
        sources: dict[str, None] = {}
        for policy in policies:
            fetched = name.endswith("-src") and name != "default-src"
            sources |= dict.fromkeys(policy.get(name, policy.get("default-src", ()) if fetched else ()))
        some = [source for source in sources if source != "'none'"]
        told.append(" ".join([name, *(some or ["'none'"])]))
    return "; ".join(told)
