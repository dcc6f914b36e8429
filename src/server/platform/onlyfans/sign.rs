//! The signature that the web app puts on every call, and the call.
//! <https://github.com/deviint/onlyfans-dynamic-rules>

use http::Method;
use sha1::{Digest, Sha1};

use super::rules::Rules;
use super::session::Session;
use super::settings::OnlyFansSettings;
use crate::server::platform::{Client, PlatformResponse, Result};

const HOST: &str = "https://onlyfans.com";

/// A signed GET, sent once. `path` is signed as it is written here: what a base URL puts before it
/// belongs to a proxy, not to OnlyFans.
pub async fn get(
    client: &Client,
    rules: &Rules,
    session: &Session,
    path: &'static str,
) -> Result<PlatformResponse> {
    let now = client.now();
    let settings: OnlyFansSettings = client.settings().own();
    let time =
        if settings.time_in_seconds { now.timestamp() } else { now.timestamp_millis() }.to_string();
    let user = session.user_id();
    let mut call = client
        .call(Method::GET, client.url(HOST, path))
        .label(path)
        .once()
        .header("accept", "application/json, text/plain, */*")
        .header("app-token", &rules.app_token)
        .header("user-id", user)
        .header("sign", &sign(rules, &time, path, user))
        .header("time", &time)
        .header("referer", "https://onlyfans.com/")
        .header("user-agent", session.user_agent())
        .secret_header("x-bc", session.x_bc())
        .secret_header("cookie", &session.cookie_header());
    for (name, value) in &settings.extra_headers {
        call = call.header(name, value);
    }
    call.send().await
}

/// SHA-1 over four lines, then a checksum of some of its characters, between the two marks of the
/// web app's build.
fn sign(rules: &Rules, time: &str, path: &str, user: &str) -> String {
    let digest = Sha1::digest(format!("{}\n{time}\n{path}\n{user}", rules.static_param));
    let hash: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    // Rules are read only with indexes inside the hash.
    let sum: i64 = rules.indexes.iter().map(|&index| i64::from(hash.as_bytes()[index])).sum();
    let check = sum.saturating_add(rules.constant).unsigned_abs();
    format!("{}:{hash}:{check:x}:{}", rules.prefix, rules.suffix)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules() -> Rules {
        Rules {
            static_param: "EXAMPLEstaticparam0000000000000A".into(),
            prefix: "12345".into(),
            suffix: "6a0b1c2d".into(),
            indexes: vec![
                2, 2, 3, 3, 4, 7, 8, 9, 9, 11, 15, 16, 19, 22, 23, 23, 25, 25, 26, 27, 28, 28, 29,
                31, 31, 31, 32, 32, 34, 35, 39, 39,
            ],
            constant: -105,
            app_token: String::new(),
        }
    }

    // C10
    #[test]
    fn calls_are_signed_as_the_web_app_signs_them() {
        let vectors = [
            ("/api2/v2/users/me", "12345:073d22f859015457bf61c1b5d3cb5f15828d9a37:7b1:6a0b1c2d"),
            (
                "/api2/v2/subscriptions/count/all?x=1",
                "12345:705a5ef2b6b65d9e2b6781d5025383a1099d1e27:737:6a0b1c2d",
            ),
        ];
        for (path, signature) in vectors {
            assert_eq!(sign(&rules(), "1700000000000", path, "123456789"), signature);
        }
    }

    // C10: the checksum is absolute, whatever the constant.
    #[test]
    fn a_large_negative_constant_does_not_turn_the_checksum_negative() {
        let rules = Rules { constant: -1_000_000, ..rules() };
        let signature = sign(&rules, "1700000000000", "/api2/v2/users/me", "123456789");
        // 0x7b1 + 105 characters' worth, less a million.
        let expected = 1_000_000 - (0x7b1 + 105);
        assert_eq!(signature.split(':').nth(2), Some(format!("{expected:x}").as_str()));
    }
}
