//! Where a plain form of a server function goes.

/// The address of a server function, named by its type so that a form can't miss it. A macro,
/// because a bare attribute value of `view!` takes no angle brackets.
macro_rules! form_action {
    ($function:ty) => {
        <$function as leptos::server_fn::ServerFn>::PATH
    };
}
pub(crate) use form_action;
