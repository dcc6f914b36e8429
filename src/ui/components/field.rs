//! A field with its label, its help and its error. The place of the error is always there: a live
//! form fills it.

use leptos::prelude::*;

use crate::model::Flash;

#[component]
pub fn Field<'a>(
    name: &'static str,
    #[prop(into)] label: String,
    flash: &'a Flash,
    #[prop(default = "text")] kind: &'static str,
    #[prop(default = "off")] autocomplete: &'static str,
    #[prop(optional, into)] value: Option<String>,
    #[prop(optional, into)] help: Option<String>,
    #[prop(optional)] max: Option<u32>,
    #[prop(optional)] list: Option<&'static str>,
    #[prop(optional)] readonly: bool,
) -> impl IntoView + use<> {
    let typed = flash.value(name);
    let value = if typed.is_empty() { value.unwrap_or_default() } else { typed };
    let invalid = flash.error(name).is_some();
    let described =
        if help.is_some() { format!("{name}-help {name}-error") } else { format!("{name}-error") };
    let help = help.map(|text| {
        view! {
            <p class="field-help" id=format!("{name}-help")>
                {text}
            </p>
        }
    });
    view! {
        <div class="field">
            <label for=name>{label}</label>
            <input
                class="input"
                id=name
                name=name
                type=kind
                value=value
                autocomplete=autocomplete
                maxlength=max
                list=list
                readonly=readonly
                required=!readonly
                aria-invalid=if invalid { "true" } else { "false" }
                aria-describedby=described
            />
            {help}
            <FieldError name flash />
        </div>
    }
}

/// The sentence of one field.
#[component]
pub fn FieldError<'a>(#[prop(into)] name: String, flash: &'a Flash) -> impl IntoView + use<> {
    let message = flash.error(&name);
    view! {
        <p class="field-error" id=format!("{name}-error") data-error=name>
            {message}
        </p>
    }
}

/// Where a live form says what belongs to no field. Without scripts that is a toast.
#[component]
pub fn FormError() -> impl IntoView {
    view! { <p class="field-error" role="alert" data-form-error=true></p> }
}
