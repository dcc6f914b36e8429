//! What the app counted.

use super::TestApp;

/// `/metrics` as it was read at one moment.
pub struct Metrics(String);

impl TestApp {
    pub async fn metrics(&self) -> Metrics {
        Metrics(self.stranger("Prometheus").browser.open("/metrics").await.expect(200).body)
    }
}

impl Metrics {
    /// The sum of every series of this name that has these labels.
    pub fn value(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        let of_name =
            |line: &&str| line.strip_prefix(name).is_some_and(|rest| rest.starts_with([' ', '{']));
        let labelled = |line: &&str| {
            labels.iter().all(|(label, value)| line.contains(&format!("{label}=\"{value}\"")))
        };
        let value = |line: &str| line.rsplit(' ').next().and_then(|text| text.parse::<f64>().ok());
        self.0.lines().filter(of_name).filter(labelled).filter_map(value).sum()
    }

    /// By how much it grew since then. Other apps of this process may have counted too.
    pub fn since(&self, before: &Self, name: &str, labels: &[(&str, &str)]) -> f64 {
        self.value(name, labels) - before.value(name, labels)
    }

    pub fn text(&self) -> &str {
        &self.0
    }
}
