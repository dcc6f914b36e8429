//! ID tokens, and the keys to check them with.
//! <https://developers.google.com/identity/openid-connect/openid-connect>

use std::sync::LazyLock;

use aws_lc_rs::{
    rand::SystemRandom,
    rsa::{KeyPair, KeySize},
    signature::{KeyPair as _, RSA_PKCS1_SHA256},
};
use axum::Json;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::people;
use crate::sandbox::{
    Sandbox, secret,
    state::{Grant, State},
};

/// An hour, whatever the life of the access token beside it.
const LIFE: i64 = 3_600;

/// Made when the first one is asked for, and forgotten with the process: what a key in a file would
/// open is not worth a file. Whoever checks an older token fetches the keys anew. Only a machine
/// without randomness makes none.
static KEY: LazyLock<KeyPair> =
    LazyLock::new(|| KeyPair::generate(KeySize::Rsa2048).expect("a new RSA key"));

/// Who allowed the grant, signed; `None` where the app did not ask (`openid`).
pub fn issue(sandbox: &Sandbox, state: &State, grant: &Grant, access: &str) -> Option<String> {
    grant.has("openid").then(|| sign(&claims(sandbox, state, grant, access)))
}

fn claims(sandbox: &Sandbox, state: &State, grant: &Grant, access: &str) -> Value {
    let now = state.wire_time(state.now());
    let half_a_hash = &Sha256::digest(access.as_bytes())[..16];
    let mut claims = json!({
        "iss": sandbox.url("/youtube"), "azp": grant.client, "aud": grant.client,
        "sub": grant.person, "at_hash": URL_SAFE_NO_PAD.encode(half_a_hash),
        "iat": now, "exp": now.saturating_add(LIFE),
    });
    if let Some(nonce) = grant.data.get("nonce") {
        claims["nonce"] = nonce.clone();
    }
    let account = people::find(&grant.account).map(|person| &person.account);
    if let Some(account) = account.filter(|_| grant.has("email")) {
        claims["email"] = json!(people::email(account));
        claims["email_verified"] = json!(true);
    }
    if let Some(account) = account.filter(|_| grant.has("profile")) {
        claims["name"] = json!(account.name);
        claims["picture"] = json!(sandbox.url(&format!("/avatars/youtube/{}", account.id)));
    }
    claims
}

/// A JWT by RS256 (RFC 7515, RFC 7518).
fn sign(claims: &Value) -> String {
    let header = json!({ "alg": "RS256", "kid": key_id(), "typ": "JWT" });
    let [header, claims] = [&header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string()));
    let content = format!("{header}.{claims}");
    // As long as the key's signatures are.
    let mut signature = vec![0; KEY.public_modulus_len()];
    KEY.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), content.as_bytes(), &mut signature)
        .expect("a signature of the key's length");
    format!("{content}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn key_id() -> String {
    secret::hash(&public_number(KEY.public_key().modulus().big_endian_without_leading_zero()))
}

/// `GET /oauth2/v3/certs`: the key as a JWK set (RFC 7517).
pub async fn certs() -> Json<Value> {
    let key = KEY.public_key();
    Json(json!({ "keys": [{
        "kty": "RSA", "use": "sig", "alg": "RS256", "kid": key_id(),
        "n": public_number(key.modulus().big_endian_without_leading_zero()),
        "e": public_number(key.exponent().big_endian_without_leading_zero()),
    }] }))
}

fn public_number(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
