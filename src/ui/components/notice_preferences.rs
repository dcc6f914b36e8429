//! Which notices come by e-mail, too.

use super::form_action;
use leptos::prelude::*;

use super::{FormError, Submit};
use crate::api::notices;
use crate::model::{NoticeKind, Preference};

#[component]
pub fn NoticePreferences(preferences: Vec<Preference>) -> impl IntoView {
    let boxes = preferences.into_iter().map(|preference| {
        let word = preference.kind.as_str();
        let text = match preference.kind {
            NoticeKind::Broken => "An account needs me",
            NoticeKind::Expiring => "Access is about to end: 14, 7 and 1 days before",
            NoticeKind::Recovered => "An account works again",
            NoticeKind::Trouble => {
                "A platform has been in trouble for an hour, and when it is over"
            }
        };
        view! {
            <label class="tick">
                <input type="checkbox" name=word value="on" checked=preference.by_email />
                <span>{text}</span>
            </label>
        }
    });
    view! {
        <section aria-labelledby="notices">
            <h2 id="notices" class="mb-2">
                "Notices"
            </h2>
            <form class="panel grid gap-4 p-5" method="post" action=form_action!(notices::Prefer)>
                <fieldset class="grid gap-2">
                    <legend class="mb-2">
                        "What comes by e-mail, too, once your address is confirmed. The bell tells \
                         you everything, once for each incident."
                    </legend>
                    {boxes.collect_view()}
                </fieldset>
                <FormError />
                <div>
                    <Submit text="Save notices" busy="Saving..." />
                </div>
            </form>
        </section>
    }
}
