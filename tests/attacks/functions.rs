//! Every server function with the names of its arguments, read from its own type: a new one, or one
//! with another argument, is attacked without anybody remembering to.

use std::collections::BTreeSet;

use huntaze::api::{accounts, audit, frame, mail, notices, operations, reference, users};
use leptos::server_fn::ServerFn;
use reqwest::Method;
use serde::de::value::Error;
use serde::de::{Deserialize, Deserializer, Error as _, Visitor};

use crate::support::{Answer, Person};

pub struct Function {
    pub path: &'static str,
    arguments: Vec<&'static str>,
}

macro_rules! functions {
    ($($function:ty,)*) => {
        vec![$(Function {
            path: <$function as ServerFn>::PATH,
            arguments: arguments_of::<$function>(),
        },)*]
    };
}

/// What leptos knows, or `the_list_is_whole` fails.
pub fn all() -> Vec<Function> {
    functions![
        accounts::Integrations,
        accounts::Platforms,
        accounts::Landing,
        accounts::ReadChoices,
        accounts::Choose,
        accounts::CancelChoice,
        accounts::SetLabel,
        accounts::RefreshAccount,
        accounts::TestAccount,
        accounts::Disconnect,
        audit::AuditLog,
        frame::ReadFrame,
        mail::ReadMail,
        notices::ReadNotices,
        notices::MarkRead,
        notices::MarkAllRead,
        notices::ReadPreferences,
        notices::Prefer,
        operations::ReadJobs,
        operations::RetryJob,
        operations::DiscardJob,
        reference::ReadReference,
        users::Register,
        users::Login,
        users::Logout,
        users::Forgot,
        users::Reset,
        users::Verify,
        users::VerifyAgain,
        users::ChangeEmail,
        users::ChangePassword,
        users::DeleteAccount,
        users::UpdateProfile,
        users::RevokeSession,
        users::RevokeOtherSessions,
        users::ReadProfile,
        users::ReadSessions,
    ]
}

impl Function {
    /// The arguments that name something of a workspace.
    pub fn ids(&self) -> Vec<&'static str> {
        let ids = ["id", "flow"];
        self.arguments.iter().copied().filter(|argument| ids.contains(argument)).collect()
    }

    /// Called as code in the browser does, with `value` for `field` and something that fits for
    /// everything else.
    pub async fn call(&self, person: &Person, field: &str, value: &str) -> Answer {
        let form: Vec<(&str, &str)> = self
            .arguments
            .iter()
            .flat_map(|argument| match *argument {
                argument if argument == field => vec![(argument, value)],
                "choice" => vec![("choice", "17841405822304914")],
                "provider" => vec![("provider", "x")],
                "time_zone" => vec![("time_zone", "Europe/Lisbon")],
                "query" => AUDIT_QUERY.to_vec(),
                other => vec![(other, "something else")],
            })
            .collect();
        let request = person.browser.request(Method::POST, self.path);
        let request = request.header("sec-fetch-site", "same-origin").form(&form);
        // No cookie of the answer is kept: some would log the person out.
        Answer::of(request.send().await.expect("an answer")).await
    }
}

const AUDIT_QUERY: [(&str, &str); 9] = [
    ("query[action]", ""),
    ("query[result]", ""),
    ("query[account]", ""),
    ("query[person]", ""),
    ("query[from]", ""),
    ("query[to]", ""),
    ("query[search]", ""),
    ("query[before]", ""),
    ("query[server]", "false"),
];

/// leptos' answer to arguments that it could not read.
pub fn is_unread(answer: &Answer) -> bool {
    answer.status == 400 || answer.body.contains("missing field")
}

/// The field names that a type asks its deserializer for.
fn arguments_of<'de, T: Deserialize<'de>>() -> Vec<&'static str> {
    let mut names = Vec::new();
    // It always fails: there is nothing to deserialize.
    assert!(T::deserialize(FieldNames(&mut names)).is_err());
    names
}

struct FieldNames<'a>(&'a mut Vec<&'static str>);

impl<'de> Deserializer<'de> for FieldNames<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        panic!("a server function's arguments are a struct")
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Error> {
        self.0.extend(fields);
        Err(Error::custom("only the names were wanted"))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

#[test]
fn the_list_is_whole() {
    let listed: BTreeSet<&str> = all().iter().map(|function| function.path).collect();
    let known: BTreeSet<&str> =
        leptos::server_fn::axum::server_fn_paths().map(|(path, _)| path).collect();
    assert_eq!(listed, known);
}

#[test]
fn arguments_are_read_from_the_types() {
    let of = |path: &str| {
        let found = all().into_iter().find(|function| function.path == path);
        found.expect("a server function").arguments
    };
    assert_eq!(of("/fn/label"), ["id", "label"]);
    assert_eq!(of("/fn/logout"), [] as [&str; 0]);
}
