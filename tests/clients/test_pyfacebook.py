"""python-facebook-api at Facebook and Instagram. <https://sns-sdks.lkhardy.cn/python-facebook/>"""

import pytest
import requests
from pyfacebook import FacebookError, GraphAPI

from hosts import CALLBACKS
from sandbox import CLIENT_ID, CLIENT_SECRET

INES = "10221873645091827"
INSTAGRAM = "17841405822304914"
SCOPES = ["public_profile", "instagram_basic", "pages_show_list"]


def graph(secret=CLIENT_SECRET, **options):
    return GraphAPI(app_id=CLIENT_ID, app_secret=secret, **options)


def connect(sandbox):
    api = graph(oauth_flow=True, redirect_uri=CALLBACKS["instagram"], scope=SCOPES)
    page, _ = api.get_authorization_url()
    api.exchange_user_access_token(sandbox.allow(page, INES))
    return api


# X1, C4
def test_ines_connects_reads_her_accounts_and_takes_it_back(sandbox):
    api = connect(sandbox)
    long_lived = api.exchange_long_lived_user_access_token()
    api.access_token = long_lived["access_token"]
    assert long_lived["expires_in"] == 5_183_944

    fields = "id,name,instagram_business_account{id,username}"
    pages = api.get_full_connections("me", "accounts", count=None, limit=1, fields=fields)["data"]
    names = [page["instagram_business_account"]["username"] for page in pages]
    assert names == ["ines.paints", "atelier.carvalho"]
    profile = api.get_object(INSTAGRAM, fields="id,username,followers_count")
    assert profile == {"id": INSTAGRAM, "username": "ines.paints", "followers_count": 48_213}

    api.access_token = api.exchange_long_lived_user_access_token()["access_token"]
    assert api.get_object("me", fields="name")["name"] == "Inês Carvalho"

    assert api.delete_object("me", connection="permissions") == {"success": True}
    with pytest.raises(FacebookError) as refused:
        api.get_object("me")
    assert (refused.value.code, refused.value.error_subcode) == (190, 458)


# X1
def test_the_apps_own_token_tells_what_another_is_worth(sandbox):
    user = connect(sandbox)
    app = graph(application_only_auth=True)
    told = app.debug_token(user.access_token)["data"]
    assert told["is_valid"] and told["user_id"] == INES
    assert told["scopes"] == ["instagram_basic", "pages_show_list"]


# X1, S1: pyfacebook proves each call by the app's secret.
def test_a_proof_by_another_secret_is_refused(sandbox):
    token = connect(sandbox).access_token
    assert graph(access_token=token).get_object("me")["id"] == INES
    with pytest.raises(FacebookError, match="appsecret_proof"):
        graph("another", access_token=token).get_object("me")


# X1
def test_a_path_that_nobody_serves_is_unknown(sandbox):
    answer = requests.get("https://graph.facebook.com/v24.0/me/no/such/path")
    assert answer.json()["error"]["code"] == 2500
