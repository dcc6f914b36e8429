//! Lists of the Graph API, which come in parts.
//! <https://developers.facebook.com/docs/graph-api/results>

use serde_json::Value;
use url::Url;

use super::wire::Listing;
use super::{GRAPH, error};
use crate::server::platform::{Api, Client, Error, PlatformResponse, Result};

/// Nobody manages more Pages than 20 times 100; a `next` that goes round in circles ends here.
const MAX_PARTS: usize = 20;

/// Every item of the list at `path`, as it came. The label names the path without ids.
pub async fn read(api: &Api, path: &str, label: &'static str, fields: &str) -> Result<Vec<Value>> {
    collect(api, path, label, fields, |_| false).await
}

/// The same of a list that may not be shared with us: then it counts as empty.
pub async fn read_visible(
    api: &Api,
    path: &str,
    label: &'static str,
    fields: &str,
) -> Result<Vec<Value>> {
    collect(api, path, label, fields, error::is_invisible).await
}

async fn collect(
    api: &Api,
    path: &str,
    label: &'static str,
    fields: &str,
    is_hidden: fn(&PlatformResponse) -> bool,
) -> Result<Vec<Value>> {
    let client = api.client();
    let mut call = api.get(client.url(GRAPH, path)).query(&[("fields", fields), ("limit", "100")]);
    let mut items = Vec::new();
    for _ in 0..MAX_PARTS {
        let answer = call.label(label).send().await?;
        if is_hidden(&answer) {
            break;
        }
        if let Some(error) = error::of(&answer, client.now()) {
            return Err(error);
        }
        // Only a list that says so is empty: `data` is there, with nothing in it.
        let part: Listing = answer.expect("a list of the Graph API")?;
        items.extend(part.data);
        let Some(next) = part.paging.and_then(|paging| paging.next) else {
            break;
        };
        call = api.get(following(client, &next)?);
    }
    Ok(items)
}

/// The address of the next part of a list. It comes from an answer, and our token goes there: so
/// only its path and query are taken, and only from where we called. The token that Facebook puts
/// into the query is left out.
fn following(client: &Client, next: &str) -> Result<Url> {
    let settings = client.settings();
    let bases = [settings.base_url.as_ref(), settings.browser_url.as_ref()];
    let ours = bases.into_iter().flatten().map(Url::as_str).chain([GRAPH]);
    let path = ours
        .filter_map(|base| next.strip_prefix(base.trim_end_matches('/')))
        .find(|path| path.starts_with('/'));
    let Some(path) = path else {
        return Err(Error::Unexpected { detail: "a list goes on at another host".into() });
    };
    let mut url = client.url(GRAPH, path);
    let kept: Vec<(String, String)> =
        url.query_pairs().into_owned().filter(|(name, _)| name != "access_token").collect();
    url.query_pairs_mut().clear().extend_pairs(kept);
    Ok(url)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use wiremock::matchers::{header, method, path, query_param, query_param_is_missing};
    use wiremock::{Mock, MockServer, ResponseTemplate};

    use super::super::{Client, usage};
    use super::{Api, read};
    use crate::server::clock::Clock;
    use crate::server::platform::http::{Retries, pool};
    use crate::server::platform::{Error, Result, Settings};

    async fn pages(api: &Api) -> Result<Vec<Value>> {
        read(api, "/v26.0/me/accounts", "/v26.0/me/accounts", "id,name").await
    }

    /// Facebook behind a proxy's own prefix.
    async fn facebook(next: impl Fn(&str) -> String) -> (MockServer, Api) {
        // An error only says that another test of this process was first.
        rustls::crypto::aws_lc_rs::default_provider().install_default().ok();
        let server = MockServer::start().await;
        let base = format!("{}/proxy", server.uri());
        let part = |name: &str| json!({ "id": "1", "name": name, "tasks": ["MANAGE"] });
        let usage = json!({ "17841400000000000": [
            { "type": "instagram", "call_count": 95, "total_cputime": 20, "total_time": 20,
                "estimated_time_to_regain_access": 12 },
        ] });
        let answer = |body: Value| {
            ResponseTemplate::new(200)
                .insert_header("x-business-use-case-usage", usage.to_string())
                .set_body_json(body)
        };
        let asked = || Mock::given(method("GET")).and(path("/proxy/v26.0/me/accounts"));
        asked()
            .and(query_param("after", "QVFI"))
            .and(query_param_is_missing("access_token"))
            .and(header("authorization", "Bearer EAAtoken"))
            .respond_with(answer(json!({ "data": [part("Second")] })))
            .with_priority(1)
            .mount(&server)
            .await;
        let first = json!({ "data": [part("First")], "paging": { "next": next(&base) } });
        asked().respond_with(answer(first)).with_priority(2).mount(&server).await;
        let settings = Settings { base_url: base.parse().ok(), ..Settings::default() };
        let http = pool().expect("an HTTP client");
        let client = Client::new(http, settings.into(), Clock::System, Retries::default());
        let api = Api::new(client, "EAAtoken".into(), Vec::new()).reading_limits(usage::limits);
        (server, api)
    }

    // C5: somebody with more Pages than fit into one answer sees them all.
    #[tokio::test]
    async fn the_list_goes_on_where_it_began_and_its_token_stays_out_of_the_address() {
        let rest = "/v26.0/me/accounts?access_token=EAAtoken&limit=100&after=QVFI";
        let hosts: [fn(&str) -> String; 2] = [|base| base.to_owned(), |_| super::GRAPH.to_owned()];
        for host in hosts {
            let (_server, api) = facebook(|base| format!("{}{rest}", host(base))).await;
            let items = pages(&api).await.expect("two parts");
            let names: Vec<_> = items.iter().map(|page| page["name"].as_str()).collect();
            assert_eq!(names, [Some("First"), Some("Second")]);
        }
    }

    // S1: an answer can't send our token elsewhere.
    #[tokio::test]
    async fn a_list_that_goes_on_at_another_host_is_not_followed() {
        for elsewhere in [
            "https://evil.example/v26.0/me/accounts?after=QVFI",
            "https://graph.facebook.com.evil.example/v26.0/me/accounts",
            "https://graph.facebook.com@evil.example/",
        ] {
            let (server, api) = facebook(|_| elsewhere.to_owned()).await;
            assert!(matches!(pages(&api).await, Err(Error::Unexpected { .. })), "{elsewhere}");
            assert_eq!(server.received_requests().await.map_or(0, |calls| calls.len()), 1);
        }
    }

    // A `next` that goes round in circles ends, and what the headers tell is kept.
    #[tokio::test]
    async fn a_list_without_an_end_is_cut_off() {
        let (_server, api) = facebook(|base| format!("{base}/v26.0/me/accounts?after=again")).await;
        assert_eq!(pages(&api).await.expect("as much as it is").len(), super::MAX_PARTS);
        let limits = api.limits();
        assert_eq!((limits.len(), limits[0].limit, limits[0].remaining), (1, Some(100), 5));
        let regained = limits[0].resets_at.expect("Facebook says when") - api.client().now();
        assert!((11..=12).contains(&regained.num_minutes()), "{regained}");
    }
}
