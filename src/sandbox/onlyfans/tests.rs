//! What is known of OnlyFans' rules, section by section of the contract.

use serde_json::{Value, json};

use super::{
    people,
    rules::{APP_TOKEN, FIRST, Rules, SECOND, sign},
};
use crate::sandbox::{
    clock,
    tests::{Answer, Client},
};

const MARA: &str = "216348905";
const TWO_FACTOR: &str = "88120457";
const FAN: &str = "402918336";
const ME: &str = "/api2/v2/users/me";

/// What a creator pastes.
#[derive(Clone)]
struct Pasted {
    cookie: String,
    x_bc: String,
    user_agent: String,
    id: String,
}

async fn log_in(client: &Client, account: &str) -> Pasted {
    let path = format!("/onlyfans/session?account={account}");
    let session = client.get(&path, &[]).await;
    Pasted {
        cookie: session.text("cookie"),
        x_bc: session.text("xBc"),
        user_agent: session.text("userAgent"),
        id: account.to_owned(),
    }
}

fn now() -> i64 {
    clock::system() * 1_000
}

async fn call(client: &Client, pasted: &Pasted, path: &str, rules: &Rules, time: i64) -> Answer {
    let time = time.to_string();
    let signature = sign(rules, &time, path, &pasted.id);
    let headers = [
        ("app-token", APP_TOKEN),
        ("user-id", &pasted.id),
        ("x-bc", &pasted.x_bc),
        ("user-agent", &pasted.user_agent),
        ("cookie", &pasted.cookie),
        ("time", &time),
        ("sign", &signature),
    ];
    client.get(&format!("/onlyfans{path}"), &headers).await
}

async fn me(client: &Client, pasted: &Pasted) -> Answer {
    call(client, pasted, ME, &FIRST, now()).await
}

fn message(answer: &Answer) -> (u16, Value) {
    let message = answer.json()["error"]["message"].take();
    (answer.status.as_u16(), message)
}

fn refresh_the_page() -> (u16, Value) {
    (400, json!("Please refresh the page"))
}

fn access_denied() -> (u16, Value) {
    (401, json!("Access denied."))
}

// C10: the vectors of the contract.
#[test]
fn the_signature_is_the_one_of_the_contract() {
    let at = |path| sign(&FIRST, "1700000000000", path, "123456789");
    assert_eq!(at(ME), "12345:073d22f859015457bf61c1b5d3cb5f15828d9a37:7b1:6a0b1c2d");
    assert_eq!(
        at("/api2/v2/subscriptions/count/all?x=1"),
        "12345:705a5ef2b6b65d9e2b6781d5025383a1099d1e27:737:6a0b1c2d"
    );
}

// C10
#[tokio::test]
async fn mara_logs_in_and_is_seen() {
    let client = Client::new();
    let mara = log_in(&client, MARA).await;
    assert_eq!(mara.x_bc.len(), 40);
    let seen = me(&client, &mara).await.json();
    assert_eq!(
        (&seen["id"], &seen["isAuth"], &seen["isPerformer"]),
        (&json!(216_348_905), &json!(true), &json!(true))
    );
    assert_eq!(seen["upload"]["geoUploadArgs"], json!([]));
    let path = "/api2/v2/subscriptions/count/all?x=%5B1%5D";
    let counts = call(&client, &mara, path, &FIRST, now()).await.json();
    assert_eq!(counts["subscribers"]["active"], 1_842);

    let fan = log_in(&client, FAN).await;
    let seen = me(&client, &fan).await.json();
    assert_eq!((&seen["isAuth"], &seen["canEarn"]), (&json!(true), &json!(false)));
}

