//! Every SQL statement of the server, read from the sources of `server::db`.
//!
//! sqlx runs `&'static str` alone, so each statement stands there as a literal, or as literals that
//! `concat!` and small macros join. Whatever of these begins like a statement is one, whether a
//! test happens to run it or not.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};

use proc_macro2::{Group, TokenStream, TokenTree};

use super::expand::{Macro, macros_of, string};

/// A statement and the function or constant that holds it, such as `accounts::renew::renew`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Statement {
    pub name: String,
    pub text: String,
}

/// What the sources hold.
#[derive(Default)]
pub struct Sources {
    pub statements: BTreeSet<Statement>,
    /// How many times a statement is run, and where its text could not be found.
    pub calls: usize,
    pub unresolved: Vec<String>,
}

pub fn read() -> Sources {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/server/db");
    let mut sources = Sources::default();
    for path in files(&root) {
        let below = path.strip_prefix(&root).expect("it is below").with_extension("");
        let module: Vec<_> = below.iter().map(|part| part.to_string_lossy()).collect();
        let parent = path.parent().expect("a folder").with_extension("rs");
        // A file sees the macros of the module that declares it.
        let mut macros = if parent.exists() { macros_of(tokens(&parent)) } else { HashMap::new() };
        macros.extend(macros_of(tokens(&path)));
        let mut file = File {
            module: module.join("::"),
            item: String::new(),
            field: None,
            macros: &macros,
            named: HashSet::new(),
            found: &mut sources,
        };
        file.walk(tokens(&path));
    }
    sources
}

/// How often two words stand in the code, for who compares: comments and paths of macros aside.
pub fn count(call: &str, other: &str) -> (usize, usize) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/server/db");
    let mut counts = (0, 0);
    for path in files(&root) {
        let text = std::fs::read_to_string(path).expect("a source file is text");
        for line in text.lines().filter(|line| !line.trim_start().starts_with("//")) {
            let calls = line.match_indices(call).filter(|(at, _)| !line[..*at].ends_with("::"));
            counts.0 += calls.count();
            counts.1 += line.matches(other).count();
        }
    }
    counts
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder of src") {
        let path = entry.expect("its entry").path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn tokens(path: &Path) -> Vec<TokenTree> {
    let text = std::fs::read_to_string(path).expect("a source file is text");
    text.parse::<TokenStream>().expect("a source file is Rust").into_iter().collect()
}

/// One file while it is read.
struct File<'a> {
    module: String,
    /// The function or constant that is being read.
    item: String,
    /// The field whose value is being read.
    field: Option<String>,
    macros: &'a HashMap<String, Macro>,
    /// Constants, variables and fields that hold a statement.
    named: HashSet<String>,
    found: &'a mut Sources,
}

