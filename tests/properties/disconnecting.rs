//! C11, T1: after disconnecting, no credential is left in any table or file, but for a revocation
//! that the platform could not take.

use std::path::Path;

use huntaze::server::vault::SealContext;
use secrecy::ExposeSecret;

use super::{account_id, row};
use crate::support::{Engine, Person, TestApp, both};

const ALL: [(&str, &str); 6] = [
    ("instagram", "10160442918375506"),
    ("tiktok", "afd97af1-b87b-48b9-ac98-410a5e0c5344"),
    ("youtube", "UCx4Qe7mVtR2nYp0LwHs3ABg"),
    ("x", "84610273"),
    ("reddit", "4k2mf9qd"),
    ("onlyfans", "216348905"),
];

/// A credential as it was opened, and the blobs it was sealed in.
struct Credential {
    provider: &'static str,
    account: String,
    plain: Vec<String>,
    sealed: Vec<Vec<u8>>,
}

async fn connect(
    app: &TestApp,
    mira: &Person,
    provider: &'static str,
    test_account: &str,
) -> Credential {
    let account = account_id(&mira.connect(provider, test_account).await).to_owned();
    let row = row(app, mira, provider, &account).await;
    let (mut plain, mut sealed) = (Vec::new(), Vec::new());
    for (column, blob) in [("access_token", row.access_token), ("refresh_token", row.refresh_token)]
    {
        let Some(blob) = blob else { continue };
        let opened = app
            .backend()
            .vault
            .open(&blob, SealContext::new("oauth_accounts", row.id.0, column))
            .expect("it opens in its place");
        plain.push(opened.expose_secret().to_owned());
        sealed.push(blob);
    }
    assert!(!plain.is_empty(), "{provider} gave a credential");
    Credential { provider, account, plain, sealed }
}

async fn disconnect(mira: &Person, credential: &Credential) {
    mira.delete(&format!(
        "/api/integrations/disconnect/{}/{}",
        credential.provider, credential.account
    ))
    .await
    .expect(200);
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Every row but those of pending revocations, in lower case, as the engines write blobs in
/// different ones.
async fn rows(app: &TestApp) -> Vec<String> {
    let all =
        app.all_rows().await.into_iter().filter(|row| !row.starts_with("pending_revocations:"));
    all.map(|row| row.to_lowercase()).collect()
}

async fn assert_no_row_has(app: &TestApp, credential: &Credential) {
    let provider = credential.provider;
    for row in rows(app).await {
        for plain in &credential.plain {
            assert!(
                !row.contains(&plain.to_lowercase()),
                "{provider}: plain text in {}",
                row.split(':').next().unwrap_or_default()
            );
        }
        for sealed in &credential.sealed {
            assert!(
                !row.contains(&hex(sealed)),
                "{provider}: sealed in {}",
                row.split(':').next().unwrap_or_default()
            );
        }
    }
}

fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder)
        .expect("the data directory")
        .map(|entry| entry.expect("an entry").path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

fn assert_no_file_has(app: &TestApp, credentials: &[Credential], also_sealed: bool) {
    for file in files(app.folder()) {
        let (bytes, name) = (std::fs::read(&file).expect("a file"), file.display());
        for credential in credentials {
            let plain = credential.plain.iter().any(|plain| contains(&bytes, plain.as_bytes()));
            assert!(!plain, "{} is readable in {name}", credential.provider);
            let sealed =
                also_sealed && credential.sealed.iter().any(|sealed| contains(&bytes, sealed));
            assert!(!sealed, "{}, sealed, is still in {name}", credential.provider);
        }
    }
}

both!(disconnecting_leaves_no_credential, |app| async {
    let mira = app.person("Mira").await;
    let mut credentials = Vec::new();
    for (provider, account) in ALL {
        credentials.push(connect(&app, &mira, provider, account).await);
    }
    assert_no_file_has(&app, &credentials, false);
    let before = rows(&app).await;
    let stored = credentials
        .iter()
        .flat_map(|credential| &credential.sealed)
        .all(|sealed| before.iter().any(|row| row.contains(&hex(sealed))));
    assert!(stored, "the search finds what is there");

    for credential in &credentials {
        disconnect(&mira, credential).await;
    }
    for credential in &credentials {
        assert_no_row_has(&app, credential).await;
        let former = row(&app, &mira, credential.provider, &credential.account).await;
        assert!(
            former.access_token.is_none()
                && former.refresh_token.is_none()
                && former.grant_key.is_none()
        );
    }
    for table in ["pending_revocations", "pending_connections"] {
        assert_eq!(
            app.rows(table).await,
            Vec::<String>::new(),
            "every platform took its revocation"
        );
    }
    assert_eq!(
        app.texts("SELECT provider FROM oauth_flows WHERE code_verifier IS NOT NULL").await,
        Vec::<String>::new()
    );
    // Closing writes the log of changes back into the file; what was deleted there is overwritten
    // (`secure_delete`).
    app.stop().await;
    assert_no_file_has(&app, &credentials, app.engine() == Engine::Sqlite);
});

both!(a_revocation_that_the_platform_cannot_take_is_the_only_place, |app| async {
    let mira = app.person("Mira").await;
    let credential = connect(&app, &mira, "x", "84610273").await;
    app.sandbox().trouble("x", "/2/oauth2/revoke", "503", None).await;
    disconnect(&mira, &credential).await;
    assert_no_row_has(&app, &credential).await;
    assert_eq!(app.rows("pending_revocations").await.len(), 1);
    assert_no_file_has(&app, &[credential], false);

    app.sandbox().calm().await;
    app.later(chrono::Duration::minutes(3)).await;
    app.work().await;
    assert_eq!(app.rows("pending_revocations").await, Vec::<String>::new());
    assert_eq!(app.sandbox().live_grants("x").await, 0, "X knows now");
});
