//! What stands before handlers. A door says which of them it has ([`for_people`], [`for_files`]); a
//! route says what it needs besides ([`Guarded`]).

mod body;
mod compress;
mod correlate;
mod csrf;
mod declare;
mod flash;
mod headers;
mod host;
pub mod idempotency;
mod identify;
mod measure;
mod rate_limit;
mod revalidate;
mod run_to_completion;
mod server_functions;
mod wrap_plain_errors;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};

use super::kit::App;
pub use declare::{Guarded, IDEMPOTENT, LIMIT, LOGIN};
pub use flash::take_flash;
pub use host::is_loopback;
pub use run_to_completion::run_to_completion;
pub use server_functions::Limited;
pub use wrap_plain_errors::wrap_plain_errors;

/// Around all doors: correlation and log, one count, and nothing cut off.
pub fn around_all(app: &App, doors: Router<App>) -> Router<App> {
    let changes = run_to_completion::changes_run_to_completion;
    doors
        .layer(from_fn(measure::measure))
        .layer(from_fn_with_state(app.clone(), changes))
        .layer(from_fn_with_state(app.clone(), correlate::correlate))
}

/// For the door of the site's files: no limit counts them, and who asks for them does not matter.
pub fn for_files(app: &App, door: Router<App>) -> Router<App> {
    door.layer(from_fn_with_state(app.clone(), headers::headers))
        .layer(from_fn_with_state(app.clone(), host::host))
}

/// For doors that people's browsers and programs come through, from the outside in: the host, the
/// headers of answers, compression, what has not changed, cross-site requests, limits, bodies of
/// bounded size, who is asking.
pub fn for_people(app: &App, door: Router<App>) -> Router<App> {
    door.layer(from_fn_with_state(app.clone(), rate_limit::by_person))
        .layer(from_fn_with_state(app.clone(), identify::identify))
        .layer(from_fn_with_state(app.clone(), body::buffer_body))
        .layer(from_fn_with_state(app.clone(), rate_limit::by_address))
        .layer(from_fn_with_state(app.clone(), csrf::csrf))
        .layer(from_fn(revalidate::revalidate))
        .layer(compress::compress())
        .layer(from_fn_with_state(app.clone(), headers::headers))
        .layer(from_fn_with_state(app.clone(), host::host))
}
