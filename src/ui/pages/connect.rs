//! Every platform there is to connect.

use leptos::prelude::*;

use crate::api::accounts::platforms;
use crate::model::Frame;
use crate::ui::components::{DialogTemplate, PageHeader, PlatformList, page};

#[component]
pub fn ConnectPage() -> impl IntoView {
    page(|frame: Frame| async move {
        let cards = platforms().await?;
        Ok(view! {
            <PageHeader title="Connect an account" back=("/integrations", "Integrations") />
            <p class="soft mb-5">
                "What each platform needs, what Huntaze reads and does there, and what to do when \
                 something is wrong."
            </p>
            <PlatformList cards dialogs=frame.viewer.is_some() />
            <DialogTemplate />
        })
    })
}
