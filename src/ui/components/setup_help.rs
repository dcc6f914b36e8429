//! What an operator has to do to set a platform up.

use leptos::prelude::*;

use crate::model::{PlatformInfo, Setup};

#[component]
pub fn SetupHelp<'a>(info: &'a PlatformInfo, setup: Setup) -> impl IntoView + use<> {
    let table = format!("[platforms.{}]", info.id);
    let missing = setup.missing.into_iter().map(|key| view! { <li class="code">{key}</li> });
    let register = (!info.console.is_empty()).then(|| {
        view! {
            <li>
                "Register Huntaze \
                 at " <a class="link" href=info.console_url.to_string() rel="noreferrer">
                    {info.console.to_string()}
                </a> ", with exactly this redirect URI:"
                <p class="code panel mt-1.5 px-3 py-2">{setup.redirect_uri.clone()}</p>
            </li>
        }
    });
    view! {
        <section>
            <h2>"How to set up"</h2>
            <p class="soft mt-1">"You see this because you run this server."</p>
            <ol class="mt-4 grid list-decimal gap-4 pl-5">
                {register}
                <li>
                    "Add to " <span class="code">{table}</span> " in "
                    <span class="code">{setup.file}</span> ":"
                    <ul class="panel mt-1.5 grid gap-1 px-3 py-2">{missing.collect_view()}</ul>
                </li> <li>"Restart Huntaze. This page then shows the way to connect."</li>
            </ol>
        </section>
    }
}
