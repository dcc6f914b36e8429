//! Shapes: what is optional may be odd; ids, tokens and scopes may not.

use super::*;

fn odd_values() -> Vec<Value> {
    vec![
        json!(null),
        json!(true),
        json!("text"),
        json!(""),
        json!("12"),
        json!(-3),
        json!(7.5),
        json!(1e300),
        json!(u64::MAX),
        json!([]),
        json!(["a"]),
        json!({}),
        json!({ "a": 1 }),
        json!("Wed Mar 13 00:30:44 +0000 2019"),
        json!("\u{202e}\u{0}"),
    ]
}

/// The paths of all fields of a profile, but for the id and what tells log-in and suspension.
fn optional_fields(platform: &str) -> Vec<String> {
    let mut profile = profile(platform);
    let fields = fields(platform, &mut profile).as_object().expect("an object").clone();
    let mut paths: Vec<String> = Vec::new();
    for (name, value) in fields {
        let inner = value.as_object().map(|inner| inner.keys().cloned().collect::<Vec<_>>());
        paths.extend(inner.unwrap_or_default().iter().map(|inner| format!("/{name}/{inner}")));
        paths.push(format!("/{name}"));
    }
    paths.retain(|path| !["/id", "/isAuth"].contains(&path.as_str()));
    paths
}

// R1: one odd field of a profile, whichever it is; and one that is missing.
#[tokio::test]
async fn an_odd_optional_field_stands_in_nobodys_way() {
    let play = Play::new().await;
    for platform in PLATFORMS {
        for field in optional_fields(platform) {
            let mut odd: Vec<Option<Value>> = odd_values().into_iter().map(Some).collect();
            odd.push(None);
            for value in odd {
                let mut answer = profile(platform);
                change(fields(platform, &mut answer), &field, value.clone());
                play.answer(&Line::json(200, &answer)).await;
                for found in [play.connect(platform).await, play.test(platform).await] {
                    let row = format!("{platform} {field} {value:?}");
                    let found = found.unwrap_or_else(|error| panic!("{row}: {error}"));
                    assert_eq!(found.id, id(platform), "{row}");
                    assert!(!found.name.is_empty(), "{row}");
                    let kept = play.entry(platform).platform.check_metadata(&found.metadata);
                    assert_eq!(kept, Ok(()), "{row}");
                }
            }
        }
    }
}

/// Puts a value in the place of a field, or takes the field out.
fn change(fields: &mut Value, path: &str, value: Option<Value>) {
    let (parent, name) = path.rsplit_once('/').expect("a path");
    let parent = fields.pointer_mut(parent).and_then(Value::as_object_mut).expect("an object");
    match value {
        Some(value) => parent.insert(name.to_owned(), value),
        None => parent.remove(name),
    };
}

// The same: what is no id never connects; one that is written as a number is understood.
#[tokio::test]
async fn what_is_no_id_never_connects() {
    let play = Play::new().await;
    let long = "1".repeat(300);
    for platform in PLATFORMS {
        for odd in [
            json!(""),
            json!(" "),
            json!(null),
            json!("a b"),
            json!("../../etc"),
            json!(long),
            json!("1\u{202e}2"),
            json!("\u{0}"),
            json!([1]),
            json!({}),
            json!(1.5),
            json!(-1),
        ] {
            let mut answer = profile(platform);
            fields(platform, &mut answer)["id"] = odd.clone();
            play.answer(&Line::json(200, &answer)).await;
            let outcome = play.connect(platform).await;
            assert!(outcome.is_err(), "{platform} {odd}");
        }
    }
    let mut answer = profile("onlyfans");
    answer["id"] = json!(300.0);
    play.answer(&Line::json(200, &answer)).await;
    assert_eq!(play.connect("onlyfans").await.expect("the account").id, "300");
}

// The same: profile 200 with another shape is passing, for connect and test.
#[tokio::test]
async fn a_success_of_another_shape_passes() {
    let play = Play::new().await;
    for platform in PLATFORMS {
        for body in
            ["{}", "[]", "null", "7", "\"text\"", "", "<html>", "{\"data\":[]}", "{\"data\":7}"]
        {
            play.answer(&Line::new(200, body)).await;
            assert_passes(&format!("{platform} {body}"), play.connect(platform).await);
            assert_passes(&format!("{platform} {body}"), play.test(platform).await);
        }
    }
}

// The same: what is no token is not stored over a good one.
#[tokio::test]
async fn what_is_no_token_is_refused() {
    let play = Play::new().await;
    for platform in WITH_TOKENS {
        for odd in [
            json!(""),
            json!("  "),
            json!("token\n"),
            json!("a\r\nb"),
            json!("a b"),
            json!(7),
            json!(null),
            json!(["token"]),
            json!("t\u{f6}ken"),
        ] {
            let mut answer = token();
            answer["access_token"] = odd.clone();
            play.answer(&Line::json(200, &answer)).await;
            assert_passes(&format!("{platform} {odd}"), play.refresh(platform).await);
            assert_passes(&format!("{platform} {odd}"), play.exchange(platform).await);
            let mut answer = token();
            answer["refresh_token"] = odd.clone();
            play.answer(&Line::json(200, &answer)).await;
            let grant = play.refresh(platform).await.expect("the access token is good");
            assert!(grant.refresh.is_none(), "{platform} {odd}: the old one stays");
        }
    }
}

// The same: scopes however they are separated, ordered and spelt; a BOM before all of it.
#[tokio::test]
async fn scopes_are_understood_however_they_are_written() {
    let play = Play::new().await;
    for written in [
        json!("users.read tweet.read"),
        json!("users.read,tweet.read"),
        json!("Users.Read+TWEET.READ"),
        json!(["users.read", "tweet.read"]),
    ] {
        let mut answer = token();
        answer["scope"] = written.clone();
        play.answer(&Line::new(200, format!("\u{feff}{answer}"))).await;
        let grant = play.exchange("x").await.expect("a grant");
        assert_eq!(grant.scopes, ["users.read", "tweet.read"], "{written}");
    }
}

// The same: one door for names, at connect and at test.
#[tokio::test]
async fn names_are_clean_at_connect_and_at_test() {
    let play = Play::new().await;
    let long = "x".repeat(10_000);
    for (name, clean) in [("Ada\u{202e}\u{7}", "Ada"), (&long, &long[..200]), (" \u{200b}", "")] {
        for platform in PLATFORMS {
            let mut answer = profile(platform);
            fields(platform, &mut answer)["name"] = json!(name);
            play.answer(&Line::json(200, &answer)).await;
            for found in [play.connect(platform).await, play.test(platform).await] {
                let found = found.expect("the account");
                // Without a name the handle, and at Reddit, whose name it is, the id.
                let shown = if !clean.is_empty() {
                    clean
                } else if platform == "reddit" {
                    id(platform)
                } else {
                    "@ada"
                };
                assert_eq!(found.name, shown, "{platform}");
            }
        }
    }
}
