//! For every address that leads nowhere.

use leptos::prelude::*;

use crate::error::AppError;
use crate::ui::components::page;

#[component]
pub fn NotFoundPage() -> impl IntoView {
    page(|_| async { Err::<(), _>(AppError::not_found("page")) })
}
