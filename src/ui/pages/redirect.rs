//! The step between a pressed button and a platform's consent page, seen for a moment.

use leptos::prelude::*;

use crate::ui::components::{Brand, ButtonLink, Variant};

#[component]
pub fn RedirectPage(name: String, url: String) -> impl IntoView {
    view! {
        <div class="frame frame-alone">
            <nav class="column door" aria-label="Main">
                <Brand />
            </nav>
            <main class="column column-narrow">
                <header class="head">
                    <h1>{format!("Opening {name}...")}</h1>
                </header>
                <section class="panel grid gap-4 p-5">
                    <p>
                        {format!(
                            "You decide there what Huntaze may do. If {name} does not open by \
                             itself, go on with the button.",
                        )}
                    </p>
                    <ButtonLink href=url text=format!("Continue to {name}") look=Variant::Primary />
                    <a class="link" href="/integrations">
                        "Back to your integrations"
                    </a>
                </section>
            </main>
        </div>
    }
}
