//! As much of macros and literals as statements are written with: macros of one arm whose
//! parameters are literals.

use std::collections::HashMap;

use proc_macro2::{Group, TokenTree};

/// A macro with one arm: the names of its literals, and what it becomes.
pub struct Macro {
    parameters: Vec<String>,
    pub body: Vec<TokenTree>,
}

impl Macro {
    /// Without literals it is the same wherever it is called, so it is read where it is defined.
    pub fn is_expanded(&self) -> bool {
        !self.parameters.is_empty()
    }

    pub fn expand(&self, arguments: &Group) -> Vec<TokenTree> {
        let literals =
            arguments.stream().into_iter().filter(|token| matches!(token, TokenTree::Literal(_)));
        let values = self.parameters.iter().cloned().zip(literals).collect();
        substitute(&self.body, &values)
    }
}

fn substitute(body: &[TokenTree], values: &HashMap<String, TokenTree>) -> Vec<TokenTree> {
    let mut result = Vec::new();
    let mut rest = body.iter().peekable();
    while let Some(token) = rest.next() {
        let value = match (token, rest.peek()) {
            (TokenTree::Punct(dollar), Some(TokenTree::Ident(name))) if dollar.as_char() == '$' => {
                values.get(&name.to_string())
            }
            _ => None,
        };
        match (value, token) {
            (Some(value), _) => {
                rest.next();
                result.push(value.clone());
            }
            (None, TokenTree::Group(group)) => {
                let inside: Vec<_> = group.stream().into_iter().collect();
                let inside = substitute(&inside, values).into_iter().collect();
                result.push(Group::new(group.delimiter(), inside).into());
            }
            (None, token) => result.push(token.clone()),
        }
    }
    result
}

pub fn macros_of(tokens: Vec<TokenTree>) -> HashMap<String, Macro> {
    let mut found = HashMap::new();
    for at in 0..tokens.len() {
        let [TokenTree::Ident(word), _, TokenTree::Ident(name), TokenTree::Group(arms), ..] =
            &tokens[at..]
        else {
            continue;
        };
        if word != "macro_rules" {
            continue;
        }
        let arms: Vec<_> = arms.stream().into_iter().collect();
        let [TokenTree::Group(pattern), .., TokenTree::Group(body)] = &arms[..4.min(arms.len())]
        else {
            continue;
        };
        found.insert(
            name.to_string(),
            Macro { parameters: literals_of(pattern), body: body.stream().into_iter().collect() },
        );
    }
    found
}

/// The names of `$name:literal`.
fn literals_of(pattern: &Group) -> Vec<String> {
    let tokens: Vec<_> = pattern.stream().into_iter().collect();
    tokens
        .windows(3)
        .filter_map(|window| match window {
            [TokenTree::Ident(name), _, TokenTree::Ident(kind)] if kind == "literal" => {
                Some(name.to_string())
            }
            _ => None,
        })
        .collect()
}

/// What a string literal means.
pub fn string(literal: &str) -> Option<String> {
    let inside = literal.strip_prefix('"')?.strip_suffix('"')?;
    let (mut text, mut rest) = (String::new(), inside.chars());
    while let Some(sign) = rest.next() {
        match sign {
            '\\' => match rest.next()? {
                'n' => text.push('\n'),
                't' => text.push('\t'),
                '\n' => rest = rest.as_str().trim_start().chars(),
                other => text.push(other),
            },
            sign => text.push(sign),
        }
    }
    Some(text)
}
