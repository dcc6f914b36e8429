//! The API's description as its page shows it: finished texts, and links within the page.

use serde::{Deserialize, Serialize};

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Reference {
    /// This server's address.
    pub base: String,
    pub intro: Vec<String>,
    pub groups: Vec<Group>,
    /// What many operations may answer when something goes wrong.
    pub errors: Vec<Reply>,
    pub shapes: Vec<Shape>,
}

/// What belongs together.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Group {
    pub id: String,
    pub name: String,
    pub about: String,
    pub operations: Vec<Operation>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Operation {
    pub id: String,
    pub method: String,
    pub path: String,
    pub summary: String,
    pub about: Vec<String>,
    /// Who may ask.
    pub who: String,
    pub limit: String,
    pub parameters: Vec<Entry>,
    pub body: Option<Body>,
    /// The whole request for a command line.
    pub curl: String,
    pub answers: Vec<Reply>,
    /// Answers told in [`Reference::errors`].
    pub failures: Vec<Failure>,
}

/// A parameter, a header or a field.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Entry {
    pub name: String,
    pub kind: Vec<Piece>,
    /// "path", "query, optional": what else stands beside the kind.
    pub notes: String,
    pub about: String,
}

/// A part of a sentence about a kind: plain, or the name of a shape.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Piece {
    pub text: String,
    pub shape: bool,
}

/// What is sent or answered.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Body {
    pub media_type: String,
    pub kind: Vec<Piece>,
    /// Each with what it is an example of, where there are several.
    pub examples: Vec<(String, String)>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Reply {
    pub id: String,
    pub status: String,
    pub about: String,
    pub headers: Vec<String>,
    pub bodies: Vec<Body>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Failure {
    pub status: String,
    pub about: String,
    pub error: String,
}

/// A named kind of object, or one of a few words.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Shape {
    pub name: String,
    pub about: String,
    pub fields: Vec<Entry>,
    pub words: Vec<String>,
}
