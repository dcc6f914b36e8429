//! Reading pages as a person does: words, headings, the message that floats up.

/// A message on a page.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Toast {
    /// Announced as an error.
    pub error: bool,
    pub title: String,
    pub text: String,
    pub reference: String,
}

impl Toast {
    /// Fails unless the message holds each of these.
    #[track_caller]
    pub fn says(&self, words: &[&str]) -> &Self {
        let all = format!("{} {}", self.title, self.text);
        for word in words {
            assert!(all.contains(word), "{all:?} does not say {word:?}");
        }
        self
    }

    /// The message that a page floats up, if any.
    pub fn on(html: &str) -> Option<Self> {
        let in_region = |id: &str| {
            let region = html.split_once(&format!("id=\"{id}\""))?.1;
            let region = region.split_once("<template").map_or(region, |(before, _)| before);
            let region = region.split_once("id=\"toasts").map_or(region, |(before, _)| before);
            region.contains("data-toast-title").then(|| region.to_owned())
        };
        let (error, region) = in_region("toasts-error")
            .map(|r| (true, r))
            .or_else(|| Some((false, in_region("toasts")?)))?;
        let part = |name: &str| {
            let after = region
                .split_once(&format!("data-toast-{name}"))
                .and_then(|(_, after)| after.split_once('>'))
                .map_or("", |(_, after)| after);
            text(after.split_once("</p>").map_or("", |(inside, _)| inside))
        };
        Some(Self { error, title: part("title"), text: part("text"), reference: part("reference") })
    }
}

/// The words of a piece of HTML, as a person reads them: no tags, no scripts.
pub fn text(html: &str) -> String {
    let mut words = String::new();
    for piece in html.split('<').filter(|piece| !piece.starts_with("script")) {
        // Tags part words; leptos' comments stand inside of them.
        words.push_str(if piece.starts_with('!') { "" } else { " " });
        words.push_str(piece.split_once('>').map_or(piece, |(_, after)| after));
    }
    for (code, letter) in [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#x27;", "'"),
        ("&#39;", "'"),
        ("&amp;", "&"),
    ] {
        words = words.replace(code, letter);
    }
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The one main heading of a page.
#[track_caller]
pub fn heading(html: &str) -> String {
    let mut headings = html.split("<h1").skip(1);
    let inside = headings
        .next()
        .and_then(|after| after.split_once('>'))
        .and_then(|(_, after)| after.split_once("</h1>"));
    assert!(headings.next().is_none(), "one main heading a page");
    text(inside.unwrap_or_else(|| panic!("no main heading in {html}")).0)
}
