//! S5: how often somebody may ask, here and across processes, and what the one too many is told.

use chrono::Duration;
use huntaze::server::config::{Config, Limits};
use reqwest::Method;
use serde_json::json;

use super::cast::*;
use crate::support::process::Machine;
use crate::support::{Answer, Browser, Engine, PASSWORD, Person, Redis, TestApp, both, text};

/// As a server comes, without a word in its configuration.
fn as_it_comes(config: &mut Config) {
    config.limits = Limits::default();
}

async fn guess(browser: &Browser) -> Answer {
    let form = json!({ "email": "ada@stories.example", "password": "is it this one?" });
    browser.rest(Method::POST, "/api/auth/login", Some(&form)).await
}

fn told(answer: &Answer) -> (&str, &str, &str) {
    (
        answer.header("ratelimit-limit"),
        answer.header("ratelimit-remaining"),
        answer.header("ratelimit-reset"),
    )
}

// S5: ten guesses a minute from one address, whoever they are aimed at; the eleventh is told when
// to come back.
both!(the_eleventh_guess_waits, config = |config| as_it_comes(config), |app| async {
    let mallory = app.stranger("Mallory").browser;
    for left in (0..10).rev() {
        let answer = guess(&mallory).await.expect(401);
        assert_eq!(told(&answer), ("10", left.to_string().as_str(), "60"));
        assert_eq!(
            (answer.header("ratelimit-policy"), answer.header("retry-after")),
            ("10;w=60", "")
        );
    }
    app.later(Duration::seconds(13)).await;
    let refused = guess(&mallory).await.expect(429);
    assert_eq!((told(&refused), refused.header("retry-after")), (("10", "0", "47"), "47"));
    let error = refused.error();
    assert_eq!((word(&error, "type"), &error["retryable"]), ("rate_limited", &json!(true)));
    let said = word(&error, "userMessage");
    assert!(
        said.contains("too many tries")
            && said.contains("Try again in 47 seconds")
            && said.contains("Nothing is locked"),
        "{said}"
    );
    assert_eq!(
        app.texts("SELECT action FROM audit_events WHERE result = 'failed'").await.len(),
        10,
        "it was not even tried"
    );

    // Another cookie, another User-Agent, another name for the address: the same address.
    let other = Browser::new(&app.base());
    let disguised =
        other.request(Method::POST, "/api/auth/login").header("x-forwarded-for", "203.0.113.9");
    let form = json!({ "email": "grace@stories.example", "password": "or this one?" });
    other.send(disguised.header("user-agent", "curl").json(&form)).await.expect(429);
    app.later(Duration::seconds(47)).await;
    guess(&mallory).await.expect(401);
});

// S5: behind a proxy of the operator's each address has its own count, and what it chose to write
// itself plays no part.
both!(
    behind_a_proxy_each_address_is_counted_apart,
    config = |config| {
        as_it_comes(config);
        config.limits.password_attempts = 0;
        config.server.trusted_proxies = vec!["127.0.0.1".parse().expect("an address")];
    },
    |app| async {
        let from = async |forwarded: &str| {
            let browser = Browser::new(&app.base());
            let form = json!({ "email": "ada@stories.example", "password": "is it this one?" });
            let request = browser
                .request(Method::POST, "/api/auth/login")
                .header("x-forwarded-for", forwarded);
            browser.send(request.json(&form)).await.status
        };
        for n in 0..10 {
            assert_eq!(from(&format!("198.51.100.{n}, 203.0.113.9")).await, 401);
        }
        assert_eq!(from("198.51.100.77, 203.0.113.9").await, 429);
        assert_eq!(from("203.0.113.10").await, 401);
    }
);

// S5, C15: the form says it where it stands, with and without scripts.
both!(the_form_says_kindly_when_to_try_again, config = |config| as_it_comes(config), |app| async {
    let ada = app.stranger("Ada");
    let fields = [("email", "ada@stories.example"), ("password", "is it this one?")];
    for _ in 0..10 {
        ada.toast(&ada.browser.submit("/login", "/fn/login", &fields).await)
            .await
            .says(&["do not go together"]);
    }
    let refused = ada.browser.submit("/login?next=%2Fsettings", "/fn/login", &fields).await;
    assert_eq!((refused.status, refused.location()), (303, "/login?next=%2Fsettings"));
    ada.toast(&refused)
        .await
        .says(&["too many tries", "Nothing is locked. Try again in 60 seconds."]);

    let alive = ada
        .browser
        .request(Method::POST, "/fn/login")
        .form(&fields)
        .header("accept", "application/json");
    let refused =
        ada.browser.send(alive.header("sec-fetch-site", "same-origin")).await.expect(429).json();
    assert_eq!(
        (word(&refused, "kind"), word(&refused, "next")),
        ("rate_limited", "Nothing is locked. Try again in 60 seconds.")
    );
});

