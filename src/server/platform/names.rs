//! Names of people and channels, as they are stored and shown: the one door for connect and test.

use std::ops::RangeInclusive;

use super::Profile;

/// Names on platforms are short; a longer one is not shown whole.
const MAX_NAME: usize = 200;

/// A name without what could disturb a page or deceive its reader.
pub fn clean(name: &str) -> String {
    let visible: String = name.chars().filter(|c| !is_hidden(*c)).collect();
    let words: Vec<&str> = visible.split_whitespace().collect();
    let name: String = words.join(" ").chars().take(MAX_NAME).collect();
    if name.chars().all(|c| c.is_whitespace() || is_blank(c)) { String::new() } else { name }
}

/// "@ada", or nothing where no name is left.
pub fn handle(username: &str) -> String {
    let username = clean(username);
    if username.is_empty() { username } else { format!("@{username}") }
}

/// A profile with clean names. A blank name is the handle, and without one the id.
pub fn clean_profile(mut profile: Profile) -> Profile {
    profile.handle = clean(&profile.handle);
    profile.detail = clean(&profile.detail);
    profile.name = [clean(&profile.name), profile.handle.clone(), profile.id.clone()]
        .into_iter()
        .find(|name| !name.is_empty())
        .unwrap_or_default();
    profile
}

/// Marks that turn the direction of what follows, or take no room (UAX #9 and #31).
const HIDDEN: &[RangeInclusive<char>] = &[
    '\u{61c}'..='\u{61c}',
    '\u{200b}'..='\u{200b}',
    '\u{200e}'..='\u{200f}',
    '\u{202a}'..='\u{202e}',
    '\u{2060}'..='\u{2069}',
    '\u{feff}'..='\u{feff}',
    '\u{fff9}'..='\u{fffb}',
    '\u{e0000}'..='\u{e007f}',
];

/// Letters and joiners that are drawn as nothing: fine within a name, no name by themselves
/// (Default_Ignorable_Code_Point and the blank letters of Hangul and Braille).
const BLANK: &[RangeInclusive<char>] = &[
    '\u{ad}'..='\u{ad}',
    '\u{34f}'..='\u{34f}',
    '\u{115f}'..='\u{1160}',
    '\u{17b4}'..='\u{17b5}',
    '\u{180b}'..='\u{180f}',
    '\u{200c}'..='\u{200d}',
    '\u{2800}'..='\u{2800}',
    '\u{3164}'..='\u{3164}',
    '\u{fe00}'..='\u{fe0f}',
    '\u{ffa0}'..='\u{ffa0}',
];

fn is_blank(c: char) -> bool {
    BLANK.iter().any(|range| range.contains(&c))
}

fn is_hidden(c: char) -> bool {
    HIDDEN.iter().any(|range| range.contains(&c)) || (c.is_control() && !c.is_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(name: &str, handle: &str) -> Profile {
        Profile {
            id: "42".into(),
            name: name.into(),
            handle: handle.into(),
            avatar_url: None,
            detail: String::new(),
            metadata: serde_json::json!({}),
            issue: None,
            grant_key: None,
        }
    }

    // R1: control characters, bidi overrides, length; emoji that are joined stay whole.
    #[test]
    fn a_name_is_shown_without_what_deceives() {
        assert_eq!(clean("Ada\u{202e}evil\u{0}\u{7}"), "Adaevil");
        assert_eq!(clean("  Ada \n\t Lovelace\u{feff} "), "Ada Lovelace");
        assert_eq!(clean(&"x".repeat(10_000)).len(), 200);
        let family = "\u{1f469}\u{200d}\u{1f467} family";
        assert_eq!(clean(family), family);
    }

    #[test]
    fn a_blank_name_is_the_handle_else_the_id() {
        assert_eq!(clean_profile(profile(" \u{200b}\n", "@ada")).name, "@ada");
        assert_eq!(clean_profile(profile("\u{202e}", " ")).name, "42");
        assert_eq!(clean_profile(profile("Ada", "@ada\u{202e}")).handle, "@ada");
        for blank in ["\u{3164}", "\u{200d}\u{200c}", "\u{2800} \u{ad}", "\u{115f}\u{ffa0}"] {
            assert_eq!(clean_profile(profile(blank, "@ada")).name, "@ada", "{blank:?}");
            assert_eq!(handle(blank), "");
        }
    }
}
