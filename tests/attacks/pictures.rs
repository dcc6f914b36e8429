//! Pictures of accounts, from a server that Mallory runs: what it sends, how long it takes, and
//! where it points. The account connects all the same, without a picture.

use std::convert::Infallible;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HOST, LOCATION};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use futures::{StreamExt, stream};
use huntaze::server::config::Config;

use super::*;
use crate::support::{both, cross_origin};

/// What a picture begins with.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
/// A thousand bytes of a picture, packed by gzip; a bomb is the same with more zeros.
const PACKED: &[u8] =
    b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xeb\x0c\xf0\x73\xe7\xe5\x92\xe2\x62\x18\x05\xa3\x60\x14\x0c\x7b\x00\x00\xcf\x13\x7f\x5c\xf0\x03\x00\x00";

/// Every platform says that its pictures are at Mallory's, who answers for each like this; `inside`
/// is a good picture that he points to.
fn hang(config: &mut Config, answer: fn(&HeaderMap) -> Response) {
    cross_origin::stand(config, |behind| {
        Router::new().fallback(async move |request: Request| {
            let (parts, body) = request.into_parts();
            match parts.uri.path() {
                "/avatars/evil.png" => return answer(&parts.headers),
                "/inside.png" => return PNG.into_response(),
                _ => {}
            }
            let body = to_bytes(body, 1 << 20).await.expect("the body of a call");
            let Some(mut told) = behind.ask(&parts, body).await else {
                return StatusCode::BAD_GATEWAY.into_response();
            };
            let here = parts.headers[HOST].to_str().expect("an address");
            told.rewrite_texts(|_, text| {
                if text.contains("/avatars/") {
                    *text = format!("http://{here}/avatars/evil.png");
                }
            });
            told.into_response()
        })
    });
}

/// Connects everywhere, in bounded time.
async fn assert_connected_without_pictures(app: &TestApp) {
    let ada = app.person("Ada").await;
    let connecting = async {
        for (provider, account, _) in EVERYWHERE {
            ada.connect(provider, account).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), connecting)
        .await
        .expect("nobody waits for a picture for ever");
    app.work().await;
    assert_eq!(ada.integrations().await.len(), EVERYWHERE.len());
    assert!(app.rows("avatars").await.is_empty(), "a picture was kept");
}

// S10: the stage itself: a picture that Mallory serves as he should is kept.
both!(
    a_picture_that_is_one,
    config = |config| hang(config, |_| PNG.into_response()),
    |app| async {
        let ada = app.person("Ada").await;
        for (provider, account, _) in EVERYWHERE {
            ada.connect(provider, account).await;
        }
        app.work().await;
        assert!(!app.rows("avatars").await.is_empty(), "or the attacks below would prove nothing");
    }
);

// S10, CWE-918: a good address that leads on to one inside, by every kind of redirect.
both!(
    a_picture_that_leads_on_to_inside,
    config = |config| {
        hang(config, |headers| {
            use std::sync::atomic::{AtomicUsize, Ordering};
            static TURN: AtomicUsize = AtomicUsize::new(0);
            let kinds = [
                StatusCode::FOUND,
                StatusCode::MOVED_PERMANENTLY,
                StatusCode::SEE_OTHER,
                StatusCode::TEMPORARY_REDIRECT,
                StatusCode::PERMANENT_REDIRECT,
                StatusCode::OK,
            ];
            let inside =
                format!("http://{}/inside.png", headers[HOST].to_str().expect("an address"));
            let headers = [
                (LOCATION, inside.clone()),
                ("refresh".parse().expect("a name"), format!("0; url={inside}")),
            ];
            (kinds[TURN.fetch_add(1, Ordering::Relaxed) % kinds.len()], headers, "").into_response()
        });
    },
    |app| async { assert_connected_without_pictures(&app).await }
);

// S10, S6: more than a picture, with and without saying so.
both!(
    a_picture_without_an_end,
    config = |config| {
        hang(config, |_| {
            let pieces = stream::iter([PNG.to_vec()]).chain(stream::repeat(vec![0; 64 * 1024]));
            Body::from_stream(pieces.map(Ok::<_, Infallible>)).into_response()
        });
    },
    |app| async { assert_connected_without_pictures(&app).await }
);

both!(
    a_picture_that_says_another_length,
    config = |config| hang(config, |_| (
        [(CONTENT_LENGTH, "99999999999")],
        Body::from_stream(stream::iter([Ok::<_, Infallible>(PNG)]))
    )
        .into_response()),
    |app| async { assert_connected_without_pictures(&app).await }
);

// S10: nothing is unpacked, so nothing can burst.
both!(
    a_picture_that_is_packed,
    config = |config| hang(config, |_| (
        [(CONTENT_TYPE, "image/png"), (CONTENT_ENCODING, "gzip")],
        PACKED
    )
        .into_response()),
    |app| async { assert_connected_without_pictures(&app).await }
);

// S10: a server that drips, and one that never says anything; the person waits for a picture as
// long as the setting says.
both!(
    a_picture_that_drips_in,
    config = |config| {
        config.http.picture_timeout_ms = 200;
        hang(config, |_| {
            let drops = stream::unfold(PNG.to_vec(), async |drop| {
                tokio::time::sleep(Duration::from_millis(20)).await;
                Some((Ok::<_, Infallible>(drop), vec![0]))
            });
            Body::from_stream(drops).into_response()
        });
    },
    |app| async { assert_connected_without_pictures(&app).await }
);

// S10, S8: what is no picture, whatever it is called: it would run in our own origin.
both!(
    a_picture_that_is_a_page,
    config = |config| {
        hang(config, |_| {
            let svg = "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>";
            ([(CONTENT_TYPE, "image/png")], svg).into_response()
        });
    },
    |app| async { assert_connected_without_pictures(&app).await }
);
