"""Authlib, which knows OAuth 2.0 and OpenID Connect and no platform in particular.

<https://docs.authlib.org/en/stable/oauth2/client/http/index.html>
"""

import pytest
import requests
from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session
from authlib.integrations.base_client import OAuthError
from joserfc import jwt
from joserfc.jwk import KeySet

from hosts import CALLBACKS
from sandbox import CLIENT_ID, CLIENT_SECRET, PUBLIC_CLIENT_ID, RESERVED, parameter

X = {
    "page": "https://x.com/i/oauth2/authorize",
    "token": "https://api.x.com/2/oauth2/token",
    "revoke": "https://api.x.com/2/oauth2/revoke",
    "profile": "https://api.x.com/2/users/me",
}
GOOGLE = {
    "page": "https://accounts.google.com/o/oauth2/v2/auth",
    "token": "https://oauth2.googleapis.com/token",
    "revoke": "https://oauth2.googleapis.com/revoke",
    "info": "https://oauth2.googleapis.com/tokeninfo",
    "certs": "https://www.googleapis.com/oauth2/v3/certs",
}
READONLY = "https://www.googleapis.com/auth/youtube.readonly"
INES_ON_X = "1427750916318339072"
INES_ON_YOUTUBE = "UCx4Qe7mVtR2nYp0LwHs3ABg"


def on_x(client_id=CLIENT_ID, client_secret=CLIENT_SECRET):
    method = "client_secret_basic" if client_secret else "none"
    return OAuth2Session(
        client_id,
        client_secret,
        scope="tweet.read users.read offline.access",
        redirect_uri=CALLBACKS["x"],
        token_endpoint_auth_method=method,
        code_challenge_method="S256",
    )


def on_youtube(method):
    return OAuth2Session(
        CLIENT_ID,
        CLIENT_SECRET,
        scope=f"openid email {READONLY}",
        redirect_uri=CALLBACKS["youtube"],
        token_endpoint_auth_method=method,
        code_challenge_method="S256",
    )


def connect(sandbox, session, platform, account, **query):
    verifier = generate_token(48)
    page, _ = session.create_authorization_url(platform["page"], code_verifier=verifier, **query)
    back = sandbox.allow(page, account)
    return session.fetch_token(
        platform["token"], authorization_response=back, code_verifier=verifier
    )


# X1, C8: a confidential client, a public one, and one whose id and secret need care.
@pytest.mark.parametrize(
    "client", [(CLIENT_ID, CLIENT_SECRET), (PUBLIC_CLIENT_ID, None), RESERVED]
)
def test_ines_connects_at_x_refreshes_and_takes_it_back(sandbox, client):
    session = on_x(*client)
    token = connect(sandbox, session, X, INES_ON_X)
    assert session.get(X["profile"]).json()["data"]["id"] == INES_ON_X
    renewed = session.refresh_token(X["token"])
    assert renewed["refresh_token"] != token["refresh_token"]
    assert session.get(X["profile"]).status_code == 200
    revoked = session.revoke_token(X["revoke"], token=renewed["refresh_token"])
    assert revoked.status_code == 200
    assert session.get(X["profile"]).status_code == 401


# X1, C7: the client's secret in the form, and by HTTP Basic.
@pytest.mark.parametrize("method", ["client_secret_post", "client_secret_basic"])
def test_ines_connects_at_google_refreshes_and_takes_it_back(sandbox, method):
    session = on_youtube(method)
    offline = {"access_type": "offline", "prompt": "consent", "nonce": "n-1"}
    token = connect(sandbox, session, GOOGLE, INES_ON_YOUTUBE, **offline)

    keys = KeySet.import_key_set(requests.get(GOOGLE["certs"]).json())
    claims = jwt.decode(token["id_token"], keys, algorithms=["RS256"]).claims
    assert (claims["nonce"], claims["aud"]) == ("n-1", CLIENT_ID)
    assert claims["email"] == "inespaints@example.com"

    info = session.post(GOOGLE["info"]).json()
    assert (info["aud"], info["sub"]) == (CLIENT_ID, claims["sub"])
    assert session.refresh_token(GOOGLE["token"])["access_token"] != token["access_token"]
    assert session.revoke_token(GOOGLE["revoke"], token=token["refresh_token"]).status_code == 200
    with pytest.raises(OAuthError, match="invalid_grant"):
        session.refresh_token(GOOGLE["token"], refresh_token=token["refresh_token"])


# X1, S1: what a parser would make the registered address is another text.
@pytest.mark.parametrize(
    "changed",
    [
        "https://POTTERY.example/x",
        "https://pottery.example/./x",
        "https://pottery.example/a/../x",
        "https://user:pw@pottery.example/x",
        "https://pottery.example:443/x",
        "https://pottery.example/x\t",
        "https://elsewhere.example/x",
    ],
)
def test_a_consent_page_leads_back_to_a_registered_address_only(sandbox, changed):
    session = on_x()
    page, _ = session.create_authorization_url(
        X["page"], code_verifier=generate_token(48), redirect_uri=changed
    )
    assert parameter(page, "redirect_uri") == changed
    form = {"account": INES_ON_X, "decision": "allow"}
    refused = requests.post(page, data=form, allow_redirects=False)
    assert refused.status_code == 400 and "redirect_uri" in refused.text


# X1
@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("https://api.x.com/2/no/such/path", "application/problem+json"),
        ("https://oauth2.googleapis.com/no/such/path", "text/html"),
        ("https://graph.facebook.com/v26.0/me/no/such/path", "application/json"),
    ],
)
def test_a_path_that_is_not_served_is_not_found_in_the_platforms_own_way(sandbox, path, kind):
    answer = requests.get(path)
    assert answer.headers["content-type"].startswith(kind)
    assert "invalid_grant" not in answer.text and "not valid" not in answer.text
