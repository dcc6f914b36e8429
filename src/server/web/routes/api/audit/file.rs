//! The audit log as a file: CSV or JSON, a batch of lines at a time.

use std::borrow::Cow;

use chrono::SecondsFormat;

use super::Event;
use crate::model::audit::AuditResult;
use crate::server::db::audit::AuditRow;

/// Two lines of it, for the description.
pub const EXAMPLE: &str = "time,action,result,person,subject,detail,address,browser,reference,person id,account id\n\
                           2026-11-21T03:32:41.204Z,label,done,Ada Lovelace,'@ines_draws on X,...";

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    Csv,
    Json,
}

impl Format {
    pub fn of(text: &str) -> Option<Self> {
        match text {
            "csv" => Some(Self::Csv),
            "json" => Some(Self::Json),
            _ => None,
        }
    }

    pub fn ending(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json => "json",
        }
    }

    pub fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Json => "application/json",
        }
    }

    pub fn write(self, lines: &[AuditRow], first: bool, last: bool) -> Vec<u8> {
        match self {
            Self::Csv => csv(lines, first),
            Self::Json => json(lines, first, last),
        }
    }
}

/// One array, an event on each line.
fn json(lines: &[AuditRow], first: bool, last: bool) -> Vec<u8> {
    let mut out = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        out.extend_from_slice(if first && at == 0 { b"[\n" } else { b",\n" });
        // Texts, times and ids always serialise.
        serde_json::to_writer(&mut out, &Event::from(line))
            .expect("texts, times and ids serialise");
    }
    if first && lines.is_empty() {
        out.push(b'[');
    }
    if last {
        out.extend_from_slice(b"\n]\n");
    }
    out
}

const COLUMNS: [&str; 11] = [
    "time",
    "action",
    "result",
    "person",
    "subject",
    "detail",
    "address",
    "browser",
    "reference",
    "person id",
    "account id",
];

fn csv(lines: &[AuditRow], first: bool) -> Vec<u8> {
    let mut out = csv::Writer::from_writer(Vec::new());
    let id = |id: Option<String>| id.unwrap_or_default();
    // Writing to memory does not fail.
    let memory = "memory takes every byte";
    if first {
        out.write_record(COLUMNS).expect(memory);
    }
    for line in lines {
        let cells = [
            line.occurred_at.to_rfc3339_opts(SecondsFormat::Millis, true),
            line.action.as_str().to_owned(),
            if line.result == AuditResult::Done { "done" } else { "failed" }.to_owned(),
            line.actor.clone(),
            line.subject.clone(),
            line.detail.clone(),
            line.ip.clone(),
            line.user_agent.clone(),
            line.reference.clone(),
            id(line.user_id.map(|id| id.to_string())),
            id(line.account_id.map(|id| id.to_string())),
        ];
        out.write_record(cells.iter().map(|cell| harmless(cell).into_owned())).expect(memory);
    }
    out.into_inner().expect(memory)
}

/// Spreadsheets run a cell that begins like a formula (OWASP, "CSV Injection"); names and labels
/// are other people's words.
fn harmless(cell: &str) -> Cow<'_, str> {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{cell}").into()
    } else {
        cell.into()
    }
}

#[cfg(test)]
mod tests {
    use super::harmless;

    // S6
    #[test]
    fn a_cell_is_never_a_formula() {
        for evil in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"] {
            assert_eq!(harmless(evil), format!("'{evil}"));
        }
        assert_eq!(harmless("Main shop = mine"), "Main shop = mine");
    }
}
