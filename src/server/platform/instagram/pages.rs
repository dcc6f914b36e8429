//! The Instagram accounts behind the person's Facebook Pages.
//! <https://developers.facebook.com/docs/graph-api/reference/user/accounts>

use url::Url;

use super::metadata::Metadata;
use super::wire::{Listing, Page, Professional};
use super::{GRAPH, error, info::INFO, versioned};
use crate::model::Reason;
use crate::server::platform::{Api, Client, Error, Profile, Result, metadata, words};

/// The Page's own token is not asked for: it is fetched when something is published.
const FIELDS: &str = "id,name,tasks,instagram_business_account\
                      {id,username,name,profile_picture_url,followers_count,media_count}";
/// Either of these tasks on the Page allows publishing.
const PUBLISHING: [&str; 2] = ["MANAGE", "CREATE_CONTENT"];
/// Nobody manages more Pages than 20 times 100; a `next` that goes round in circles ends here.
const MOST_LISTINGS: usize = 20;

/// The accounts that can be connected, or why there is none.
pub async fn candidates(api: &Api) -> Result<Vec<Profile>> {
    all_granted(|scope| api.granted(scope))?;
    let pages = list(api).await?;
    let linked = pages.iter().filter(|page| page.instagram_business_account.is_some()).count();
    let usable: Vec<_> =
        pages.iter().filter(|page| may_publish(page)).filter_map(profile_of).collect();
    if usable.is_empty() { Err(none_usable(pages.len(), linked)) } else { Ok(usable) }
}

/// One connected account, read again.
pub async fn profile(api: &Api, account: &str) -> Result<Profile> {
    let pages = list(api).await?;
    let found = pages.iter().filter_map(profile_of).find(|profile| profile.id == account);
    found.ok_or_else(|| Error::Reconnect {
        reason: Reason::RefusedByPlatform,
        say: "Facebook no longer shows this Instagram account behind your Pages. Check that you \
              still manage its Page and that the two are linked, then reconnect Instagram and tick \
              the Page."
            .into(),
        detail: format!("{account} is not behind any of {} pages", pages.len()),
    })
}

/// Facebook Login for Business means all permissions or none, but classic Facebook Login lets
/// people leave some out.
pub fn all_granted(granted: impl Fn(&str) -> bool) -> Result<()> {
    let missing: Vec<_> =
        INFO.permissions.iter().filter(|permission| !granted(&permission.scope)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let labels: Vec<_> = missing.iter().map(|p| format!("\u{201c}{}\u{201d}", p.label)).collect();
    let labels: Vec<_> = labels.iter().map(String::as_str).collect();
    let scopes: Vec<_> = missing.iter().map(|p| p.scope.as_ref()).collect();
    Err(Error::Rejected {
        say: format!(
            "Instagram needs all permissions, and {} was left out. Connect again and leave every \
             switch on.",
            words::list(&labels)
        )
        .into(),
        field: None,
        detail: format!("not granted: {}", scopes.join(" ")),
    })
}

fn none_usable(pages: usize, linked: usize) -> Error {
    let say = match (pages, linked) {
        (0, _) => {
            "Facebook shared no Page with Huntaze. An Instagram account connects through the \
                   Facebook Page it is linked to: create a Page, or ask for a role on one, then \
                   connect again and tick it in Facebook's dialog."
                .into()
        }
        (1, 0) => "Your Facebook Page is not linked to an Instagram Business or Creator account. \
                   Link one in the Instagram app, then try again."
            .into(),
        (_, 0) => format!(
            "None of your {pages} Facebook Pages is linked to an Instagram Business or Creator \
             account. Link one in the Instagram app, then try again."
        )
        .into(),
        _ => "You may not publish on the Facebook Page that your Instagram account is linked to. \
              Ask the owner of the Page for full control or for the task Content, then try again."
            .into(),
    };
    let detail = format!("{pages} pages, {linked} linked, none with a publishing task");
    Error::Rejected { say, field: None, detail }
}

async fn list(api: &Api) -> Result<Vec<Page>> {
    let client = api.client();
    let first = client.url(GRAPH, versioned!("/me/accounts"));
    let mut call = api.get(first).query(&[("fields", FIELDS), ("limit", "100")]);
    let mut pages = Vec::new();
    for _ in 0..MOST_LISTINGS {
        let answer = call.send().await?;
        if let Some(error) = error::of(&answer, client.now()) {
            return Err(error);
        }
        let listing: Listing = answer.expect("the list of Pages")?;
        pages.extend(listing.data);
        let Some(next) = listing.paging.and_then(|paging| paging.next) else {
            break;
        };
        call = api.get(following(client, &next)?);
    }
    Ok(pages)
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
        return Err(Error::Unexpected {
            detail: "the list of Pages goes on at another host".into(),
        });
    };
    let mut url = client.url(GRAPH, path);
    let kept: Vec<(String, String)> =
        url.query_pairs().into_owned().filter(|(name, _)| name != "access_token").collect();
    url.query_pairs_mut().clear().extend_pairs(kept);
    Ok(url)
}

fn may_publish(page: &Page) -> bool {
    let publishes = |tasks: &Vec<String>| tasks.iter().any(|t| PUBLISHING.contains(&t.as_str()));
    page.tasks.as_ref().is_none_or(publishes)
}

fn profile_of(page: &Page) -> Option<Profile> {
    let account = page.instagram_business_account.as_ref()?;
    let Professional { id, username, name, profile_picture_url, .. } = account;
    let named = name.as_ref().filter(|name| !name.is_empty());
    Some(Profile {
        id: id.clone(),
        name: named.or(username.as_ref()).unwrap_or(id).clone(),
        handle: username.as_ref().map(|name| format!("@{name}")).unwrap_or_default(),
        avatar_url: profile_picture_url.clone(),
        detail: format!("Page: {}", page.name),
        metadata: metadata::write(&Metadata::of(page, account)),
        standing: None,
        grant_key: None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use wiremock::matchers::{header, method, path, query_param, query_param_is_missing};
    use wiremock::{Mock, MockServer, ResponseTemplate};

    use super::super::{Client, usage};
    use super::{Api, list};
    use crate::server::clock::Clock;
    use crate::server::platform::http::{Retries, pool};
    use crate::server::platform::{Error, Settings};

    /// Facebook behind a proxy's own prefix.
    async fn facebook(next: impl Fn(&str) -> String) -> (MockServer, Api) {
        // An error only says that another test of this process was first.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
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
            let names: Vec<_> =
                list(&api).await.expect("two parts").into_iter().map(|page| page.name).collect();
            assert_eq!(names, ["First", "Second"]);
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
            assert!(matches!(list(&api).await, Err(Error::Unexpected { .. })), "{elsewhere}");
            assert_eq!(server.received_requests().await.map_or(0, |calls| calls.len()), 1);
        }
    }

    // A `next` that goes round in circles ends, and what the headers tell is kept.
    #[tokio::test]
    async fn a_list_without_an_end_is_cut_off() {
        let (_server, api) = facebook(|base| format!("{base}/v26.0/me/accounts?after=again")).await;
        assert_eq!(list(&api).await.expect("as much as it is").len(), super::MOST_LISTINGS);
        let limits = api.limits();
        assert_eq!((limits.len(), limits[0].limit, limits[0].remaining), (1, Some(100), 5));
        let regained = limits[0].resets_at.expect("Facebook says when") - api.client().now();
        assert!((11..=12).contains(&regained.num_minutes()), "{regained}");
    }
}
