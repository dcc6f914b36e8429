//! What the toaster starts with: the message that the last form left, and the forms of those to
//! come.

use leptos::prelude::*;

use super::{Glyph, Icon};
use crate::model::{Toast, ToastKind};
use crate::ui::islands::Toaster;

#[component]
pub fn Toasts(first: Option<Toast>) -> impl IntoView {
    let (error, other) = match first {
        Some(toast) if toast.kind == ToastKind::Error => (Some(toast), None),
        toast => (None, toast),
    };
    view! {
        <Toaster>
            <div id="toasts" role="status">
                {other.map(|toast| view! { <Message toast /> })}
            </div>
            <div id="toasts-error" role="alert">
                {error.map(|toast| view! { <Message toast /> })}
            </div>
            <template id="toast-success">
                <Message toast=empty(ToastKind::Success) />
            </template>
            <template id="toast-info">
                <Message toast=empty(ToastKind::Info) />
            </template>
            <template id="toast-error">
                <Message toast=empty(ToastKind::Error) />
            </template>
        </Toaster>
    }
}

fn empty(kind: ToastKind) -> Toast {
    Toast { kind, title: String::new(), text: String::new(), reference: None }
}

#[component]
fn Message(toast: Toast) -> impl IntoView {
    let (class, glyph) = match toast.kind {
        ToastKind::Success => ("toast toast-success", Glyph::CheckCircle),
        ToastKind::Info => ("toast toast-info", Glyph::Info),
        ToastKind::Error => ("toast toast-error", Glyph::Alert),
    };
    view! {
        <div class=class>
            <Icon glyph />
            <div>
                <p class="font-medium" data-toast-title=true>
                    {toast.title}
                </p>
                <p class="soft" data-toast-text=true>
                    {toast.text}
                </p>
                <p class="small soft mt-1" data-toast-reference=true>
                    {toast.reference.map(|code| format!("Reference {code}"))}
                </p>
            </div>
            <button type="button" class="toast-close" aria-label="Dismiss">
                <Icon glyph=Glyph::Cross small=true />
            </button>
        </div>
    }
}
