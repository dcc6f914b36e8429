//! A quiet reminder that an address was not confirmed. It stops nobody.

use super::form_action;
use leptos::prelude::*;

use super::{Note, Submit, Tone};
use crate::api::users;
use crate::model::Viewer;
use crate::ui::islands::LiveForms;

#[component]
pub fn ConfirmEmail(viewer: Option<Viewer>) -> impl IntoView {
    viewer.filter(|viewer| !viewer.verified).map(|viewer| {
        view! {
            <aside class="mb-5" aria-label="Confirm your e-mail">
                <Note tone=Tone::Info>
                    <div class="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
                        <p>
                            "Confirm your e-mail: follow the link that we sent \
                             to " <span class="break-all">{viewer.email}</span> "."
                        </p>
                        <LiveForms>
                            <form method="post" action=form_action!(users::VerifyAgain)>
                                <Submit text="Send again" busy="Sending..." />
                            </form>
                        </LiveForms>
                    </div>
                </Note>
            </aside>
        }
    })
}
