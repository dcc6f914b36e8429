//! A platform that has turned against us, or a registered app of it that has: what it answers, and
//! where it points.

use std::sync::atomic::{AtomicUsize, Ordering};

use axum::http::{HeaderValue, StatusCode};
use serde_json::json;

use super::*;
use crate::stories::cast::word;
use crate::support::{both, hostile};

/// Connects an account of each platform in turn and looks at every page about it.
async fn connect_everywhere(person: &Person, look: impl Fn(&str, &str)) {
    for (provider, account, _) in EVERYWHERE {
        let answer = if provider == "onlyfans" {
            person.paste(account).await
        } else {
            person.allow(provider, account).await
        };
        assert!(answer.status < 500 || provider == "onlyfans", "{provider}: {}", answer.body);
        for path in ["/integrations", "/", "/api/integrations/status"] {
            let page = person.browser.open(path).await.expect(200);
            look(provider, &page.body);
        }
    }
}

// S8: HTML where a name was due.
both!(
    a_platform_that_answers_with_scripts,
    config = |config| {
        hostile::turn(config, |_, told| {
            told.rewrite_texts(|name, text| {
                let free = [
                    "name",
                    "display_name",
                    "title",
                    "username",
                    "description",
                    "bio_description",
                    "about",
                    "biography",
                    "customUrl",
                ];
                if free.contains(&name) {
                    text.push_str("<script>alert(1)</script>\"><img src=x onerror=alert(1)>");
                }
            });
        });
    },
    |app| async {
        let ada = app.person("Ada").await;
        connect_everywhere(&ada, |provider, page| {
            if !page.starts_with('{') {
                assert!(
                    !page.contains("<script>alert") && !page.contains("<img src=x"),
                    "{provider}: a script on the page"
                );
            }
        })
        .await;
        assert!(ada.integrations().await.len() >= 5, "they connect all the same");
        for one in ada.integrations().await {
            let page = ada.page(&format!("/integrations/{}/disconnect", word(&one, "id"))).await;
            assert!(!page.contains("<script>alert") && !page.contains("<img src=x"), "{one}");
        }
    }
);

/// Where nothing of ours may be sent: into our own network, in every spelling.
const INSIDE: [&str; 20] = [
    "http://127.0.0.1:1/a.png",
    "http://169.254.169.254/latest/meta-data/iam",
    "https://169.254.169.254/latest/meta-data/iam",
    "https://127.0.0.1:1/a.png",
    "https://localhost:1/a.png",
    "https://[::1]:1/a.png",
    "https://[::ffff:127.0.0.1]:1/a.png",
    "https://[::ffff:a9fe:a9fe]/a.png",
    "https://10.0.0.1/a.png",
    "https://192.168.1.1/a.png",
    "https://172.16.0.1/a.png",
    "https://100.64.0.1/a.png",
    "https://0.0.0.0:1/a.png",
    "https://2130706433:1/a.png",
    "https://0x7f.1:1/a.png",
    "https://[fd00::1]/a.png",
    "https://[fe80::1]/a.png",
    "file:///etc/passwd",
    "gopher://127.0.0.1:1/_GET",
    "data:image/png;base64,iVBORw0KGgo=",
];

// S10, CWE-918: pictures whose address leads inside; the account connects, without a picture.
both!(
    a_picture_inside_our_own_network,
    config = |config| {
        let asked = AtomicUsize::new(0);
        hostile::turn(config, move |_, told| {
            told.rewrite_texts(|_, text| {
                if text.contains("/avatars/") {
                    INSIDE[asked.fetch_add(1, Ordering::Relaxed) % INSIDE.len()].clone_into(text);
                }
            });
        });
    },
    |app| async {
        for round in 0..4 {
            let ada = app.person(&format!("Ada{round}")).await;
            connect_everywhere(&ada, |_, _| ()).await;
            assert_eq!(ada.integrations().await.len(), 6);
        }
        app.work().await;
        assert!(app.rows("avatars").await.is_empty(), "something inside was asked for a picture");
    }
);

// S1: a token endpoint that sends us on, with the code and our secret, is not followed.
both!(
    a_platform_that_sends_us_elsewhere,
    config = |config| {
        hostile::turn(config, |_, told| {
            told.status = StatusCode::TEMPORARY_REDIRECT;
            told.headers.insert("location", HeaderValue::from_static("http://127.0.0.1:1/steal"));
        });
    },
    |app| async {
        let ada = app.person("Ada").await;
        let watch = Watch::over(&app, &[&ada]).await;
        for (provider, account) in with_consent(&app) {
            let back = ada.allow(&provider, account).await;
            watch.assert_refused(&provider, &back);
            assert!(ada.toast(&back).await.error, "{provider}");
        }
        let pasted = ada.paste(account_of("onlyfans")).await;
        assert!(pasted.status >= 400, "{}", pasted.body);
        assert!(holding_credentials(&app).await.is_empty());
    }
);

// S6: an answer without an end.
both!(
    a_platform_that_never_stops_talking,
    config = |config| {
        hostile::turn(config, |path, told| {
            if path.contains("users/me")
                || path.contains("user/info")
                || path.contains("channels")
                || path.contains("accounts")
                || path.ends_with("/v1/me")
            {
                told.body = vec![b' '; 5 << 20].into();
            }
        });
    },
    |app| async {
        let ada = app.person("Ada").await;
        for (provider, account) in with_consent(&app) {
            let back = ada.allow(&provider, account).await;
            let toast = ada.toast(&back).await;
            assert!(toast.error, "{provider}: {toast:?}");
        }
        assert!(holding_credentials(&app).await.is_empty());
    }
);

// T1, S6: fields that a platform adds are not kept: neither what looks like a token nor what looks
// like ours.
both!(
    a_platform_that_says_more_than_it_should,
    config = |config| {
        hostile::turn(config, |_, told| {
            told.rewrite(add);
        });
    },
    |app| async {
        let ada = app.person("Ada").await;
        connect_everywhere(&ada, |provider, page| {
            assert!(!page.contains("smuggled"), "{provider}: {page}")
        })
        .await;
        assert_eq!(ada.integrations().await.len(), 6);
        let all = app.all_rows().await.join("\n");
        assert!(!all.contains("smuggled") && !all.contains("736d7567676c6564"), "kept: {all}");
    }
);

/// Into every object of an answer.
fn add(answer: &mut serde_json::Value) {
    match answer {
        serde_json::Value::Array(items) => items.iter_mut().for_each(add),
        serde_json::Value::Object(fields) => {
            fields.values_mut().for_each(add);
            fields.insert("session_secret".into(), json!("smuggled"));
            fields.insert("workspace_id".into(), json!("smuggled"));
            fields.insert("label".into(), json!("smuggled"));
        }
        _ => {}
    }
}
