//! Every platform, and every account connected to it.

use leptos::prelude::*;

use crate::api::accounts::integrations;
use crate::model::Frame;
use crate::ui::components::{DialogTemplate, Note, PageHeader, PlatformCard, Tone, page};

#[component]
pub fn IntegrationsPage() -> impl IntoView {
    page(|frame: Frame| async move {
        let shown = integrations().await?;
        // Without scripts, the label that was refused has no field of its own to say it at.
        let refused = frame.flash.error("label").map(|message| {
            view! {
                <div class="mb-4" role="alert">
                    <Note tone=Tone::Bad>{message}</Note>
                </div>
            }
        });
        let operator = frame.viewer.is_some_and(|viewer| viewer.operator);
        let full = (shown.used >= shown.limit).then(|| {
            view! {
                <p class="soft mb-4">
                    "All accounts of your plan are in use. Disconnect one to connect another; \
                     reconnecting always works."
                </p>
            }
        });
        let cards = shown
            .cards
            .into_iter()
            .map(|card| view! { <PlatformCard card operator /> })
            .collect_view();
        Ok(view! {
            <PageHeader title="Integrations">
                <p class="soft whitespace-nowrap" data-live="usage">
                    {format!("{} of {} accounts", shown.used, shown.limit)}
                </p>
            </PageHeader>
            {refused}
            <div data-live="full">{full}</div>
            <div class="grid gap-4">{cards}</div>
            <DialogTemplate />
        })
    })
}
