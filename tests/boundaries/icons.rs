//! The one file of drawings: whatever a page names is in it, and the marks of platforms can be seen
//! on every ground they stand on.

use std::collections::BTreeMap;
use std::path::Path;

const MARKS: &str = "public/icons.svg";

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    std::fs::read_to_string(path).expect("a file of the sources")
}

fn symbols(file: &str) -> Vec<(&str, &str)> {
    let symbol = |text| {
        let (id, rest): (&str, &str) = str::split_once(text, '"')?;
        Some((id, rest.split_once("</symbol>").map_or(rest, |(inside, _)| inside)))
    };
    file.split("<symbol id=\"").skip(1).filter_map(symbol).collect()
}

/// The words of the match arms `Self::CheckCircle => "check-circle",`, and the list of marks.
fn named(icon: &str, mark: &str) -> Vec<String> {
    let arms = icon.lines().filter_map(|line| {
        let name = line.trim().strip_prefix("Self::")?.split_once(" => \"")?.1;
        Some(name.split_once('"')?.0.to_owned())
    });
    let drawn = mark.split_once("DRAWN").and_then(|(_, rest)| rest.split_once("];"));
    let drawn = drawn.map_or("", |(list, _)| list);
    let marks = drawn.split('"').skip(1).step_by(2).map(|id| format!("mark-{id}"));
    arms.chain(marks).chain(["mark-other".into()]).collect()
}

// C1: a name without a drawing would be an empty place on a page.
#[test]
fn every_icon_and_mark_is_drawn_once() {
    let file = read(MARKS);
    let drawn = symbols(&file);
    let mut ids: Vec<&str> = drawn.iter().map(|(id, _)| *id).collect();
    ids.sort_unstable();
    let mut named =
        named(&read("src/ui/components/icon.rs"), &read("src/ui/components/platform_mark.rs"));
    named.sort();
    assert!(named.len() > 25, "the names are read: {named:?}");
    assert_eq!(ids, named);
}

// C20: 3:1 for what is no text (WCAG 2.2, 1.4.11), in the light and in the dark.
#[test]
fn the_colours_of_platforms_stand_out_from_every_ground() {
    let tokens = read("style/tokens.css");
    let (light, dark) = tokens.split_once("prefers-color-scheme: dark").expect("both themes");
    let file = read(MARKS);
    let colours: Vec<(&str, &str)> = symbols(&file)
        .into_iter()
        .filter_map(|(id, inside)| Some((id, inside.split_once("fill=\"")?.1.split_once('"')?.0)))
        .collect();
    assert_eq!(colours.len(), 4, "those of two platforms are black and white");
    let mut faint = BTreeMap::new();
    for (id, colour) in colours {
        for (theme, text) in [("light", light), ("dark", dark)] {
            for ground in ["surface", "sunken", "raised"] {
                let behind = text.split_once(&format!("--color-{ground}: ")).expect("a token").1;
                let behind = behind.split_once(';').expect("its value").0;
                let contrast = contrast(luminance(colour), luminance(behind));
                if contrast < 3.0 {
                    faint.insert(format!("{id} on {ground}, {theme}"), contrast);
                }
            }
        }
    }
    assert!(faint.is_empty(), "{faint:?}");
}

fn contrast(a: f64, b: f64) -> f64 {
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// Relative luminance of `#rgb` or `#rrggbb` (WCAG 2.2).
fn luminance(colour: &str) -> f64 {
    let digits = colour.trim_start_matches('#');
    let width = digits.len() / 3;
    let channel = |at: usize| {
        let text = &digits[at * width..(at + 1) * width];
        let value = u8::from_str_radix(&text.repeat(3 - width), 16).expect("a colour");
        let value = f64::from(value) / 255.0;
        if value <= 0.03928 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * channel(0) + 0.7152 * channel(1) + 0.0722 * channel(2)
}
