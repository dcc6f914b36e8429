//! Chooses whose data a page shows. The server renders it as links in a `<details>`; here it gets
//! the keyboard of a listbox, a search, and a memory.

use leptos::prelude::*;

use crate::ui::client::listbox;

#[island]
pub fn AccountSwitcher(children: Children) -> impl IntoView {
    view! {
        <div on:keydown=listbox::key on:input=listbox::search on:click=listbox::remember>
            {children()}
        </div>
    }
}