impl File<'_> {
    fn walk(&mut self, tokens: Vec<TokenTree>) {
        let mut at = 0;
        while at < tokens.len() {
            let rest = &tokens[at..];
            if let Some((text, length)) = self.text(rest) {
                self.record(text);
                at += length;
                continue;
            }
            self.field = None;
            match rest {
                // An attribute, or a comment that documents.
                [TokenTree::Punct(mark), TokenTree::Group(_), ..] if mark.as_char() == '#' => {
                    at += 2
                }
                [TokenTree::Punct(mark), TokenTree::Punct(_), TokenTree::Group(_), ..]
                    if mark.as_char() == '#' =>
                {
                    at += 3;
                }
                [TokenTree::Ident(word), _, TokenTree::Ident(name), TokenTree::Group(_), ..]
                    if word == "macro_rules" =>
                {
                    self.item = name.to_string();
                    if let Some(one) = self.macros.get(&name.to_string())
                        && !one.is_expanded()
                    {
                        self.walk(one.body.clone());
                    }
                    at += 4;
                }
                [
                    TokenTree::Ident(name),
                    TokenTree::Punct(mark),
                    TokenTree::Group(arguments),
                    ..,
                ] if mark.as_char() == '!' => {
                    self.walk_call(&name.to_string(), arguments);
                    at += 3;
                }
                [TokenTree::Ident(word), TokenTree::Ident(name), ..]
                    if word == "fn" || word == "const" =>
                {
                    self.item = name.to_string();
                    at += 1 + usize::from(word == "fn");
                }
                [TokenTree::Ident(name), TokenTree::Punct(mark), next, ..]
                    if matches!(mark.as_char(), '=' | ':') && !is_sign(next, ":=>") =>
                {
                    self.bind(&name.to_string(), &rest[2..]);
                    self.field = (mark.as_char() == ':').then(|| name.to_string());
                    at += 2;
                }
                [TokenTree::Group(group), ..] => {
                    self.walk(group.stream().into_iter().collect());
                    at += 1;
                }
                _ => at += 1,
            }
        }
    }

    fn walk_call(&mut self, name: &str, arguments: &Group) {
        if name == "sql" {
            self.note_call(arguments);
        }
        match self.macros.get(name).filter(|one| one.is_expanded()) {
            Some(one) => self.walk(one.expand(arguments)),
            None => self.walk(arguments.stream().into_iter().collect()),
        }
    }

    /// A name holds a statement if one stands in what follows it, or a name that holds one. So does
    /// a parameter that lives as long as the program: who passes it wrote it down, and there it is
    /// found.
    fn bind(&mut self, name: &str, rest: &[TokenTree]) {
        let end = rest.iter().position(|token| is_sign(token, ",;")).unwrap_or(rest.len());
        let kind: String = rest[..end].iter().map(|token| token.to_string()).collect();
        if self.holds(&rest[..end]) || kind == "&'staticstr" {
            self.named.insert(name.to_owned());
        }
    }

    fn holds(&self, tokens: &[TokenTree]) -> bool {
        (0..tokens.len()).any(|at| {
            let named = match &tokens[at] {
                TokenTree::Ident(name) => self.named.contains(&name.to_string()),
                TokenTree::Group(group) => {
                    self.holds(&group.stream().into_iter().collect::<Vec<_>>())
                }
                _ => false,
            };
            named || self.text(&tokens[at..]).is_some_and(|(text, _)| is_statement(&text))
        })
    }

    /// `sql!(database, type, text, ...)`: the text is a statement, or a name that holds one.
    fn note_call(&mut self, arguments: &Group) {
        let tokens: Vec<_> = arguments.stream().into_iter().collect();
        let text = tokens.split(|token| is_sign(token, ",")).nth(2).unwrap_or_default();
        self.found.calls += 1;
        if !self.holds(text) {
            let said: TokenStream = text.iter().cloned().collect();
            self.found.unresolved.push(format!("{}::{}: {said}", self.module, self.item));
        }
    }

    fn record(&mut self, text: String) {
        if is_statement(&text) {
            let field = self.field.iter().map(|field| format!("::{field}"));
            let name = format!("{}::{}{}", self.module, self.item, field.collect::<String>());
            self.found.statements.insert(Statement { name, text });
        }
    }

    /// The text that begins here, and how many tokens it takes.
    fn text(&self, tokens: &[TokenTree]) -> Option<(String, usize)> {
        match tokens {
            [TokenTree::Literal(literal), ..] => Some((string(&literal.to_string())?, 1)),
            [TokenTree::Ident(name), TokenTree::Punct(mark), TokenTree::Group(inside), ..]
                if mark.as_char() == '!' =>
            {
                if name == "concat" {
                    return Some((self.join(inside)?, 3));
                }
                let expanded = self.macros.get(&name.to_string())?.expand(inside);
                let (text, length) = self.text(&expanded)?;
                (length == expanded.len()).then_some((text, 3))
            }
            _ => None,
        }
    }

    fn join(&self, parts: &Group) -> Option<String> {
        let tokens: Vec<_> = parts.stream().into_iter().collect();
        let (mut joined, mut at) = (String::new(), 0);
        while at < tokens.len() {
            let (text, length) = self.text(&tokens[at..])?;
            joined.push_str(&text);
            at += length + 1;
        }
        Some(joined)
    }
}

fn is_sign(token: &TokenTree, signs: &str) -> bool {
    matches!(token, TokenTree::Punct(mark) if signs.contains(mark.as_char()))
}

fn is_statement(text: &str) -> bool {
    const VERBS: [&str; 5] = ["SELECT", "INSERT", "UPDATE", "DELETE", "WITH"];
    let mut words = text.split_whitespace();
    words.next().is_some_and(|verb| VERBS.contains(&verb)) && words.next().is_some()
}
