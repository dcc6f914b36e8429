"""The sandbox from outside: its control API, and the consent pages that people walk through."""

from urllib.parse import parse_qs, urlsplit

import requests

CLIENT_ID = "huntaze-sandbox"
CLIENT_SECRET = "huntaze-sandbox-secret"
# A program on people's own devices, which can keep no secret.
PUBLIC_CLIENT_ID = "huntaze-sandbox-public"
# An app whose id and secret hold every character that an encoding can spoil.
RESERVED = ("huntaze sandbox+%41/&=?", 'a:b+c d%2Fe&f=g/h?~"')


class Sandbox:
    def __init__(self, base):
        self.base = base

    def control(self, path, **order):
        answer = requests.post(f"{self.base}/control/{path}", json=order)
        answer.raise_for_status()
        return answer.json()

    def register(self, platform, redirect_uri):
        self.control(f"{platform}/redirect-uris", redirectUri=redirect_uri)

    def advance(self, seconds):
        self.control("clock", advanceSeconds=seconds)

    def grants(self, platform):
        grants = requests.get(f"{self.base}/control/state").json()["grants"]
        return [grant for grant in grants if grant["platform"] == platform]

    def allow(self, consent_page, account):
        """Posts the form of a consent page; the address that the browser is sent back to."""
        form = {"account": account, "decision": "allow"}
        answer = requests.post(consent_page, data=form, allow_redirects=False)
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]


def parameter(url, name):
    return parse_qs(urlsplit(url).query)[name][0]
