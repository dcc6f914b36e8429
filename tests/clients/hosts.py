"""Which of the sandbox's prefixes stands for which host.

The libraries are told nothing: `requests` takes every connection through an adapter, and this one
leads the platforms' hosts to the sandbox. It lets nothing out to anywhere else.
"""

from urllib.parse import urlsplit, urlunsplit

import requests
from requests.adapters import HTTPAdapter

PREFIXES = {
    "www.reddit.com": "reddit",
    "oauth.reddit.com": "reddit",
    "x.com": "x",
    "api.x.com": "x",
    "twitter.com": "x",
    "api.twitter.com": "x",
    "accounts.google.com": "youtube",
    "oauth2.googleapis.com": "youtube",
    "www.googleapis.com": "youtube",
    "www.facebook.com": "instagram",
    "graph.facebook.com": "instagram",
}

# Where the consent pages lead back to: an app of somebody else's.
CALLBACKS = {
    "reddit": "https://pottery.example/reddit",
    "x": "https://pottery.example/x",
    "youtube": "https://pottery.example/youtube",
    "instagram": "https://pottery.example/facebook",
}


def adapter_to(sandbox):
    class ToSandbox(HTTPAdapter):
        def send(self, request, **options):
            request.url = redirected(request.url, sandbox)
            return super().send(request, **options)

    return ToSandbox


def redirected(url, sandbox):
    scheme, host, path, query, _ = urlsplit(url)
    if f"{scheme}://{host}" == sandbox:
        return url
    if host not in PREFIXES:
        raise requests.ConnectionError(f"{host} is no platform of these tests")
    scheme, host, *_ = urlsplit(sandbox)
    return urlunsplit((scheme, host, f"/{PREFIXES[urlsplit(url).hostname]}{path}", query, ""))
