"""PRAW at Reddit. <https://praw.readthedocs.io/en/stable/getting_started/authentication.html>"""

import praw
import prawcore
import pytest

from hosts import CALLBACKS
from sandbox import CLIENT_ID, CLIENT_SECRET, RESERVED, parameter

MARA = "4k2mf9qd"
TOBI_SUSPENDED = "c0wq7r5v"


def reddit(client=(CLIENT_ID, CLIENT_SECRET), **options):
    client_id, client_secret = client
    return praw.Reddit(
        client_id=client_id,
        client_secret=client_secret,
        redirect_uri=CALLBACKS["reddit"],
        user_agent="web:example.pottery:v1.0.0 (by /u/pottery)",
        check_for_updates=False,
        **options,
    )


def connect(sandbox, client, account):
    page = client.auth.url(scopes=["identity", "mysubreddits"], state="s-1", duration="permanent")
    back = sandbox.allow(page, account)
    assert parameter(back, "state") == "s-1"
    return client.auth.authorize(parameter(back, "code"))


# X1, C9
def test_mara_connects_reads_her_profile_and_takes_it_back(sandbox):
    client = reddit()
    refresh_token = connect(sandbox, client, MARA)
    me = client.user.me()
    assert (me.id, me.name, me.total_karma) == (MARA, "mara_makes_pots", 61_087)
    assert client.auth.scopes() == {"identity", "mysubreddits"}

    later = reddit(refresh_token=refresh_token)
    sandbox.advance(86_400)
    assert later.user.me().name == "mara_makes_pots"

    later._core._authorizer.revoke()
    assert sandbox.grants("reddit") == []
    with pytest.raises(prawcore.exceptions.ResponseException) as refused:
        reddit(refresh_token=refresh_token).user.me()
    assert refused.value.response.status_code == 400


# X1, C9: the end of a suspension stands still, and it passes.
def test_a_suspension_has_one_end(sandbox):
    refresh_token = connect(sandbox, reddit(), TOBI_SUSPENDED)
    first = reddit(refresh_token=refresh_token).user.me()
    assert first.is_suspended
    sandbox.advance(2 * 86_400)
    second = reddit(refresh_token=refresh_token).user.me()
    moved = first.suspension_expiration_utc - second.suspension_expiration_utc
    assert second.is_suspended and abs(moved - 2 * 86_400) < 60, "on the caller's clock"
    sandbox.advance(86_400)
    assert not reddit(refresh_token=refresh_token).user.me().is_suspended


# X1: Reddit takes id and secret as they are.
def test_an_app_with_reserved_characters_in_its_secret_connects(sandbox):
    client = reddit(RESERVED)
    connect(sandbox, client, MARA)
    assert client.user.me().id == MARA


# X1, T7
def test_a_wrong_secret_is_refused(sandbox):
    with pytest.raises(prawcore.exceptions.ResponseException) as refused:
        connect(sandbox, reddit((CLIENT_ID, "another")), MARA)
    assert refused.value.response.status_code == 401
