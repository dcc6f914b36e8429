//! What the person allowed, and taking it back.
//! <https://developers.facebook.com/docs/graph-api/reference/user/permissions>

use axum::{
    Json,
    extract::{Path, State as Shared},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use super::{
    TWIN,
    api::own,
    dialog::DECLINED,
    graph::{Call, serve},
};
use crate::sandbox::Sandbox;

/// `GET /{version}/me/permissions`
pub async fn list(
    Shared(sandbox): Shared<Sandbox>,
    Path(id): Path<String>,
    call: Call,
) -> Response {
    sandbox.change(|state| {
        serve(state, &call, |state, caller| {
            own(caller, &id)?;
            let grant = state.grants.iter().find(|grant| grant.id == caller.grant);
            let declined = grant.and_then(|grant| grant.data.get(DECLINED)?.as_array());
            let line = |name, status| json!({ "permission": name, "status": status });
            let granted = caller.scopes.iter().map(|name| line(json!(name), "granted"));
            let declined = declined.into_iter().flatten().cloned();
            let declined = declined.map(|name| line(name, "declined"));
            let profile = [line(json!("public_profile"), "granted")];
            let data: Vec<_> = profile.into_iter().chain(granted).chain(declined).collect();
            Ok(Json(json!({ "data": data })).into_response())
        })
    })
}

/// `DELETE /{version}/{id}/permissions`: ends everything the person allowed the app.
pub async fn revoke(
    Shared(sandbox): Shared<Sandbox>,
    Path(id): Path<String>,
    call: Call,
) -> Response {
    sandbox.change(|state| {
        serve(state, &call, |state, caller| {
            own(caller, &id)?;
            state.revoke_person(TWIN.id, caller.person.account.id);
            Ok(Json(json!({ "success": true })).into_response())
        })
    })
}

/// `DELETE /{version}/{id}/permissions/{name}`: takes one permission back.
pub async fn revoke_one(
    Shared(sandbox): Shared<Sandbox>,
    Path((id, name)): Path<(String, String)>,
    call: Call,
) -> Response {
    sandbox.change(|state| {
        serve(state, &call, |state, caller| {
            own(caller, &id)?;
            let person = caller.person.account.id;
            for grant in state
                .grants
                .iter_mut()
                .filter(|grant| grant.platform == TWIN.id && grant.person == person)
            {
                grant.scopes.retain(|scope| *scope != name);
                if let Some(declined) = grant.data.get_mut(DECLINED).and_then(Value::as_array_mut) {
                    declined.push(json!(name));
                }
            }
            Ok(Json(json!({ "success": true })).into_response())
        })
    })
}
