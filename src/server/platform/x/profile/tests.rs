use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

/// As recorded in May 2026.
const RECORDED: &str = r#"{"data":{"id":"1000000000000000001","name":"Test User","username":"testuser","created_at":"2020-01-01T00:00:00.000Z",
 "description":"","profile_image_url":"https://pbs.twimg.com/profile_images/1/a_normal.png","protected":false,"verified":false,
 "verified_type":"none","subscription_type":"None","public_metrics":{"followers_count":0,"following_count":6,"tweet_count":6,
 "listed_count":0,"like_count":9,"media_count":0}}}"#;

fn user(change: impl FnOnce(&mut Value)) -> Profile {
    let mut recorded: Value = serde_json::from_str(RECORDED).expect("JSON");
    change(&mut recorded["data"]);
    serde_json::from_value::<Envelope>(recorded).expect("an answer").data.expect("a user").profile()
}

// C8
#[test]
fn the_recorded_answer_is_read_whole() {
    let profile = user(|_| {});
    assert_eq!(
        (profile.id.as_str(), profile.handle.as_str()),
        ("1000000000000000001", "@testuser")
    );
    assert_eq!(
        profile.avatar_url.as_deref(),
        Some("https://pbs.twimg.com/profile_images/1/a_400x400.png")
    );
    assert_eq!((&profile.metadata["posts"], &profile.metadata["likes"]), (&json!(6), &json!(9)));
}

// C8: in the middle of a renaming both names may come, and any metric may be missing.
#[test]
fn metrics_come_under_either_name_both_or_none() {
    for (metrics, posts) in [
        (json!({ "tweet_count": 6 }), json!(6)),
        (json!({ "post_count": 7 }), json!(7)),
        (json!({ "tweet_count": 6, "post_count": 7 }), json!(7)),
        (json!({}), Value::Null),
        (Value::Null, Value::Null),
    ] {
        assert_eq!(user(|user| user["public_metrics"] = metrics).metadata["posts"], posts);
    }
    let bare = user(|user| *user = json!({ "id": "1", "name": "A", "username": "a" }));
    assert!(metadata::read::<Metadata>(&bare.metadata).is_ok());
}

prop_compose! {
    fn any_metadata()(
        username in ".*", created in proptest::option::of(0_i64..4_102_444_800),
            description in proptest::option::of(".*"),
        marks in any::<(bool, bool)>(), kinds in any::<(Option<u8>, Option<u8>)>(),
        counts in proptest::array::uniform6(proptest::option::of(any::<u64>())),
    ) -> Metadata {
        let [followers, following, posts, lists, likes, media] = counts;
        Metadata {
            username, description, followers, following, posts, lists, likes, media,
            created_at: created.and_then(|seconds| DateTime::from_timestamp(seconds, 0)),
            protected: marks.0, verified: marks.1,
            verified_type: kinds.0.map(|kind| kind.to_string()),
                subscription_type: kinds.1.map(|kind| kind.to_string()),
        }
    }
}

proptest! {
    // C5-C10: metadata persists exactly, and what has another shape is refused.
    #[test]
    fn metadata_reads_back_as_written_and_no_field_takes_another_type(kept in any_metadata()) {
        let written = metadata::write(&kept);
        prop_assert_eq!(metadata::read::<Metadata>(&written), Ok(kept.clone()));
        let _ = kept.describe();
        for field in written.as_object().expect("an object").keys() {
            let mut bent = written.clone();
            bent[field] = json!(["neither text nor number"]);
            prop_assert!(metadata::read::<Metadata>(&bent).is_err(), "{}", field);
        }
        prop_assert!(metadata::read::<Metadata>(&json!([written])).is_err());
    }
}
