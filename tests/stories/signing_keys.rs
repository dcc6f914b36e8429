//! U3, T2: the key that signs access tokens is replaced, and nobody is logged out by it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use huntaze::server::keys;
use serde_json::Value;

use super::cast::*;
use crate::support::{Person, TestApp, both};

/// The id of the key that signed the token of a person.
fn signer(person: &Person) -> String {
    let token = person.token();
    let header = token.split('.').next().expect("a header");
    let header = URL_SAFE_NO_PAD.decode(header).expect("base64url");
    word(&serde_json::from_slice::<Value>(&header).expect("JSON"), "kid").to_owned()
}

async fn is_known(app: &TestApp, token: &str) -> bool {
    let browser = app.stranger("Program").browser;
    let request = browser.request(reqwest::Method::GET, "/api/auth/me").bearer_auth(token);
    browser.send(request).await.status == 200
}

both!(a_token_of_the_former_key_works_until_the_key_is_gone, |app| async {
    let (ada, config) = (app.person("Ada").await, &app.backend().config);
    let (former, old) = (signer(&ada), ada.token());
    let new = keys::change(config, |file| file.sign.add()).expect("a key");
    app.backend().vault.reload();
    ada.log_in().await;
    assert_eq!(signer(&ada), former, "a new key signs nothing before it is used");

    keys::change(config, |file| Ok(file.sign.promote())).expect("it signs");
    app.backend().vault.reload();
    ada.log_in().await;
    assert_eq!(signer(&ada), new);
    assert!(is_known(&app, &old).await && is_known(&app, &ada.token()).await);

    keys::change(config, |file| file.sign.remove(&new)).expect_err("the one that signs stays");
    keys::change(config, |file| file.sign.remove(&former)).expect("the former one may go");
    app.backend().vault.reload();
    assert!(!is_known(&app, &old).await && is_known(&app, &ada.token()).await);
});
