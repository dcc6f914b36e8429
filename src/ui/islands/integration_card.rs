//! A platform's card, alive: its forms answer in place and its confirmations open as dialogs.

use leptos::prelude::*;

use crate::ui::client::{dialog, enhance};

#[island]
pub fn IntegrationCard(children: Children) -> impl IntoView {
    view! {
        <div on:submit=enhance::submit on:click=dialog::click>
            {children()}
        </div>
    }
}
