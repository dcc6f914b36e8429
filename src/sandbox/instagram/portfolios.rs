//! Business Portfolios: Pages that belong to a business and not to the person who works on them.
//! <https://developers.facebook.com/docs/graph-api/reference/business>

use axum::{
    Json,
    extract::{OriginalUri, Path, State as Shared},
    response::{IntoResponse, Response},
};
use serde_json::json;

use super::{
    api::{own, page_list},
    errors::{known, no_object},
    fields::Fields,
    graph::{Call, Caller, serve},
    people::{Instagram, Page, Person},
};
use crate::sandbox::Sandbox;

/// Opens the lists below. Without it a portfolio's Pages do not exist for the app.
pub const MANAGE: &str = "business_management";

pub struct Portfolio {
    pub id: &'static str,
    pub name: &'static str,
    /// The Facebook user who works in it.
    person: &'static str,
    pub owned: &'static [Page],
    /// Pages of others that it works on.
    pub client: &'static [Page],
}

pub const MARTA: &str = "10219984472036158";

const TASKS: &[&str] = &["ANALYZE", "CREATE_CONTENT", "MODERATE"];

static PORTFOLIOS: [Portfolio; 1] = [Portfolio {
    id: "778120394455617",
    name: "Nordlys Media",
    person: MARTA,
    owned: &[Page {
        id: "510338827164402",
        name: "Nordlys Kitchen",
        category: "Media/news company",
        tasks: TASKS,
        instagram: Some(Instagram {
            id: "17841433906127748",
            ig_id: 33_906_127_748,
            username: "nordlys.kitchen",
            name: "Nordlys Kitchen",
            biography: "Northern food, slowly.",
            website: None,
            counts: [22_817, 96, 640],
        }),
    }],
    client: &[Page {
        id: "623904417755081",
        name: "Fjord & Fika",
        category: "Cafe",
        tasks: TASKS,
        instagram: Some(Instagram {
            id: "17841468120093377",
            ig_id: 68_120_093_377,
            username: "fjord.fika",
            name: "Fjord & Fika",
            biography: "Coffee by the water.",
            website: None,
            counts: [4_208, 310, 455],
        }),
    }],
}];

/// The portfolio that the person works in.
pub fn of(person: &Person) -> Option<&'static Portfolio> {
    PORTFOLIOS.iter().find(|portfolio| portfolio.person == person.account.id)
}

impl Portfolio {
    pub fn pages(&self) -> impl Iterator<Item = &'static Page> + use<> {
        self.owned.iter().chain(self.client)
    }
}

/// `GET /{version}/me/businesses`
pub async fn businesses(
    Shared(sandbox): Shared<Sandbox>,
    Path(id): Path<String>,
    call: Call,
) -> Response {
    sandbox.change(|state| {
        serve(state, &call, |_, caller| {
            own(caller, &id)?;
            may_manage(caller)?;
            let fields = Fields::read(call.params.get("fields").unwrap_or("id,name"))?;
            let shown = of(caller.person).map(|portfolio| {
                fields.pick("Business", &json!({ "id": portfolio.id, "name": portfolio.name }))
            });
            let data = shown.into_iter().collect::<Result<Vec<_>, _>>()?;
            Ok(Json(json!({ "data": data })).into_response())
        })
    })
}

/// `GET /{version}/{business}/owned_pages`
pub async fn owned_pages(
    sandbox: Shared<Sandbox>,
    id: Path<String>,
    uri: OriginalUri,
    call: Call,
) -> Response {
    pages(sandbox, id, uri, call, |portfolio| portfolio.owned)
}

/// `GET /{version}/{business}/client_pages`
pub async fn client_pages(
    sandbox: Shared<Sandbox>,
    id: Path<String>,
    uri: OriginalUri,
    call: Call,
) -> Response {
    pages(sandbox, id, uri, call, |portfolio| portfolio.client)
}

fn pages(
    Shared(sandbox): Shared<Sandbox>,
    Path(id): Path<String>,
    OriginalUri(uri): OriginalUri,
    call: Call,
    which: fn(&Portfolio) -> &'static [Page],
) -> Response {
    sandbox.change(|state| {
        serve(state, &call, |state, caller| {
            may_manage(caller)?;
            let found = of(caller.person).filter(|portfolio| portfolio.id == id);
            let portfolio = found.ok_or_else(|| no_object(&id))?;
            page_list(&sandbox, state, caller, &call, &uri, which(portfolio))
        })
    })
}

fn may_manage(caller: &Caller) -> Result<(), Response> {
    if caller.page.is_none() && caller.has(MANAGE) { Ok(()) } else { Err(known(200, None)) }
}
