"""Tweepy at X. <https://docs.tweepy.org/en/stable/authentication.html>"""

import time

import pytest
import tweepy

from hosts import CALLBACKS
from sandbox import CLIENT_ID, CLIENT_SECRET, PUBLIC_CLIENT_ID, RESERVED

INES = "1427750916318339072"
SCOPES = ["tweet.read", "users.read", "offline.access"]
TOKEN = "https://api.twitter.com/2/oauth2/token"
REVOKE = "https://api.twitter.com/2/oauth2/revoke"


def handler(client_id=CLIENT_ID, client_secret=CLIENT_SECRET):
    return tweepy.OAuth2UserHandler(
        client_id=client_id,
        client_secret=client_secret,
        redirect_uri=CALLBACKS["x"],
        scope=SCOPES,
    )


def connect(sandbox, handler):
    return handler.fetch_token(sandbox.allow(handler.get_authorization_url(), INES))


def me(token, **fields):
    return tweepy.Client(token["access_token"]).get_me(user_auth=False, **fields).data


# X1, C8
@pytest.mark.parametrize(
    "client", [(CLIENT_ID, CLIENT_SECRET), (PUBLIC_CLIENT_ID, None), RESERVED]
)
def test_ines_connects_refreshes_and_takes_it_back(sandbox, client):
    x = handler(*client)
    token = connect(sandbox, x)
    user = me(token, user_fields=["created_at", "public_metrics", "verified", "withheld"])
    assert (str(user.id), user.username) == (INES, "ines_draws")
    assert user.public_metrics["followers_count"] == 18_420

    sandbox.advance(7_200)
    with pytest.raises(tweepy.Unauthorized):
        me(token)
    renewed = x.refresh_token(TOKEN, auth=x.auth, client_id=client[0])
    assert renewed["refresh_token"] != token["refresh_token"]
    assert me(renewed).username == "ines_draws"

    form = {"token": renewed["refresh_token"], "client_id": client[0]}
    revoked = x.post(REVOKE, data=form, auth=x.auth, withhold_token=True)
    assert revoked.json() == {"revoked": True}
    with pytest.raises(tweepy.Unauthorized):
        me(renewed)
    assert sandbox.grants("x") == []


# X1, C8: `wait_on_rate_limit` sleeps until the told second, so it must be near on its clock.
def test_the_window_ends_within_a_quarter_of_an_hour_though_the_clock_was_moved(sandbox):
    sandbox.advance(6 * 3_600)
    token = connect(sandbox, handler())
    with pytest.raises(tweepy.TooManyRequests) as refused:
        for _ in range(76):
            me(token)
    wait = refused.value.reset_time - time.time()
    assert 0 < wait <= 15 * 60