// C10: a page to copy from, without scripts, and the file keeps no session.
#[tokio::test]
async fn the_page_shows_what_there_is_to_paste() {
    let client = Client::new();
    let page = client.get("/onlyfans/login", &[]).await.body;
    assert!(people::accounts().iter().all(|account| page.contains(account.id)));
    let values = client.post("/onlyfans/login", &[], &[("account", TWO_FACTOR)]).await.body;
    assert!(values.contains("auth_id=88120457") && values.contains("auth_uid_88120457="));
    assert!(values.contains("Safari/605.1.15") && values.contains("<textarea readonly"));
    assert_eq!(client.get("/onlyfans/session?account=nobody", &[]).await.status, 400);

    let mara = log_in(&client, MARA).await;
    let sess = mara.cookie.split("sess=").nth(1).and_then(|rest| rest.get(..26));
    let client = client.restarted();
    assert_eq!(me(&client, &mara).await.status, 200);
    assert!(!client.file().contains(sess.expect("a session")));
    assert!(!client.file().contains(&mara.x_bc));
}

// C10: the complete check of the signature.
#[tokio::test]
async fn a_call_that_is_not_signed_right_is_told_to_refresh_the_page() {
    let client = Client::new();
    let mara = log_in(&client, MARA).await;
    let refused = call(&client, &mara, ME, &SECOND, now()).await;
    assert_eq!(message(&refused), refresh_the_page());
    assert_eq!(refused.json()["error"]["code"], 401);
    let late = call(&client, &mara, ME, &FIRST, now() - 3_600_000).await;
    assert_eq!(message(&late), refresh_the_page());
    let in_seconds = call(&client, &mara, ME, &FIRST, clock::system()).await;
    assert_eq!(in_seconds.status, 200);
    assert_eq!(message(&client.get("/onlyfans/api2/v2/users/me", &[]).await), refresh_the_page());

    let time = now().to_string();
    for (path, token) in [("/onlyfans/api2/v2/users/me", APP_TOKEN), (ME, "wrong")] {
        let signature = sign(&FIRST, &time, path, MARA);
        let headers = [
            ("app-token", token),
            ("user-id", MARA),
            ("x-bc", &mara.x_bc),
            ("user-agent", &mara.user_agent),
            ("cookie", &mara.cookie),
            ("time", &time),
            ("sign", &signature),
        ];
        let refused = client.get("/onlyfans/api2/v2/users/me", &headers).await;
        assert_eq!(message(&refused), refresh_the_page(), "{path}");
    }
    assert_eq!(me(&client, &mara).await.status, 200, "the session has not suffered");
    client.advance(90 * 86_400).await;
    assert_eq!(me(&client, &mara).await.status, 200, "nor from the sandbox's clock");
}

// C10
#[tokio::test]
async fn a_new_web_build_refuses_the_old_rules() {
    let client = Client::new();
    let mara = log_in(&client, MARA).await;
    let rules = client.get("/onlyfans/rules.json", &[]).await;
    assert_eq!(rules.text("format"), "12345:{}:{:x}:6a0b1c2d");
    assert_eq!(rules.json()["checksum_indexes"].as_array().map(Vec::len), Some(32));
    client.control("onlyfans/switches", json!({ "newRules": true })).await;
    assert_eq!(message(&me(&client, &mara).await), refresh_the_page());
    let rules = client.get("/onlyfans/rules.json", &[]).await;
    assert_eq!(rules.text("static_param"), SECOND.static_param);
    assert_eq!(call(&client, &mara, ME, &SECOND, now()).await.status, 200);
}

// C10: a wrong browser ends the session for good.
#[tokio::test]
async fn another_browser_kills_the_session() {
    let client = Client::new();
    for spoil in
        [(|pasted: &mut Pasted| pasted.user_agent.push('x')) as fn(&mut Pasted), |pasted| {
            pasted.x_bc = "0".repeat(40)
        }]
    {
        let mara = log_in(&client, MARA).await;
        let other = log_in(&client, MARA).await;
        let mut wrong = mara.clone();
        spoil(&mut wrong);
        assert_eq!(message(&me(&client, &wrong).await), access_denied());
        assert_eq!(message(&me(&client, &mara).await), access_denied(), "dead");
        assert_eq!(me(&client, &other).await.status, 200, "her other browser is not");
    }
}

