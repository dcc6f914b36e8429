//! What people type about themselves, and what is wrong with it.

use lettre::Address;
use secrecy::{ExposeSecret, SecretString};

use crate::model::FieldError;

/// Of length alone many would pass; these are tried first by everybody who guesses.
const COMMON: &[&str] = &[
    "1234567890",
    "0123456789",
    "12345678910",
    "123456789a",
    "qwertyuiop",
    "password12",
    "password123",
    "password1234",
    "passwordpassword",
    "1q2w3e4r5t",
    "q1w2e3r4t5",
    "iloveyou12",
    "iloveyou123",
    "letmein123",
    "welcome123",
    "administrator",
    "adminadmin",
    "qwerty12345",
    "qwerty123456",
    "abcdefghij",
    "abcdefghijk",
    "0987654321",
    "9876543210",
    "1111111111",
    "0000000000",
    "aaaaaaaaaa",
    "changeme123",
];

pub fn normal_email(email: &str) -> String {
    email.trim().to_lowercase()
}

pub(super) fn problem(field: &str, message: &str) -> FieldError {
    FieldError { field: field.to_owned(), message: message.to_owned() }
}

pub(super) fn name_problem(name: &str) -> Option<FieldError> {
    let length = name.chars().count();
    (length == 0 || length > 100 || name.chars().any(char::is_control))
        .then(|| problem("name", "Write your name, with at most 100 characters."))
}

/// Whether mail can be sent there; of what the syntax allows, only what people have: one `@`, and a
/// domain below another.
fn is_email(email: &str) -> bool {
    // RFC 5321, 4.5.3.1.3, without the angle brackets.
    email.len() <= 254
        && !email.chars().any(|c| c.is_whitespace() || c.is_control())
        && email
            .parse::<Address>()
            .is_ok_and(|address| !address.user().contains('@') && address.domain().contains('.'))
}

pub(super) fn email_problem(email: &str) -> Option<FieldError> {
    (!is_email(email)).then(|| {
        problem("email", "This does not look like an e-mail address, such as ada@example.com.")
    })
}

pub(super) fn password_problem(
    field: &str,
    password: &SecretString,
    email: &str,
) -> Option<FieldError> {
    let text = password.expose_secret();
    let length = text.chars().count();
    let lower = text.to_lowercase();
    let say = match () {
        () if length < 10 => {
            "Take at least 10 characters. A few words in a row are easy to remember."
        }
        () if length > 128 => "Take at most 128 characters.",
        () if COMMON.contains(&lower.as_str()) => {
            "Too many people use this password. Take another one."
        }
        () if lower == email => "Take something else than your e-mail address.",
        () => return None,
    };
    Some(problem(field, say))
}

#[cfg(test)]
mod tests {
    use super::*;

    // U1, S6
    #[test]
    fn an_address_is_one_that_mail_can_be_sent_to() {
        for good in ["ada@example.com", "ada.l+shop@mail.example.co.uk", "zoë@exämple.com"] {
            assert!(is_email(good), "{good}");
        }
        let long = format!("{}@example.com", "a".repeat(250));
        for bad in [
            "",
            "ada",
            "@example.com",
            "ada@",
            "ada@localhost",
            "ada@.com",
            "ada@example..com",
            "ada@example.com.",
            "ada@grace@example.com",
            "\"ada@grace\"@example.com",
            "ada lovelace@example.com",
            "ada@example.com\r\nBcc: all@example.com",
            "ada..l@example.com",
            &long,
        ] {
            assert!(!is_email(bad), "{bad}");
        }
    }
}
