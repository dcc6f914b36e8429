//! The mails about a person's account. None repeats a name: anybody can register somebody else's
//! address with an advertisement for a name.

use secrecy::{ExposeSecret, SecretString};

use crate::server::Backend;
use crate::server::domain::mail::Mail;

fn compose(backend: &Backend, to: &str, subject: &str, text: &str) -> Mail {
    let base = backend.config.public_url();
    let text = format!("Hello,\n\n{text}\n\nHuntaze, {}\n", base.as_str().trim_end_matches('/'));
    Mail { to: to.to_owned(), subject: subject.to_owned(), text: text.into() }
}

const CODE: &str =
    "If the page asks for a code, copy it from the end of the link: everything after the #.";

pub fn verify(backend: &Backend, to: &str, link: &SecretString) -> Mail {
    let text = format!(
        "confirm that this address is yours:\n\n{}\n\n{CODE}\nThe link works once, for 24 \
         hours.\n\n\
         You did not open an account at Huntaze? Then somebody mistyped their own address, and you \
         can ignore this mail.",
        link.expose_secret()
    );
    compose(backend, to, "Confirm your e-mail", &text)
}

pub fn change(backend: &Backend, to: &str, link: &SecretString) -> Mail {
    let text = format!(
        "somebody with an account at Huntaze wants to use this address for it. If it is you, \
         confirm:\n\n{}\n\n{CODE}\n\
         The link works once, for 24 hours.\n\nIt is not you? Then ignore this mail, and nothing \
         happens.",
        link.expose_secret()
    );
    compose(backend, to, "Confirm your new e-mail", &text)
}

pub fn reset(backend: &Backend, to: &str, link: &SecretString) -> Mail {
    let text = format!(
        "somebody, probably you, wants a new password for your account. Choose one \
         here:\n\n{}\n\n{CODE}\n\
         The link works once, for 30 minutes.\n\nIt was not you? Then do nothing: your password \
         stays as it is.",
        link.expose_secret()
    );
    compose(backend, to, "Choose a new password", &text)
}

pub fn password_changed(backend: &Backend, to: &str) -> Mail {
    let base = backend.config.public_url();
    let text = format!(
        "the password of your account was changed, and every other device was logged out.\n\n\
         It was not you? Choose a new one at once: {}/forgot",
        base.as_str().trim_end_matches('/')
    );
    compose(backend, to, "Your password was changed", &text)
}

/// To the old address.
pub fn email_changed(backend: &Backend, to: &str, new: &str) -> Mail {
    let text = format!(
        "your account now has another address: {new}. You log in with it from now on, and mails go \
         there.\n\n\
         It was not you? Then somebody knows your password. Write to the people who run this \
         server."
    );
    compose(backend, to, "Your e-mail was changed", &text)
}

pub fn deleted(backend: &Backend, to: &str) -> Mail {
    let text = "your account and everything in it are deleted, as you asked. Access to your \
        connected accounts is deleted here and \
                is being ended at the platforms; what you posted there stays. This is our last \
                mail to you.";
    compose(backend, to, "Your account is deleted", text)
}
