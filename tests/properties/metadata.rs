//! C5-C10, T10: what a platform tells of an account is kept exactly, and nothing else gets in.

use huntaze::server::platform::{Platform, instagram, onlyfans, reddit, tiktok, x, youtube};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{account_id, row, samples};
use crate::support::both;

/// A platform with metadata of its shape.
struct Shape {
    platform: &'static str,
    metadata: BoxedStrategy<Value>,
}

/// Every platform's shape, texts and figures free.
fn shapes() -> Vec<Shape> {
    let shape = |platform,
                 required: Vec<(&'static str, BoxedStrategy<Value>)>,
                 optional: Vec<(&'static str, BoxedStrategy<Value>)>| {
        Shape { platform, metadata: object(required, optional) }
    };
    vec![
        shape(
            "instagram",
            vec![("ig_business_id", text()), ("page_id", text()), ("page_name", text())],
            vec![("username", text()), ("followers", count()), ("media_count", count())],
        ),
        shape(
            "tiktok",
            vec![("open_id", text())],
            vec![
                ("union_id", text()),
                ("username", text()),
                ("verified", flag()),
                ("followers", count()),
                ("likes", count()),
                ("posting", posting()),
            ],
        ),
        shape(
            "youtube",
            vec![("channel_id", text()), ("subscribers_hidden", flag())],
            vec![
                ("handle", text()),
                ("uploads_playlist", text()),
                ("subscribers", count()),
                ("views", count()),
                ("long_uploads", text()),
            ],
        ),
        shape(
            "x",
            vec![("username", text()), ("protected", flag()), ("verified", flag())],
            vec![
                ("created_at", moment()),
                ("description", text()),
                ("verified_type", text()),
                ("followers", count()),
                ("posts", count()),
            ],
        ),
        shape(
            "reddit",
            vec![
                ("username", text()),
                ("karma", count()),
                ("post_karma", count()),
                ("comment_karma", count()),
                ("over_18", flag()),
            ],
            vec![("created_at", moment()), ("followers", count()), ("title", text())],
        ),
        shape(
            "onlyfans",
            vec![("username", text()), ("creator", flag()), ("verified", flag())],
            vec![
                ("joined", moment()),
                ("fans", count()),
                ("likes", count()),
                ("posts", count()),
                ("price", price()),
            ],
        ),
    ]
}

/// Any text but U+0000, which PostgreSQL's JSON can't hold and no platform allows in a name.
fn text() -> BoxedStrategy<Value> {
    any::<String>().prop_map(|text| json!(text.replace('\0', ""))).boxed()
}

fn count() -> BoxedStrategy<Value> {
    prop_oneof![Just(0), 0..i64::MAX].prop_map(Value::from).boxed()
}

fn flag() -> BoxedStrategy<Value> {
    any::<bool>().prop_map(Value::from).boxed()
}

fn moment() -> BoxedStrategy<Value> {
    (0i64..4_000_000_000)
        .prop_map(|at| json!(chrono::DateTime::from_timestamp(at, 0).expect("in range")))
        .boxed()
}

fn price() -> BoxedStrategy<Value> {
    (0u32..100_000).prop_map(|cents| json!(f64::from(cents) / 100.0)).boxed()
}

fn posting() -> BoxedStrategy<Value> {
    let allowed = (prop::collection::vec(text(), 0..5), any::<bool>(), count()).prop_map(
        |(options, off, seconds)| {
            json!({ "state": "allowed", "privacy_options": options, "comments_off": off,
            "duets_off": !off, "stitches_off": off, "max_video_seconds": seconds })
        },
    );
    prop_oneof![
        allowed,
        Just(json!({ "state": "daily_limit" })),
        Just(json!({ "state": "blocked" })),
        Just(json!({ "state": "unknown" }))
    ]
    .boxed()
}

fn object(
    required: Vec<(&'static str, BoxedStrategy<Value>)>,
    optional: Vec<(&'static str, BoxedStrategy<Value>)>,
) -> BoxedStrategy<Value> {
    let required = required
        .into_iter()
        .map(|(key, value)| value.prop_map(move |value| Some((key.to_owned(), value))).boxed());
    let optional = optional.into_iter().map(|(key, value)| {
        prop::option::of(value).prop_map(move |value| Some((key.to_owned(), value?))).boxed()
    });
    let fields: Vec<BoxedStrategy<Option<(String, Value)>>> = required.chain(optional).collect();
    fields
        .prop_map(|fields| Value::Object(fields.into_iter().flatten().collect::<Map<_, _>>()))
        .boxed()
}

fn platform(id: &str) -> Box<dyn Platform> {
    match id {
        "instagram" => Box::new(instagram::Instagram),
        "tiktok" => Box::new(tiktok::TikTok),
        "youtube" => Box::new(youtube::YouTube),
        "x" => Box::new(x::X),
        "reddit" => Box::new(reddit::Reddit),
        "onlyfans" => Box::new(onlyfans::OnlyFans::default()),
        other => panic!("no platform {other}"),
    }
}

/// One of the platforms with metadata of its shape.
fn any_metadata() -> impl Strategy<Value = (&'static str, Value)> {
    prop::strategy::Union::new(
        shapes().into_iter().map(|shape| {
            shape.metadata.prop_map(move |metadata| (shape.platform, metadata)).boxed()
        }),
    )
}

proptest! {
    #[test]
    fn a_platform_accepts_its_own_metadata_and_json_keeps_it((id, metadata) in any_metadata()) {
        prop_assert_eq!(platform(id).check_metadata(&metadata), Ok(()), "{}: {}", id, metadata);
        let kept: Value = serde_json::from_str(&metadata.to_string()).expect("JSON");
        prop_assert_eq!(kept, metadata);
    }

    // A token that slipped into metadata would be stored in the clear.
    #[test]
    fn a_field_that_is_not_in_the_shape_is_refused((id, mut metadata) in any_metadata(),
        value in text()) {
        metadata["access_token"] = value;
        prop_assert!(platform(id).check_metadata(&metadata).is_err(), "{} took {}", id, metadata);
    }

    #[test]
    fn what_is_no_object_is_refused((id, metadata) in any_metadata()) {
        for other in [json!([metadata]), json!(metadata.to_string()), Value::Null, json!({})] {
            prop_assert!(platform(id).check_metadata(&other).is_err(), "{} took {}", id, other);
        }
    }
}

both!(metadata_comes_back_from_the_database_exactly, |app| async {
    let mira = app.person("Mira").await;
    let account = account_id(&mira.connect("x", "84610273").await).to_owned();
    let stored = row(&app, &mira, "x", &account).await;
    for (id, metadata) in samples(any_metadata(), 48) {
        let backend = app.backend();
        let mut tx = backend.db.begin().await.expect("a transaction");
        let written = huntaze::server::db::accounts::describe(
            &mut tx,
            stored.id,
            "Kofi",
            "@kofi",
            &metadata,
            backend.clock.now(),
        );
        written.await.expect("it is written");
        tx.commit().await.expect("a commit");
        assert_eq!(row(&app, &mira, "x", &account).await.metadata.0, metadata, "{id}");
    }
});
