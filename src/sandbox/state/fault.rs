//! Trouble, as it was ordered.

use serde::{Deserialize, Serialize};

/// Trouble ordered at the control page.
#[derive(Clone, Serialize, Deserialize)]
pub struct Fault {
    pub id: String,
    pub platform: String,
    /// `METHOD /path` or a part of it; every endpoint where absent.
    pub endpoint: Option<String>,
    pub kind: FaultKind,
    /// How many calls it still hits; until cleared where absent.
    pub times: Option<u32>,
}

#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FaultKind {
    /// The platform's own error of this status; `reason` picks one where the platform has several.
    Status { status: u16, reason: Option<String> },
    /// The right answer, late.
    Latency { ms: u64 },
    /// No answer.
    Hang,
    /// The connection is closed without an answer.
    Cut,
    /// 200 with a page instead of JSON.
    Garbage,
}

impl FaultKind {
    /// The `kind` by which it was ordered.
    pub fn name(&self) -> String {
        match self {
            FaultKind::Status { status, .. } => status.to_string(),
            FaultKind::Latency { .. } => "latency".into(),
            FaultKind::Hang => "hang".into(),
            FaultKind::Cut => "cut".into(),
            FaultKind::Garbage => "garbage".into(),
        }
    }
}
