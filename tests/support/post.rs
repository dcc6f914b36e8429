//! The mail as people receive it: from the data directory, where the app writes it without a mail
//! server.

use super::TestApp;

/// A mail that arrived.
#[derive(Clone, Debug)]
pub struct Received {
    pub subject: String,
    pub text: String,
}

impl Received {
    /// The link in it that leads to this page, as a path.
    #[track_caller]
    pub fn link(&self, page: &str) -> String {
        let start = self
            .text
            .find(&format!("{page}#"))
            .unwrap_or_else(|| panic!("no link to {page} in {}", self.text));
        self.text[start..].split_whitespace().next().expect("a link").to_owned()
    }

    /// The secret of that link.
    #[track_caller]
    pub fn code(&self, page: &str) -> String {
        self.link(page).split_once('#').expect("a secret").1.to_owned()
    }
}

impl TestApp {
    /// What somebody has received once the worker has done its work, oldest first.
    pub async fn mail_of(&self, email: &str) -> Vec<Received> {
        self.work().await;
        let Ok(entries) = std::fs::read_dir(self.folder().join("mail")) else { return Vec::new() };
        let mut files: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
        files.sort();
        let read = |file| std::fs::read_to_string(file).expect("a mail");
        files
            .into_iter()
            .map(read)
            .filter(|mail| mail.contains(&format!("\nTo: {email}\n")))
            .map(|mail| received(&mail))
            .collect()
    }

    /// The newest of them.
    pub async fn last_mail_of(&self, email: &str) -> Received {
        self.mail_of(email).await.pop().unwrap_or_else(|| panic!("no mail for {email}"))
    }
}

fn received(mail: &str) -> Received {
    let (head, text) = mail.split_once("\n\n").expect("a head and a body");
    let subject = head.lines().find_map(|line| line.strip_prefix("Subject: ")).expect("a subject");
    Received { subject: subject.to_owned(), text: text.to_owned() }
}