// C10
#[tokio::test]
async fn values_of_two_logins_do_not_go_together() {
    let client = Client::new();
    let mara = log_in(&client, MARA).await;
    let wrong = Pasted { id: FAN.into(), ..mara.clone() };
    assert_eq!(message(&me(&client, &wrong).await), (400, json!("Wrong user.")));
    let kofi = log_in(&client, TWO_FACTOR).await;
    assert_eq!(me(&client, &kofi).await.json()["isOtpEnabled"], true);
    let without = kofi.cookie.replace("auth_uid_88120457", "auth_uid");
    let half = Pasted { cookie: without, ..kofi.clone() };
    assert_eq!(message(&me(&client, &half).await), access_denied());
    assert_eq!(me(&client, &kofi).await.status, 200);
}

// C10, T7
#[tokio::test]
async fn a_session_ends_in_two_ways() {
    let client = Client::new();
    let mara = log_in(&client, MARA).await;
    client.control("onlyfans/expire", json!({ "account": MARA })).await;
    let out = me(&client, &mara).await;
    assert_eq!((out.status.as_u16(), &out.json()["isAuth"]), (200, &json!(false)));
    let mara = log_in(&client, MARA).await;
    client.control("onlyfans/revoke", json!({ "account": MARA })).await;
    assert_eq!(message(&me(&client, &mara).await), access_denied());
}

// C10
#[tokio::test]
async fn an_identity_check_leaves_the_session_good() {
    let client = Client::new();
    let mara = log_in(&client, MARA).await;
    client.control("onlyfans/switches", json!({ "identityCheck": true })).await;
    let asked = me(&client, &mara).await;
    let error = asked.json()["error"].take();
    assert_eq!((asked.status.as_u16(), &error["code"]), (400, &json!(101)));
    assert_eq!(error["payload"]["otpState"]["forceFaceOtp"], true);
    client.control("onlyfans/switches", json!({ "identityCheck": false })).await;
    assert_eq!(me(&client, &mara).await.status, 200);
}

// C10, T6
#[tokio::test]
async fn a_replaced_session_is_the_only_one_that_works() {
    let client = Client::new();
    let old = log_in(&client, MARA).await;
    client.control("onlyfans/switches", json!({ "rotatesSession": true })).await;
    let answer = me(&client, &old).await;
    let fresh = answer.header("set-cookie").split(';').next().expect("a cookie").to_owned();
    assert!(answer.status == 200 && fresh.starts_with("sess="));
    assert_eq!(message(&me(&client, &old).await), access_denied());
    let new = Pasted { cookie: format!("{fresh}; auth_id={MARA}"), ..old };
    assert_eq!(me(&client, &new).await.status, 200);
}

// C9, X2
#[tokio::test]
async fn blocked_is_a_page_and_the_rest_is_json() {
    let client = Client::new();
    let order = async |kind: u16, reason: Value| {
        let order = json!({ "platform": "onlyfans", "kind": kind, "reason": reason, "times": 1 });
        client.control("faults", order).await;
        client.get("/onlyfans/api2/v2/users/me", &[]).await
    };
    let blocked = order(403, Value::Null).await;
    assert!(blocked.status == 403 && blocked.header("content-type").starts_with("text/html"));
    assert_eq!(message(&order(403, json!("json")).await), (403, json!("Access denied.")));
    assert_eq!(message(&order(401, json!("Please refresh the page")).await).0, 401);
    assert_eq!(message(&order(429, Value::Null).await).0, 429);
    assert_eq!(order(400, json!("105")).await.json()["error"]["code"], 105);
}

// X1: no number in a header ends the sandbox.
#[tokio::test]
async fn a_time_at_the_end_of_all_numbers_is_only_wrong() {
    let client = Client::new();
    for time in [i64::MIN, i64::MAX] {
        let time = time.to_string();
        let headers = [("app-token", APP_TOKEN), ("time", time.as_str())];
        assert_eq!(client.get("/onlyfans/api2/v2/users/me", &headers).await.status, 400);
    }
}
