//! The secret of a link in a mail. It stands in the address's fragment, which browsers keep to
//! themselves: where the page is alive it is taken from there and the field is hidden; without
//! scripts the person pastes it.

use leptos::prelude::*;

use super::Field;
use crate::model::Flash;

#[component]
pub fn LinkCode<'a>(flash: &'a Flash) -> impl IntoView + use<> {
    view! {
        <div data-link-code=true>
            <Field
                name="token"
                label="Code from the mail"
                help="It is the end of the link: everything after the #."
                max=64
                flash
            />
        </div>
    }
}
