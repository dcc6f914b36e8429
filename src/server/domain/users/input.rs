//! What people type about themselves, and what is wrong with it.

use lettre::Address;
use secrecy::{ExposeSecret, SecretString};

use crate::model::FieldError;

/// Long enough, and tried first by everybody who guesses: found among leaked passwords.
const LEAKED: &str = include_str!("common_passwords.txt");
/// What people make of the shorter ones when ten characters are asked for.
const STRETCHED: &[&str] = &[
    "0123456789",
    "0987654321",
    "9876543210",
    "0000000000",
    "1111111111",
    "aaaaaaaaaa",
    "abcdefghij",
    "abcdefghijk",
    "adminadmin",
    "administrator",
    "changeme123",
    "letmein123",
    "passwordpassword",
];

fn is_common(password: &str) -> bool {
    let lower = password.to_lowercase();
    let mut leaked = LEAKED.lines().filter(|line| !line.starts_with('#'));
    leaked.any(|one| one == lower) || STRETCHED.contains(&lower.as_str())
}

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
    let say = match () {
        () if length < 10 => {
            "Take at least 10 characters. A few words in a row are easy to remember."
        }
        () if length > 128 => "Take at most 128 characters.",
        () if is_common(text) => "Too many people use this password. Take another one.",
        () if text.to_lowercase() == email => "Take something else than your e-mail address.",
        () => return None,
    };
    Some(problem(field, say))
}

#[cfg(test)]
mod tests {
    use super::*;

    // U1
    #[test]
    fn a_common_password_is_refused_in_any_case() {
        for common in ["1qaz2wsx3edc", "QWERTYUIOP", "Manchester", "changeme123"] {
            let problem = password_problem("password", &common.into(), "ada@example.com");
            let message = problem.expect("it is refused").message;
            assert_eq!(message, "Too many people use this password. Take another one.", "{common}");
        }
        let rare = "three ducks on a pond";
        assert!(password_problem("password", &rare.into(), "ada@example.com").is_none());
    }

    #[test]
    fn the_list_holds_passwords_that_pass_by_their_length() {
        let listed: Vec<_> = LEAKED.lines().filter(|line| !line.starts_with('#')).collect();
        assert!(listed.len() > 1_000, "{} are listed", listed.len());
        assert!(listed.iter().all(|one| one.len() >= 10 && *one == one.to_lowercase()));
    }

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
