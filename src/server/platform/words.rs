//! Figures and lists as people read them.

/// A count with thousands separated: "18,420".
pub fn count(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let groups: Vec<&str> = digits
        .as_bytes()
        .rchunks(3)
        .rev()
        .map(|group| std::str::from_utf8(group).unwrap_or_default())
        .collect();
    let sign = if number < 0 { "-" } else { "" };
    format!("{sign}{}", groups.join(","))
}

/// A list as one says it: "a, b and c".
pub fn list(items: &[&str]) -> String {
    match items {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::{count, list};

    // U2
    #[test]
    fn counts_are_grouped_by_thousands() {
        let written = [0, 7, 999, 1_000, 18_420, 1_234_567, -85, -1_000].map(count);
        assert_eq!(written, ["0", "7", "999", "1,000", "18,420", "1,234,567", "-85", "-1,000"]);
    }

    #[test]
    fn lists_end_in_and() {
        assert_eq!(list(&["followers"]), "followers");
        assert_eq!(list(&["followers", "friends", "only you"]), "followers, friends and only you");
    }
}
