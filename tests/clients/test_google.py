"""google-auth and google-api-python-client at YouTube.

<https://developers.google.com/youtube/v3/guides/auth/server-side-web-apps>
"""

import google.auth.exceptions
import pytest
import requests
from google.auth.transport.requests import Request
from google.oauth2 import id_token
from google.oauth2.credentials import Credentials
from google_auth_oauthlib.flow import Flow
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError

from hosts import CALLBACKS
from sandbox import CLIENT_ID, CLIENT_SECRET

INES = "UCx4Qe7mVtR2nYp0LwHs3ABg"
READONLY = "https://www.googleapis.com/auth/youtube.readonly"
UPLOAD = "https://www.googleapis.com/auth/youtube.upload"
CERTS = "https://www.googleapis.com/oauth2/v3/certs"
CLIENT = {
    "web": {
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "auth_uri": "https://accounts.google.com/o/oauth2/v2/auth",
        "token_uri": "https://oauth2.googleapis.com/token",
    }
}


def connect(sandbox, scopes):
    flow = Flow.from_client_config(CLIENT, scopes=scopes, redirect_uri=CALLBACKS["youtube"])
    page, _ = flow.authorization_url(access_type="offline", prompt="consent")
    flow.fetch_token(authorization_response=sandbox.allow(page, INES))
    return flow.credentials


def channels(sandbox, credentials, **query):
    # It speaks httplib2, not requests, and is told by its own option where the API is.
    options = {"api_endpoint": f"{sandbox.base}/youtube/"}
    youtube = build("youtube", "v3", credentials=credentials, client_options=options)
    with youtube:
        return youtube.channels().list(mine=True, **query).execute()


# X1, C7
def test_ines_connects_refreshes_and_takes_it_back(sandbox):
    credentials = connect(sandbox, [READONLY])
    found = channels(sandbox, credentials, part="snippet,statistics")
    assert found["items"][0]["id"] == INES
    assert found["items"][0]["statistics"]["subscriberCount"] == "324000"

    first = credentials.token
    sandbox.advance(3_600)
    credentials.refresh(Request())
    assert credentials.token != first
    assert channels(sandbox, credentials, part="id")["pageInfo"]["totalResults"] == 1

    revoked = requests.post(
        "https://oauth2.googleapis.com/revoke",
        params={"token": credentials.token},
        headers={"content-type": "application/x-www-form-urlencoded"},
    )
    assert revoked.status_code == 200
    with pytest.raises(google.auth.exceptions.RefreshError, match="invalid_grant"):
        credentials.refresh(Request())


# X1, C7
def test_who_connects_is_told_by_an_id_token_that_google_auth_checks(sandbox):
    credentials = connect(sandbox, ["openid", READONLY])
    claims = id_token.verify_token(credentials.id_token, Request(), CLIENT_ID, CERTS)
    assert claims["sub"] == "104817263549870213345"
    credentials.refresh(Request())
    assert id_token.verify_token(credentials.id_token, Request(), CLIENT_ID, CERTS) != {}
    with pytest.raises(Exception, match="audience|Audience"):
        id_token.verify_token(credentials.id_token, Request(), "somebody-else", CERTS)


# X1, C4: a refresh cannot widen what was allowed.
def test_a_refresh_with_a_wider_scope_is_refused(sandbox):
    narrow = connect(sandbox, [READONLY])
    wide = Credentials(
        None,
        refresh_token=narrow.refresh_token,
        token_uri=CLIENT["web"]["token_uri"],
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
        scopes=[READONLY, UPLOAD],
    )
    with pytest.raises(google.auth.exceptions.RefreshError, match="invalid_scope"):
        wide.refresh(Request())


# X1, C7
def test_fields_and_results_are_what_was_asked_for(sandbox):
    credentials = connect(sandbox, [READONLY])
    query = {"part": "snippet", "fields": "items(id,snippet/title)", "maxResults": 50}
    found = channels(sandbox, credentials, **query)
    assert found == {"items": [{"id": INES, "snippet": {"title": "Inês Paints"}}]}
    with pytest.raises(HttpError) as refused:
        channels(sandbox, credentials, part="snippet", maxResults=51)
    assert refused.value.status_code == 400
