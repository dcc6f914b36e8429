//! The person's Pages: their own, and those of a Business Portfolio, which Facebook's list of a
//! person's Pages leaves out. These are found by the ids that the person ticked in the dialog, and
//! by the portfolios they belong to.
//! <https://developers.facebook.com/docs/graph-api/reference/business>

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::inspect::inspect;
use super::wire::{Business, Page};
use super::{GRAPH, error, listing, versioned};
use crate::server::platform::{Api, Error, Result};

/// Opens the portfolios; without it their Pages stay out.
pub const PERMISSION: &str = "business_management";

/// The Page's own token is not asked for: it is fetched when something is published.
const FIELDS: &str = "id,name,tasks,instagram_business_account\
                      {id,username,name,profile_picture_url,followers_count,media_count}";
/// Each of these costs a call, or two.
const MAX_PAGES: usize = 50;
const MAX_PORTFOLIOS: usize = 10;

/// The Pages found so far.
#[derive(Default)]
pub struct Search {
    pub pages: Vec<Page>,
    /// Why some may be missing: nobody may conclude that what is not here is gone.
    pub incomplete: Option<Error>,
}

impl Search {
    /// `GET /me/accounts`
    pub async fn own_pages(api: &Api) -> Result<Self> {
        let mut search = Self::default();
        let path = versioned!("/me/accounts");
        search.add(listing::read(api, path, path, FIELDS).await?);
        Ok(search)
    }

    fn add(&mut self, items: Vec<Value>) {
        let is_whole = |page: &Page| {
            let account = page.instagram_business_account.as_ref();
            is_id(&page.id) && account.is_none_or(|account| is_id(&account.id))
        };
        for page in self.read(items, is_whole) {
            if self.pages.iter().all(|known| known.id != page.id) {
                self.pages.push(page);
            }
        }
    }

    /// The items with every id that they need. One without makes the search incomplete.
    fn read<T: DeserializeOwned>(
        &mut self,
        items: Vec<Value>,
        is_whole: impl Fn(&T) -> bool,
    ) -> Vec<T> {
        let count = items.len();
        let read = items.into_iter().filter_map(|item| serde_json::from_value::<T>(item).ok());
        let read: Vec<T> = read.filter(is_whole).collect();
        let missing = count.saturating_sub(read.len());
        if missing > 0 {
            let detail = format!("{missing} of {count} items without an id");
            self.miss(Error::Unexpected { detail });
        }
        read
    }

    /// The first `max` of these; more make the search incomplete.
    fn first<T>(&mut self, mut all: Vec<T>, max: usize) -> Vec<T> {
        if all.len() > max {
            self.miss(Error::Unexpected { detail: format!("{} are more than {max}", all.len()) });
            all.truncate(max);
        }
        all
    }

    fn miss(&mut self, error: Error) {
        self.incomplete.get_or_insert(error);
    }

    /// What an outcome gives. A failure that passes leaves the search incomplete; only one that
    /// speaks of the whole connection ends it.
    fn settle<T>(&mut self, outcome: Result<T>) -> Result<Option<T>> {
        match outcome {
            Ok(found) => Ok(Some(found)),
            Err(error) if error.account_reason().is_some() => Err(error),
            Err(error) => {
                self.miss(error);
                Ok(None)
            }
        }
    }
}

/// Adds the Pages of the person's portfolios, which come as lists, and those that they ticked and
/// that no list holds.
pub async fn add_pages(api: &Api, search: &mut Search) -> Result<()> {
    if api.granted(PERMISSION) {
        add_portfolios(api, search).await?;
    }
    add_ticked(api, search).await
}

/// The Pages that `debug_token` names under a permission, each read by its id.
async fn add_ticked(api: &Api, search: &mut Search) -> Result<()> {
    let inspection = inspect(api.client(), api.token()).await;
    let Some(inspection) = search.settle(inspection)? else {
        return Ok(());
    };
    let (ticked, is_whole) = inspection.ticked_pages();
    if !is_whole || !ticked.iter().all(|id| is_id(id)) {
        search.miss(Error::Unexpected { detail: "debug_token: odd ids of what was ticked".into() });
    }
    let is_new = |id: &String| is_id(id) && search.pages.iter().all(|page| page.id != *id);
    let ids: Vec<_> = ticked.into_iter().filter(is_new).collect();
    for id in search.first(ids, MAX_PAGES) {
        let page = read_page(api, &id).await;
        if let Some(Some(page)) = search.settle(page)? {
            search.add(vec![page]);
        }
    }
    Ok(())
}

/// One Page, if this token may see it.
async fn read_page(api: &Api, id: &str) -> Result<Option<Value>> {
    let client = api.client();
    let url = client.url(GRAPH, &format!(versioned!("/{}"), id));
    let call = api.get(url).label(versioned!("/{id}")).query(&[("fields", FIELDS)]);
    let answer = call.send().await?;
    if error::is_invisible(&answer) {
        return Ok(None);
    }
    match error::of(&answer, client.now()) {
        Some(error) => Err(error),
        None => Ok(Some(answer.expect("a Page")?)),
    }
}

/// `GET /me/businesses`, and of each the Pages it owns and those it works on for others.
async fn add_portfolios(api: &Api, search: &mut Search) -> Result<()> {
    let path = versioned!("/me/businesses");
    let portfolios = listing::read_visible(api, path, path, "id").await;
    let portfolios = search.settle(portfolios)?.unwrap_or_default();
    let portfolios = search.read(portfolios, |portfolio: &Business| is_id(&portfolio.id));
    for Business { id } in search.first(portfolios, MAX_PORTFOLIOS) {
        for label in [versioned!("/{id}/owned_pages"), versioned!("/{id}/client_pages")] {
            let found =
                listing::read_visible(api, &label.replace("{id}", &id), label, FIELDS).await;
            let found = search.settle(found)?.unwrap_or_default();
            search.add(found);
        }
    }
    Ok(())
}

/// Facebook's ids are numbers, too long for an integer. They become part of a path.
pub fn is_id(id: &str) -> bool {
    !id.is_empty() && id.len() <= 64 && id.bytes().all(|byte| byte.is_ascii_digit())
}
