//! How other people's clients call Reddit.

use serde_json::json;

use super::{AGENT, MARA, TWIN, allow};
use crate::sandbox::tests::{Client, basic_form_encoded, basic_of, callback, reserved};

// X1, C9: libraries add their own names to it.
#[tokio::test]
async fn the_form_of_a_user_agent_has_to_be_within_it() {
    let client = Client::new();
    let form = "web:com.example.huntaze:v1.0.0 (by /u/huntaze)";
    for agent in
        [form, &format!("{form} PRAW/8.0.3 prawcore/4.0.0"), &format!("Mozilla/5.0 {form} extra")]
    {
        let headers = [("user-agent", agent)];
        assert_eq!(client.get("/reddit/api/v1/me", &headers).await.status, 401, "{agent}");
    }
}

// X1, C9: Reddit reads id and secret as they are.
#[tokio::test]
async fn an_app_with_reserved_characters_is_known_by_them_as_they_are() {
    let client = Client::new();
    let (id, secret) = reserved();
    let code = allow(&client, MARA, &[("client_id", id)]).await;
    let redirect_uri = callback(TWIN.id);
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", &redirect_uri),
    ];
    for (proof, status) in [(basic_form_encoded(id, secret), 401), (basic_of(id, secret), 200)] {
        let headers = [AGENT, ("authorization", proof.as_str())];
        let answer = client.post("/reddit/api/v1/access_token", &headers, &form).await;
        assert_eq!(answer.status, status, "{}", answer.body);
    }
}

// X1
#[tokio::test]
async fn an_unknown_path_is_not_found() {
    let client = Client::new();
    for path in ["/reddit/api/v1/nothing", "/reddit/api/v1/access_token/nothing"] {
        let answer = client.get(path, &[AGENT]).await;
        assert_eq!(answer.json(), json!({ "message": "Not Found", "error": 404 }), "{path}");
    }
}