// S5: sixty a minute on the status endpoint, for each person.
both!(
    the_status_can_be_asked_sixty_times_a_minute,
    config = |config| as_it_comes(config),
    |app| async {
        let (ada, grace) = (app.person("Ada").await, app.person("Grace").await);
        for _ in 0..60 {
            ada.get("/api/integrations/status").await.expect(200);
        }
        let refused = ada.get("/api/integrations/status").await.expect(429);
        assert_eq!((told(&refused), refused.header("retry-after")), (("60", "0", "60"), "60"));
        assert_eq!(
            ada.browser.rest(Method::GET, "/api/integrations/status", None).await.status,
            429,
            "by cookie, too: it is her"
        );
        let me = ada.get("/api/auth/me").await.expect(200);
        assert_eq!(me.header("ratelimit-limit"), "600", "the rest has another count");
        grace.get("/api/integrations/status").await.expect(200);
        app.later(Duration::seconds(60)).await;
        ada.get("/api/integrations/status").await.expect(200);
    }
);

// S5: thirty beginnings and ends of connections.
both!(
    connections_are_begun_thirty_times_a_minute,
    config = |config| as_it_comes(config),
    |app| async {
        let ada = app.person("Ada").await;
        for _ in 0..15 {
            ada.begin("x", None).await;
            ada.browser.come_back("/api/integrations/callback/x?state=a&code=b").await.expect(303);
        }
        ada.post("/api/integrations/connect/x", None).await.expect(429);
        let page =
            ada.browser.come_back("/api/integrations/callback/x?state=a&code=b").await.expect(429);
        assert!(
            text(&page.body).contains("Try again in 60 seconds")
                && page.header("retry-after") == "60",
            "a page for a person"
        );
        let form = ada.browser.submit("/platforms/connect/x", "/platforms/connect/x", &[]).await;
        assert_eq!(form.location(), "/platforms/connect/x");
        ada.toast(&form).await.says(&["more than we can answer", "Nothing was changed"]);
        ada.page("/integrations").await;
    }
);

// S5: twenty calls to the platforms that a person causes by pressing a button, all together.
both!(
    accounts_are_tested_and_refreshed_twenty_times_a_minute,
    config = |config| as_it_comes(config),
    |app| async {
        let ada = app.person("Ada").await;
        let account = ada.connect("reddit", MARA_ON_REDDIT).await;
        let test = format!("/api/integrations/test/reddit/{MARA_ON_REDDIT}");
        for left in (0..20).rev() {
            let answer = ada.post(&test, None).await.expect(200);
            assert_eq!(told(&answer), ("20", left.to_string().as_str(), "60"));
        }
        ada.post(&test, None).await.expect(429);
        let refresh = format!("/api/integrations/refresh/reddit/{MARA_ON_REDDIT}");
        ada.post(&refresh, None).await.expect(429);
        for action in ["/fn/test", "/fn/refresh"] {
            let fields = [("id", word(&account, "id"))];
            let refused = ada.browser.submit("/integrations", action, &fields).await;
            ada.toast(&refused).await.says(&["more than we can answer", "Nothing was changed"]);
        }
        app.later(Duration::seconds(60)).await;
        ada.post(&test, None).await.expect(200);
    }
);

// S5: everything from one address, also of nobody; files and health are not counted.
both!(
    an_address_has_an_end,
    config = |config| config.limits = Limits { address: 5, ..Limits::none() },
    |app| async {
        let nobody = app.stranger("Nobody").browser;
        for _ in 0..5 {
            nobody.open("/login").await.expect(200);
        }
        assert!(text(&nobody.open("/login").await.expect(429).body).contains("A moment, please"));
        nobody.rest(Method::GET, "/api/auth/me", None).await.expect(429);
        nobody.open("/health").await.expect(200);
        nobody.open("/pkg/nothing.js").await.expect(404);
    }
);

/// Another process on the same Redis: an app with a database of its own.
async fn beside(redis: &str) -> TestApp {
    let url = redis.to_owned();
    let app = TestApp::start(Engine::Sqlite, move |config| {
        config.limits = Limits { auth: 10, ..Limits::none() };
        config.redis.url = Some(url.into());
    });
    app.await.expect("SQLite is always there")
}

async fn health(app: &TestApp) -> serde_json::Value {
    app.backend().clock.advance(Duration::seconds(31));
    app.stranger("Probe").browser.open("/health/detailed").await.expect(200).json()
}

