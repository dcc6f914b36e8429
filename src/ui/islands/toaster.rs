//! Where messages float up: the server's own of this page, and those of forms answered in place.

use leptos::prelude::*;

use crate::ui::client::toast;

#[island]
pub fn Toaster(children: Children) -> impl IntoView {
    view! {
        <div class="toaster" on:click=toast::click>
            {children()}
        </div>
    }
}
