//! T1, T2: a sealed secret opens in its own place with its own key, and nowhere else.

use std::sync::LazyLock;

use huntaze::server::vault::{Error, KeyFile, SealContext, Vault};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

static OURS: LazyLock<Vault> = LazyLock::new(fresh);
static FOREIGN: LazyLock<Vault> = LazyLock::new(fresh);

fn fresh() -> Vault {
    let text = serde_json::to_string(&KeyFile::generate()).expect("a key file is JSON");
    Vault::from_text(&text.into()).expect("a fresh key file is good")
}

/// Pairs whose glued names are alike are among them.
fn place() -> impl Strategy<Value = SealContext> {
    let tables = select(vec!["oauth_accounts", "oauth_flows", "oauth", "pending_connections"]);
    let columns = select(vec!["access_token", "refresh_token", "token", "_accounts"]);
    (tables, any::<u128>(), columns)
        .prop_map(|(table, row, column)| SealContext::new(table, Uuid::from_u128(row), column))
}

fn secret() -> impl Strategy<Value = SecretString> {
    any::<String>().prop_map(SecretString::from)
}

fn is(place: &SealContext, other: &SealContext) -> bool {
    (place.table, place.row, place.column) == (other.table, other.row, other.column)
}

proptest! {
    // T1
    #[test]
    fn what_is_sealed_opens_in_its_place(secret in secret(), place in place()) {
        let opened = OURS.open(&OURS.seal(&secret, place), place).expect("it opens");
        prop_assert_eq!(opened.expose_secret(), secret.expose_secret());
    }

    // T1
    #[test]
    fn a_moved_blob_never_opens(secret in secret(), from in place(), to in place()) {
        prop_assume!(!is(&from, &to));
        prop_assert_eq!(OURS.open(&OURS.seal(&secret, from), to).err(), Some(Error::Refused));
    }

    // T1: one thing at a time is enough.
    #[test]
    fn another_table_row_or_column_is_enough(secret in secret(), place in place(),
        row in any::<u128>()) {
        prop_assume!(Uuid::from_u128(row) != place.row);
        let blob = OURS.seal(&secret, place);
        let moved = [
            SealContext { table: "users", ..place },
            SealContext { row: Uuid::from_u128(row), ..place },
            SealContext { column: "name", ..place },
        ];
        for to in moved {
            prop_assert_eq!(OURS.open(&blob, to).err(), Some(Error::Refused));
        }
    }

    // T1
    #[test]
    fn a_cut_blob_never_opens(secret in secret(), place in place(), at in any::<Index>()) {
        let blob = OURS.seal(&secret, place);
        prop_assert!(OURS.open(&blob[..at.index(blob.len())], place).is_err());
    }

    // T1
    #[test]
    fn a_blob_with_one_bit_changed_never_opens(secret in secret(), place in place(),
        at in any::<Index>(), bit in 0..8u8) {
        let mut blob = OURS.seal(&secret, place);
        let at = at.index(blob.len());
        blob[at] ^= 1 << bit;
        prop_assert!(OURS.open(&blob, place).is_err());
    }

    // T1
    #[test]
    fn bytes_that_nobody_sealed_never_open(blob in any::<Vec<u8>>(), place in place()) {
        prop_assert!(OURS.open(&blob, place).is_err());
    }

    // T2: the operator is told which key is missing.
    #[test]
    fn an_unknown_key_is_named(secret in secret(), place in place()) {
        let blob = FOREIGN.seal(&secret, place);
        let id = FOREIGN.primary();
        let refused = OURS.open(&blob, place).expect_err("a foreign blob");
        prop_assert_eq!(refused, Error::UnknownKey(id));
        let named = format!("{id:08x}");
        prop_assert!(refused.to_string().contains(&named));
    }

    // S5: nobody makes the server read the key file with cookies of their own.
    #[test]
    fn a_cookie_of_an_unknown_key_reads_no_file(secret in secret(), place in place()) {
        let ours = fresh().reading(|| panic!("the key file is read"));
        let blob = ours.seal(&secret, place);
        prop_assert!(ours.open_cookie(&blob, place).is_ok());
        let foreign = FOREIGN.seal(&secret, place);
        prop_assert!(ours.open_cookie(&foreign, place).is_err());
    }

    // T1: equal secrets are not recognised by their blobs, and no blob holds its secret.
    #[test]
    fn two_seals_of_one_secret_differ(text in "[a-z]{8,64}", place in place()) {
        let secret = SecretString::from(text.clone());
        let (one, other) = (OURS.seal(&secret, place), OURS.seal(&secret, place));
        prop_assert_ne!(&one, &other);
        prop_assert!(!one.windows(text.len()).any(|part| part == text.as_bytes()));
    }
}