// S5, H1, H6: two processes share one count; without Redis each goes on by itself, says so, and
// shares again when it is back.
#[tokio::test]
async fn two_processes_share_one_count_and_outlive_their_redis() {
    let Some(redis) = Redis::start().await else { return };
    let (one, other) = (beside(&redis.url()).await, beside(&redis.url()).await);
    let guess_at = async |app: &TestApp| guess(&app.stranger("Mallory").browser).await;
    for n in 0..5 {
        assert_eq!(
            guess_at(&one).await.expect(401).header("ratelimit-remaining"),
            (9 - 2 * n).to_string()
        );
        assert_eq!(
            guess_at(&other).await.expect(401).header("ratelimit-remaining"),
            (8 - 2 * n).to_string()
        );
    }
    for app in [&one, &other] {
        let refused = guess_at(app).await.expect(429);
        assert!(
            refused
                .header("retry-after")
                .parse::<u64>()
                .is_ok_and(|seconds| (1..=60).contains(&seconds))
        );
    }
    assert_eq!(health(&one).await["checks"]["redis"]["status"], "ok");

    let port = redis.port();
    drop(redis);
    // Its own count goes on: six were here, and the clock moved on half a minute.
    let alone = guess_at(&one).await.expect(401);
    assert_eq!(alone.header("ratelimit-remaining"), "3");
    for _ in 0..3 {
        guess_at(&one).await.expect(401);
    }
    guess_at(&one).await.expect(429);
    let told = health(&one).await;
    assert_eq!(
        (&told["status"], &told["checks"]["redis"]["status"]),
        (&json!("degraded"), &json!("silent"))
    );

    let Some(_back) = Redis::start_at(port).await else { return };
    // Health asks at once; a request would first let it rest for two seconds.
    assert_eq!(health(&one).await["checks"]["redis"]["status"], "ok");
    assert_eq!(
        guess_at(&one).await.expect(401).header("ratelimit-remaining"),
        "9",
        "an empty Redis begins anew"
    );
    one.stop().await;
    other.stop().await;
}

// S5: pauses between guesses are shared as counts are, and a right password is no guess in either.
#[tokio::test]
async fn two_processes_share_the_pauses_between_guesses() {
    let Some(redis) = Redis::start().await else { return };
    let url = redis.url();
    let start = async || {
        let url = url.clone();
        TestApp::start(Engine::Sqlite, move |config| {
            config.limits = Limits { password_attempts: 4, ..Limits::none() };
            config.redis.url = Some(url.into());
        })
        .await
        .expect("SQLite is always there")
    };
    let (one, other) = (start().await, start().await);
    let ada = one.person("Ada").await;
    let guess_at = async |app: &TestApp| guess(&app.stranger("Mallory").browser).await;
    for _ in 0..2 {
        guess_at(&one).await.expect(401);
        log_in_anew(&one, &ada).await.expect(200);
        guess_at(&other).await.expect(401);
    }
    for app in [&one, &other] {
        let refused = guess_at(app).await.expect(429);
        assert!(
            refused
                .header("retry-after")
                .parse::<u64>()
                .is_ok_and(|seconds| (50..=60).contains(&seconds)),
            "{refused:?}"
        );
    }
    drop(redis);
    // Each goes on by what it saw itself, which was two tries.
    for _ in 0..2 {
        guess_at(&one).await.expect(401);
    }
    guess_at(&one).await.expect(429);
    one.stop().await;
    other.stop().await;
}

/// Ada in a browser that nobody knows.
async fn log_in_anew(app: &TestApp, ada: &Person) -> Answer {
    let form = json!({ "email": ada.email, "password": PASSWORD });
    app.stranger("Ada").browser.rest(Method::POST, "/api/auth/login", Some(&form)).await
}

/// How many requests are left in this process, as it tells.
async fn left(browser: &Browser) -> u32 {
    browser
        .open("/login")
        .await
        .expect(200)
        .header("ratelimit-remaining")
        .parse()
        .expect("a number")
}

// S5, H1, H6: the same with real processes: they share, go on alone when Redis is stopped, say so,
// and share again.
#[tokio::test]
async fn two_real_processes_share_outlive_and_find_their_redis_again() {
    let Some(redis) = Redis::start().await else { return };
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let machines = (Machine::new(), Machine::new());
    let start = |machine: &Machine| {
        machine
            .serve()
            .env("REDIS_URL", redis.url())
            .env("HUNTAZE__LIMITS__ADDRESS", "100000")
            .starts()
    };
    let (one, other) = (start(&machines.0), start(&machines.1));
    let (here, there) = (
        Browser::new(one.url.trim_end_matches('/')),
        Browser::new(other.url.trim_end_matches('/')),
    );
    assert_eq!(
        [left(&here).await, left(&there).await, left(&here).await, left(&there).await],
        [99_999, 99_998, 99_997, 99_996]
    );

    let port = redis.port();
    drop(redis);
    assert_eq!(
        [left(&here).await, left(&there).await, left(&here).await],
        [99_997, 99_997, 99_996],
        "each by its own count"
    );
    let told = here.open("/health/detailed").await.expect(200).json();
    assert_eq!(
        (&told["status"], &told["checks"]["redis"]["status"]),
        (&json!("degraded"), &json!("silent"))
    );

    let Some(_back) = Redis::start_at(port).await else { return };
    // Each leaves it alone for two seconds at a time.
    let sharing = async { while left(&here).await != left(&there).await + 1 {} };
    tokio::time::timeout(std::time::Duration::from_secs(20), sharing)
        .await
        .expect("they share again");
    for (process, log) in [(one, "one"), (other, "other")] {
        let (code, lines) = process.stop("TERM");
        assert_eq!(code, Some(0), "{log}");
        assert!(
            lines.contains("Redis is unavailable") && lines.contains("Redis is available"),
            "{log}: {lines}"
        );
    }
}
