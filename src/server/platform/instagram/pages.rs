//! The Instagram accounts behind the person's Facebook Pages.
//! <https://developers.facebook.com/docs/graph-api/reference/user/accounts>

use super::info::INFO;
use super::metadata::Metadata;
use super::portfolio::{self, Search};
use super::wire::{Page, Professional};
use crate::model::{Permission, Reason};
use crate::server::platform::{Api, Error, Profile, Result, metadata, names, words};

/// Either of these tasks on the Page allows publishing.
const PUBLISHING: [&str; 2] = ["MANAGE", "CREATE_CONTENT"];

/// The accounts that can be connected, or why there is none.
pub async fn list_profiles(api: &Api) -> Result<Vec<Profile>> {
    require_granted(|scope| api.granted(scope))?;
    let mut search = Search::own_pages(api).await?;
    portfolio::add_pages(api, &mut search).await?;
    let Search { pages, incomplete } = search;
    let usable: Vec<_> =
        pages.iter().filter(|page| may_publish(page)).filter_map(profile_of).collect();
    if usable.is_empty() {
        return Err(incomplete.unwrap_or_else(|| none_usable(api, &pages)));
    }
    Ok(usable)
}

/// One connected account, read again. Most people's is among their own Pages; only then is looked
/// further.
pub async fn profile(api: &Api, account: &str) -> Result<Profile> {
    let mut search = Search::own_pages(api).await?;
    if let Some(profile) = find(&search, account) {
        return Ok(profile);
    }
    portfolio::add_pages(api, &mut search).await?;
    if let Some(profile) = find(&search, account) {
        return Ok(profile);
    }
    let gone = Error::Reconnect {
        reason: Reason::RefusedByPlatform,
        message:
            "Facebook no longer shows this Instagram account behind your Pages. Check that you \
              still manage its Page and that the two are linked, then reconnect Instagram and tick \
              the Page."
                .into(),
        detail: format!("{account} is not behind any of {} pages", search.pages.len()),
    };
    Err(search.incomplete.unwrap_or(gone))
}

fn find(search: &Search, account: &str) -> Option<Profile> {
    search.pages.iter().filter_map(profile_of).find(|profile| profile.id == account)
}

/// Facebook Login for Business means all permissions or none, but classic Facebook Login lets
/// people leave some out. Without these nothing works.
pub fn require_granted(granted: impl Fn(&str) -> bool) -> Result<()> {
    let missing = |p: &&Permission| p.required && !granted(&p.scope);
    let missing: Vec<_> = INFO.permissions.iter().filter(missing).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let labels: Vec<_> = missing.iter().map(|p| format!("\u{201c}{}\u{201d}", p.label)).collect();
    let labels: Vec<_> = labels.iter().map(String::as_str).collect();
    let scopes: Vec<_> = missing.iter().map(|p| p.scope.as_ref()).collect();
    Err(Error::Rejected {
        message: format!(
            "Instagram did not give us: {}. Nothing works without. Connect again and leave every \
             switch on.",
            words::list(&labels)
        )
        .into(),
        field: None,
        detail: format!("not granted: {}", scopes.join(" ")),
    })
}

fn none_usable(api: &Api, pages: &[Page]) -> Error {
    let linked = pages.iter().filter(|page| page.instagram_business_account.is_some()).count();
    let message = match (pages.len(), linked) {
        (0, _) if !api.granted(portfolio::PERMISSION) => {
            "Facebook shared no Page with Huntaze. If your Page belongs to a Business Portfolio, \
             it stays out without the permission to see the portfolio's Pages: connect again and \
             leave that switch on. Otherwise create a Page, or ask for a role on one, and tick it \
             in Facebook's dialog."
                .into()
        }
        (0, _) => {
            "Facebook shared no Page with Huntaze. An Instagram account connects through the \
                   Facebook Page it is linked to: create a Page, or ask for a role on one, then \
                   connect again and tick it in Facebook's dialog."
                .into()
        }
        (1, 0) => "Your Facebook Page is not linked to an Instagram Business or Creator account. \
                   Link one in the Instagram app, then try again."
            .into(),
        (count, 0) => format!(
            "None of your {count} Facebook Pages is linked to an Instagram Business or Creator \
             account. Link one in the Instagram app, then try again."
        )
        .into(),
        _ => "You may not publish on the Facebook Page that your Instagram account is linked to. \
              Ask the owner of the Page for full control or for the task Content, then try again."
            .into(),
    };
    let detail = format!("{} pages, {linked} linked, none with a publishing task", pages.len());
    Error::Rejected { message, field: None, detail }
}

fn may_publish(page: &Page) -> bool {
    let publishes = |tasks: &Vec<String>| tasks.iter().any(|t| PUBLISHING.contains(&t.as_str()));
    page.tasks.as_ref().is_none_or(publishes)
}

fn profile_of(page: &Page) -> Option<Profile> {
    let account = page.instagram_business_account.as_ref();
    let account = account.filter(|account| portfolio::is_id(&account.id))?;
    let Professional { id, username, name, profile_picture_url, .. } = account;
    let named = name.as_ref().filter(|name| !name.is_empty());
    Some(Profile {
        id: id.clone(),
        name: named.or(username.as_ref()).unwrap_or(id).clone(),
        handle: username.as_deref().map(names::handle).unwrap_or_default(),
        avatar_url: profile_picture_url.clone(),
        detail: format!("Page: {}", page.name),
        metadata: metadata::write(&Metadata::of(page, account)),
        issue: None,
        grant_key: None,
    })
}
