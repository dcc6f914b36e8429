//! The API's description as its page shows it: finished texts, and links within the page.

use serde::{Deserialize, Serialize};

/// The whole description, in the order of its page.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Reference {
    /// This server's address.
    pub base: String,
    /// Paragraphs of plain text.
    pub intro: Vec<String>,
    /// By tag of the OpenAPI document.
    pub groups: Vec<Group>,
    /// What many operations may answer when something goes wrong.
    pub errors: Vec<Reply>,
    /// What the operations take and answer, by name.
    pub shapes: Vec<Shape>,
}

/// What belongs together.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Group {
    /// The link's target within the page.
    pub id: String,
    /// The tag, as a heading.
    pub name: String,
    /// One paragraph; may be empty.
    pub about: String,
    /// In the order of the OpenAPI document.
    pub operations: Vec<Operation>,
}

/// One method at one path.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Operation {
    /// The `operationId` of the OpenAPI document, and the link's target within the page.
    pub id: String,
    /// In capitals: "GET".
    pub method: String,
    /// Below the server's address, with its parameters in braces.
    pub path: String,
    /// What it does, in one line.
    pub summary: String,
    /// Paragraphs of plain text, without the one that tells the limit.
    pub about: Vec<String>,
    /// Who may ask.
    pub who: String,
    /// How often it may be called; empty where only the general limits hold.
    pub limit: String,
    /// Those of the path, the query and the headers.
    pub parameters: Vec<Entry>,
    /// `None` where nothing is sent.
    pub body: Option<Body>,
    /// The whole request for a command line.
    pub curl: String,
    /// Those that only this operation gives, by status.
    pub answers: Vec<Reply>,
    /// Answers told in [`Reference::errors`].
    pub failures: Vec<Failure>,
}

/// A parameter, a header or a field.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Entry {
    /// On the wire.
    pub name: String,
    /// Its type, with links to the shapes it is made of.
    pub kind: Vec<Piece>,
    /// "path", "query, optional": what else stands beside the kind.
    pub notes: String,
    /// What it means; may be empty.
    pub about: String,
}

/// A part of a sentence about a kind: plain, or the name of a shape.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Piece {
    /// As shown; a shape's name for one that is a link.
    pub text: String,
    /// Whether it is the name of a shape, to be linked.
    pub shape: bool,
}

/// What is sent or answered.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Body {
    /// The content type: "application/json".
    pub media_type: String,
    /// Its type, with links to the shapes it is made of.
    pub kind: Vec<Piece>,
    /// Each with what it is an example of, where there are several.
    pub examples: Vec<(String, String)>,
}

/// One answer of an operation, or one error that many share.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Reply {
    /// The link's target within the page; empty for an operation's own answer.
    pub id: String,
    /// The HTTP status: "200".
    pub status: String,
    /// When it is given.
    pub about: String,
    /// The names of those that not every answer has.
    pub headers: Vec<String>,
    /// One for each content type; empty where nothing follows the headers.
    pub bodies: Vec<Body>,
}

/// An error that an operation may answer, told in full elsewhere.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Failure {
    /// The HTTP status: "404".
    pub status: String,
    /// When it is given.
    pub about: String,
    /// The [`Reply::id`] among [`Reference::errors`].
    pub error: String,
}

/// A named kind of object, or one of a few words.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Shape {
    /// As in the OpenAPI document, and the link's target within the page.
    pub name: String,
    /// What it stands for; may be empty.
    pub about: String,
    /// Empty for one of a few words.
    pub fields: Vec<Entry>,
    /// The words it may be; empty for an object.
    pub words: Vec<String>,
}
