//! The frame of every page the sandbox shows, and escaping. Pages are plain HTML: they work without
//! scripts.

use axum::response::Html;

/// The text made safe for HTML content and double-quoted attributes.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A whole page. `title` is text, `body` is HTML.
pub fn page(title: &str, body: &str) -> Html<String> {
    let title = escape(title);
    let style = include_str!("page.css");
    Html(format!(
        r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>{title} - Sandbox</title>
<link rel="icon" href="data:,">
<style>{style}</style>
</head>
<body>
<header class="band"><strong>Sandbox</strong> No real platform, no real accounts.</header>
{body}
</body>
</html>"#
    ))
}
