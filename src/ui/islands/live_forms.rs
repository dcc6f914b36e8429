//! Any plain forms and confirmations, alive.

use leptos::prelude::*;

use crate::ui::client::{dialog, enhance};

#[island]
pub fn LiveForms(children: Children) -> impl IntoView {
    view! {
        <div on:submit=enhance::submit on:click=dialog::click>
            {children()}
        </div>
    }
}
