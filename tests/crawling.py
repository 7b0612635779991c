"""Follows the links of the site as somebody would, from page to page, with a few addresses of each kind."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urldefrag, urljoin, urlsplit

from django.core.signals import request_finished
from django.db import close_old_connections
from django.http import HttpResponse
from django.test import Client
from django.urls import Resolver404, resolve

#: Ends what somebody is doing, or changes something on being followed: Oscar's own.
NOT_FOLLOWED = ("logout", "set_language", "jsi18n")


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag, attrs):
        href = dict(attrs).get("href")
        if tag == "a" and href is not None:
            self.found.append(href)


def links_of(html: str) -> list[str]:
    """Return the addresses of all links of *html*, as they are written."""
    reader = _Links()
    reader.feed(html)
    return reader.found


@dataclass
class Visit:
    """What somebody saw who followed a link."""

    address: str
    #: The page on which the link was, and the view that answers it.
    found_on: str
    view: str
    response: HttpResponse

    def __str__(self) -> str:
        return f"{self.found_on} → {self.address}: {self.response.status_code}"


def view_of(address: str) -> str:
    """Return the name of the view that answers *address*, with the names of what is asked for."""
    parts = urlsplit(address)
    try:
        match = resolve(parts.path)
    except Resolver404:
        return parts.path
    kind = ":".join(sorted({name.partition("=")[0] for name in parts.query.split("&") if name}))
    return f"{match.view_name}?{kind}"


def crawl(client: Client, *starts: str, each: int = 2) -> Iterator[Visit]:
    """Follow links from *starts*, *each* so many addresses of a kind, and yield what comes."""
    queue = deque((start, "") for start in starts)
    seen, kinds = set(starts), Counter[str]()
    while queue:
        address, found_on = queue.popleft()
        visit = Visit(address, found_on, view_of(address), client.get(address, follow=True))
        yield visit
        _close(visit.response)
        for link in _site_links(visit, address):
            kind = view_of(link)
            if link not in seen and kinds[kind] < each and not any(word in kind for word in NOT_FOLLOWED):
                seen.add(link)
                kinds[kind] += 1
                queue.append((link, address))


def _close(response: HttpResponse) -> None:
    """Close the files of *response*, but not the database, which the test goes on with; Django's client does so too."""
    request_finished.disconnect(close_old_connections)
    try:
        response.close()
    finally:
        request_finished.connect(close_old_connections)


def _site_links(visit: Visit, address: str) -> Iterator[str]:
    response = visit.response
    if response.streaming or not response.headers.get("Content-Type", "").startswith("text/html"):
        return
    chain = getattr(response, "redirect_chain", [])
    here = urljoin(address, chain[-1][0]) if chain else address
    for href in links_of(response.content.decode()):
        parts = urlsplit(urljoin(f"http://testserver{urlsplit(here).path}", href))
        if parts.netloc == "testserver" and parts.scheme in ("http", "https"):
            yield urldefrag(parts._replace(scheme="", netloc="").geturl()).url
