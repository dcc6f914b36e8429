//! What each odd answer may come to, out of the platforms' contracts: strict with ids, tokens and
//! what a person consented to, tolerant with everything else.

use serde_json::{Value, json};

use super::changes::{Change, Edit, Kind};
use super::interceptor::Recorded;
use super::statuses::OAUTH_WORDS;
use super::trial::Case;
use super::{Operation, TestAccount};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Expected {
    /// As if the answer were good.
    Works,
    /// It is not taken: nothing is connected, or what was there stays.
    Refused,
    /// It works, or passes by itself.
    Harmless,
    /// The same, or the connection ends: read in one way, the platform says so.
    MayEnd,
    /// The connection ends.
    Ends,
}

/// What an operation cannot do without, by the last part of the field's pointer. Everything else
/// may be odd and nobody notices.
const NEEDED: [&str; 22] = [
    "0",
    "access_token",
    "app_id",
    "aud",
    "azp",
    "code",
    "data",
    "error",
    "id",
    "instagram_business_account",
    "is_valid",
    "isAuth",
    "items",
    "kind",
    "open_id",
    "permission",
    "refresh_token",
    "scope",
    "scopes",
    "status",
    "sub",
    "user",
];

/// Which change of this answer may come to what.
pub fn expected(account: TestAccount, operation: Operation, case: &Case) -> Expected {
    let Case { good, change } = case;
    match &change.edit {
        _ if change.kind == Kind::Final => Expected::Ends,
        _ if good.call.ends_with(RULES) => of_rules(change),
        Edit::Field { pointer, value } => {
            of_field(account, operation, &good.call, pointer, value.as_ref())
        }
        Edit::Body { .. } if change.is_harmless() => Expected::Works,
        Edit::Header { status: None, .. } => Expected::Works,
        Edit::Answer { status, .. } if change.name.ends_with(OAUTH_WORDS) => {
            of_oauth_words(account, operation, *status)
        }
        _ => Expected::Harmless,
    }
}

/// RFC 6749 has 400 for it, and some have 401. TikTok's code counts with any status below 500.
fn of_oauth_words(account: TestAccount, operation: Operation, status: u16) -> Expected {
    let own = match account.provider {
        "tiktok" => status < 500 && status != 429,
        "instagram" | "onlyfans" => false,
        _ => matches!(status, 400 | 401),
    };
    let asked = matches!(operation, Operation::Refresh | Operation::Test);
    if own && asked { Expected::MayEnd } else { Expected::Harmless }
}

/// The signing rules of OnlyFans, which are no platform's answer.
pub const RULES: &str = "/rules.json";

/// Without readable rules the last good ones stay in use. Others than OnlyFans' own make signatures
/// that it refuses: the operators hear of it, and no account ends.
fn of_rules(change: &Change) -> Expected {
    let Edit::Field { pointer, value } = &change.edit else {
        return Expected::Works;
    };
    let is_plain = |text: &str| {
        (1..=255).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
    };
    let signs = match (pointer.as_str(), value) {
        ("/static_param" | "/format" | "/app_token", Some(Value::String(text))) => is_plain(text),
        ("/checksum_constant", Some(Value::String(_) | Value::Number(_))) => true,
        ("/checksum_indexes/0", None | Some(Value::Number(_) | Value::String(_))) => true,
        _ => false,
    };
    if signs { Expected::Harmless } else { Expected::Works }
}

