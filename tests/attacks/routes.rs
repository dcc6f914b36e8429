//! Every route that there is, out of the code: a new one is attacked without anybody remembering
//! to.

use std::path::Path;

use huntaze::server::web::routes::api;
use reqwest::Method;

const KNOWN: [(&str, Method); 5] = [
    ("get", Method::GET),
    ("post", Method::POST),
    ("put", Method::PUT),
    ("patch", Method::PATCH),
    ("delete", Method::DELETE),
];

#[derive(Clone, Debug)]
pub struct Route {
    pub method: Method,
    /// With its parameters in braces: `/api/integrations/refresh/{provider}/{accountId}`.
    pub path: String,
}

impl Route {
    /// May change something: everything but reading.
    pub fn changes(&self) -> bool {
        self.method != Method::GET
    }

    pub fn parameters(&self) -> Vec<&str> {
        self.path.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect()
    }

    /// The path with each parameter filled in.
    pub fn filled(&self, value: impl Fn(&str) -> String) -> String {
        self.parameters().into_iter().fold(self.path.clone(), |path, name| {
            path.replace(&format!("{{{name}}}"), &value(name))
        })
    }
}

/// What the API describes of itself, what `server::web` routes beside it, and the server functions
/// that leptos knows.
pub fn all() -> Vec<Route> {
    let functions = leptos::server_fn::axum::server_fn_paths();
    let functions = functions.map(|(path, method)| Route { method, path: path.to_owned() });
    let mut all: Vec<Route> = described().into_iter().chain(written()).chain(functions).collect();
    all.sort_by(|a, b| (&a.path, a.method.as_str()).cmp(&(&b.path, b.method.as_str())));
    all
}

/// The router collects the description from the handlers, so that it has every route below `/api`.
fn described() -> Vec<Route> {
    let paths = api::describe::document()["paths"].as_object().expect("paths");
    let methods = |item: &serde_json::Value| -> Vec<Method> {
        let names = item.as_object().expect("methods by name").keys();
        names
            .filter_map(|name| KNOWN.iter().find(|(known, _)| known == name))
            .map(|(_, method)| method.clone())
            .collect()
    };
    paths
        .iter()
        .flat_map(|(path, item)| {
            methods(item).into_iter().map(|method| Route { method, path: path.clone() })
        })
        .collect()
}

fn written() -> Vec<Route> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/server/web");
    let (mut found, mut folders) = (Vec::new(), vec![folder]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder of src") {
            let path = entry.expect("its entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                found.extend(routes_in(&std::fs::read_to_string(&path).expect("a source file")));
            }
        }
    }
    // The server functions' one route, which leptos tells one by one.
    found.retain(|route| !route.path.starts_with("/fn/"));
    found
}

/// `.route("/path", get(read).put(write))`, however it is broken into lines.
fn routes_in(source: &str) -> Vec<Route> {
    let calls = source.split(".route(").skip(1).filter_map(|rest| {
        let (path, rest) = rest.trim_start().strip_prefix('"')?.split_once('"')?;
        Some((path, &rest[..closing(rest)]))
    });
    calls
        .flat_map(|(path, handlers)| {
            methods(handlers).into_iter().map(move |method| Route { method, path: path.to_owned() })
        })
        .collect()
}

/// Where the parenthesis closes that was opened before this text.
fn closing(text: &str) -> usize {
    let mut depth = 1;
    text.find(|letter| {
        depth += i32::from(letter == '(') - i32::from(letter == ')');
        depth == 0
    })
    .expect("it is closed somewhere")
}

fn methods(handlers: &str) -> Vec<Method> {
    let called = |name: &str| {
        handlers.match_indices(&format!("{name}(")).any(|(at, _)| {
            !handlers[..at].ends_with(|before: char| before.is_alphanumeric() || before == '_')
        })
    };
    let any = called("any");
    KNOWN.iter().filter(|(name, _)| any || called(name)).map(|(_, method)| method.clone()).collect()
}

#[test]
fn every_route_is_found() {
    let all: Vec<String> =
        all().iter().map(|route| format!("{} {}", route.method, route.path)).collect();
    for known in [
        "DELETE /api/integrations/disconnect/{provider}/{accountId}",
        "GET /api/auth/me",
        "GET /health",
        "GET /media/avatars/{account}",
        "POST /api/integrations/choices/{flowId}",
        "POST /fn/disconnect",
        "POST /platforms/connect/{platform}",
        "PUT /api/auth/me",
    ] {
        assert!(all.iter().any(|route| route == known), "{known} is not in {all:#?}");
    }
    assert!(all.len() > 30, "{all:#?}");
}
