//! Which words of a text may be secrets: tokens, codes, verifiers. Platforms repeat what they were
//! sent, so whatever they say is looked through on its way into an error and into the log.

/// Identifiers of ours and words of theirs are shorter, or have no digits, or are UUIDs.
const LONGEST_WORD: usize = 15;
/// Longer than a name made of several words; chance leaves a token of so many letters without a
/// digit now and then.
const LONGEST_NAME: usize = 28;

/// Whether words are told apart by this character.
pub fn is_separator(c: char) -> bool {
    c.is_whitespace() || c.is_control() || "\"'<>(){}[],;:=&?./\\".contains(c)
}

/// Long, of letters and digits or of letters in both cases, and no id of ours. Tokens with dots and
/// slashes have at least one long part.
pub fn looks_secret(word: &str) -> bool {
    let has = |kind: fn(&char) -> bool| word.chars().any(|c| kind(&c));
    let with_digits =
        word.len() > LONGEST_WORD && has(char::is_ascii_digit) && has(char::is_ascii_alphabetic);
    let by_chance_without =
        word.len() > LONGEST_NAME && has(char::is_ascii_uppercase) && has(char::is_ascii_lowercase);
    (with_digits || by_chance_without) && !is_id(word)
}

/// Our ids have hyphens; what platforms issue in hex has none.
fn is_id(word: &str) -> bool {
    word.len() == 36 && uuid::Uuid::try_parse(word).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    // T1, S9: a random token of 43 letters has no digit once in some 1,500 times.
    #[test]
    fn a_long_token_without_digits_is_one_all_the_same() {
        assert!(looks_secret("HFNOMVbXbWyT_TojmAetHPeWKYmaDesNLvMYFRTwyyA"));
        assert!(looks_secret("d3cecc381590daba01a82f17606f6972"));
    }

    #[test]
    fn names_and_ids_are_none() {
        for word in [
            "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
            "instagram_manage_insights",
            "17841405822304914",
            "01a1fc29-d45c-738e-bede-42163d3cda5b",
        ] {
            assert!(!looks_secret(word), "{word}");
        }
    }
}