fn of_field(
    account: TestAccount,
    operation: Operation,
    call: &str,
    pointer: &str,
    value: Option<&Value>,
) -> Expected {
    let name = pointer.rsplit('/').next().unwrap_or_default();
    let holds_id = call.ends_with(account.id_call);
    let is_id = holds_id && pointer == account.id_pointer;
    let unusable = match value {
        None | Some(Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_)) => true,
        Some(Value::String(text)) => text.trim().is_empty(),
        Some(Value::Number(_)) => false,
    };
    let no_token = match value {
        Some(Value::String(text)) => text.trim().is_empty() || text.contains('\n'),
        _ => true,
    };
    match operation {
        Operation::Connect | Operation::Refresh if name == "access_token" && no_token => {
            Expected::Refused
        }
        Operation::Connect if is_id && unusable && is_read_once(account) => Expected::Refused,
        // The platform's own word about the account, which is connected and needs its person.
        Operation::Connect if says_gone(account, call, pointer, value) => Expected::Harmless,
        // Nobody without a task on the Page may publish there.
        Operation::Connect if name == "tasks" && value == Some(&json!([])) => Expected::Harmless,
        Operation::Test if finds(account, call, pointer) && !unusable => Expected::MayEnd,
        Operation::Test | Operation::Refresh if is_id && !unusable => Expected::MayEnd,
        Operation::Test | Operation::Refresh if says_gone(account, call, pointer, value) => {
            Expected::MayEnd
        }
        _ if NEEDED.contains(&name) || finds(account, call, pointer) => Expected::Harmless,
        _ => Expected::Works,
    }
}

/// Whether nothing else tells the id of an account. A Page that the person ticked is read by its id
/// as well, where a list of Pages does not hold it whole.
fn is_read_once(account: TestAccount) -> bool {
    account.provider != "instagram" || account.id_call == "/{id}"
}

/// Whether it leads to the Page of an account, which is not there then: an id of a portfolio, or
/// what was ticked.
fn finds(account: TestAccount, call: &str, pointer: &str) -> bool {
    match account.id_call {
        "/client_pages" => call.ends_with("/me/businesses") && pointer == "/data/0/id",
        "/{id}" => call.ends_with("/debug_token") && pointer.starts_with("/data/granular_scopes"),
        _ => false,
    }
}

/// The platform's own way to say that an account is not there any more, or stands still.
fn says_gone(account: TestAccount, call: &str, pointer: &str, value: Option<&Value>) -> bool {
    let emptied = match value {
        None | Some(Value::Null) => true,
        Some(Value::Array(items)) => items.is_empty(),
        _ => false,
    };
    let holds_id = call.ends_with(account.id_call);
    match (account.provider, pointer) {
        ("youtube", "/items") => emptied,
        ("youtube", "/items/0") => value.is_none(),
        // The Page is not in the list any more, not linked to the account, or not ticked.
        (
            "instagram",
            "/data"
            | "/data/0/tasks"
            | "/data/0/instagram_business_account"
            | "/instagram_business_account",
        ) if holds_id => emptied,
        ("instagram", "/data/0") if holds_id => value.is_none(),
        ("instagram", "/data") if call.ends_with("/me/businesses") => emptied,
        ("instagram", "/data/0") if call.ends_with("/me/businesses") => value.is_none(),
        ("instagram", "/data/granular_scopes") => emptied,
        ("instagram", "/data/is_valid") | ("onlyfans", "/isAuth") => {
            value == Some(&Value::Bool(false))
        }
        ("reddit", "/is_suspended") => value == Some(&Value::Bool(true)),
        _ => false,
    }
}

