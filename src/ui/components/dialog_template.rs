//! The frame of every dialog, with the shape of what is about to come.

use leptos::prelude::*;

use super::{Glyph, Icon};

#[component]
pub fn DialogTemplate() -> impl IntoView {
    view! {
        <template id="dialog-template">
            <dialog class="dialog" aria-label="Loading">
                <div data-dialog-body=true>
                    <div class="grid gap-3" aria-hidden="true">
                        <div class="bone w-1/2"></div>
                        <div class="bone mt-3"></div>
                        <div class="bone"></div>
                        <div class="bone w-5/6"></div>
                        <div class="bone mt-3"></div>
                        <div class="bone w-2/3"></div>
                        <div class="bone mt-3 h-9 w-40 justify-self-end"></div>
                    </div>
                </div>
                <button type="button" class="dialog-close" data-close=true aria-label="Close">
                    <Icon glyph=Glyph::Cross />
                </button>
            </dialog>
        </template>
    }
}