/// The platform's own permanent answers to this call: a list that the contracts give.
pub fn final_answers(account: TestAccount, operation: Operation, good: &Recorded) -> Vec<Change> {
    let to = |end: &str| good.call.ends_with(end);
    let answers: &[(u16, &str)] = match (account.provider, operation) {
        ("instagram", Operation::Test)
            if ["/me/accounts", "/me/businesses", "_pages", "/{id}"].into_iter().any(to) =>
        {
            &[(400, FACEBOOK_ENDED)]
        }
        ("instagram", Operation::Refresh) if to("fb_exchange_token") => &[(400, FACEBOOK_ENDED)],
        ("tiktok", Operation::Test) if to("/user/info/") => &[(401, TIKTOK_INVALID)],
        ("tiktok", Operation::Refresh) if to("refresh_token") => &[(400, OAUTH_ENDED)],
        ("youtube", Operation::Test) if to("/channels") => {
            &[(403, GOOGLE_SUSPENDED), (200, NO_CHANNEL)]
        }
        ("youtube", Operation::Refresh) if to("refresh_token") => &[(400, OAUTH_ENDED)],
        ("x", Operation::Test) if to("/users/me") => &[(401, X_REFUSED), (403, X_SUSPENDED)],
        ("x", Operation::Refresh) if to("refresh_token") => &[(400, X_ENDED)],
        ("reddit", Operation::Test) if to("/me") => &[(401, REDDIT_REFUSED)],
        ("reddit", Operation::Refresh) if to("refresh_token") => &[(400, REDDIT_ENDED)],
        ("onlyfans", Operation::Test | Operation::Refresh) if to("/users/me") => {
            &[(401, ONLYFANS_ENDED)]
        }
        _ => &[],
    };
    let change = |(status, body): &(u16, &'static str)| Change {
        kind: Kind::Final,
        name: format!("{status} with its own {body}"),
        edit: Edit::Answer {
            status: *status,
            content_type: "application/json; charset=UTF-8",
            body: (*body).into(),
        },
    };
    answers.iter().map(change).collect()
}

/// <https://developers.facebook.com/docs/facebook-login/guides/access-tokens/debugging>
const FACEBOOK_ENDED: &str = concat!(
    r#"{"error":{"message":"Error validating access token","type":"OAuthException","#,
    r#""code":190,"error_subcode":460,"fbtrace_id":"AbCdEfGhIjK"}}"#,
);
/// <https://developers.tiktok.com/doc/tiktok-api-v2-error-handling>
const TIKTOK_INVALID: &str = concat!(
    r#"{"data":{},"error":{"code":"access_token_invalid","#,
    r#""message":"The access token is invalid or not found in the request.","#,
    r#""log_id":"20261127233800ABCDEF"}}"#,
);
/// RFC 6749, 5.2
const OAUTH_ENDED: &str = concat!(
    r#"{"error":"invalid_grant","#,
    r#""error_description":"Token has been expired or revoked."}"#,
);
/// <https://developers.google.com/youtube/v3/docs/errors>
const GOOGLE_SUSPENDED: &str = concat!(
    r#"{"error":{"code":403,"message":"The account is suspended.","errors":[{"#,
    r#""domain":"youtube.common","reason":"authenticatedUserAccountSuspended","#,
    r#""message":"The account is suspended."}],"status":"PERMISSION_DENIED"}}"#,
);
/// <https://developers.google.com/youtube/v3/docs/channels/list>
const NO_CHANNEL: &str = concat!(
    r#"{"kind":"youtube#channelListResponse","etag":"RuuXzTIr0OoDqI4S0RU6n4FqKEM","#,
    r#""pageInfo":{"totalResults":0,"resultsPerPage":5}}"#,
);
/// <https://docs.x.com/x-api/fundamentals/response-codes-and-errors>
const X_REFUSED: &str = concat!(
    r#"{"title":"Unauthorized","type":"about:blank","status":401,"#,
    r#""detail":"Unauthorized"}"#,
);
const X_SUSPENDED: &str = concat!(
    r#"{"title":"Forbidden","type":"https://api.twitter.com/2/problems/user-suspended","#,
    r#""status":403,"detail":"User has been suspended."}"#,
);
const X_ENDED: &str = concat!(
    r#"{"error":"invalid_request","#,
    r#""error_description":"Value passed for the token was invalid."}"#,
);
/// <https://github.com/reddit-archive/reddit/wiki/OAuth2>
const REDDIT_REFUSED: &str = r#"{"message":"Unauthorized","error":401}"#;
const REDDIT_ENDED: &str = r#"{"message":"Bad Request","error":400}"#;
/// <https://github.com/datawhores/OF-Scraper>
const ONLYFANS_ENDED: &str = r#"{"error":{"code":0,"message":"Access denied."}}"#;
