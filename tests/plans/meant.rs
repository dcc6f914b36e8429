//! Scans that are meant, each with its reason.

use super::explain::Scan;

/// Tables that do not grow with people and their accounts.
pub const SMALL: &[(&str, &str)] = &[
    ("breakers", "a row for each platform"),
    ("key_seals", "a row for each key there ever was"),
    ("schedules", "a row for each recurring job"),
    ("server_facts", "a handful of names, and one for each key"),
];

/// By statement and table: there is no index for these.
const WITHOUT_INDEX: &[(&str, &str, &str)] = &[
    ("gauges::accounts", "oauth_accounts", "gauges count every account, once for each scrape"),
    ("jobs::CLAIM_SQLITE", "jobs", "takes the most urgent of what is due, up to a limit"),
    ("jobs::depth", "jobs", "counts what there is to do; a job that is done is gone"),
    (
        "email_tokens::requests",
        "reset_requests",
        "takes the oldest up to a limit; none stays a minute",
    ),
    (
        "outgoing_emails::unsent",
        "outgoing_emails",
        "the outbox holds what is on its way; a page for operators",
    ),
    ("pending::revocations", "pending_revocations", "takes all of them; each stays a day at most"),
    ("refreshes::answered", "refresh_journal", "the journal holds refreshes under way"),
    ("sealed::COLUMNS::count", "idempotency_keys", ROTATION),
    ("sealed::COLUMNS::count", "outgoing_emails", ROTATION),
    ("sealed::COLUMNS::count", "oauth_accounts", ROTATION),
    ("sealed::COLUMNS::count", "oauth_flows", ROTATION),
    ("sealed::COLUMNS::count", "pending_connections", ROTATION),
    ("sealed::COLUMNS::count", "pending_revocations", ROTATION),
    ("sealed::COLUMNS::count", "refresh_journal", ROTATION),
    ("sealed::COLUMNS::left", "idempotency_keys", ROTATION),
    ("sealed::COLUMNS::left", "outgoing_emails", ROTATION),
    ("sealed::COLUMNS::left", "oauth_accounts", ROTATION),
    ("sealed::COLUMNS::left", "oauth_flows", ROTATION),
    ("sealed::COLUMNS::left", "pending_connections", ROTATION),
    ("sealed::COLUMNS::left", "pending_revocations", ROTATION),
    ("sealed::COLUMNS::left", "refresh_journal", ROTATION),
    ("sessions::by_id", "incidents", "reads the index of platforms in trouble, a few rows"),
    ("sessions::by_token", "incidents", "reads the index of platforms in trouble, a few rows"),
];
const ROTATION: &str = "an operator changes keys: every sealed value is looked at";

/// There is an index, and PostgreSQL does not take it: a plan for any value expects that a third of
/// the rows lie before a time. Sweeps find few, and then get a plan of their own.
const SWEEPS: &[(&str, &str)] = &[
    ("audit::delete_older", "audit_events"),
    ("flows::delete_expired", "oauth_flows"),
    ("idempotency::delete_older", "idempotency_keys"),
    ("incidents::delete_ended", "incidents"),
    ("jobs::delete_dead", "jobs"),
    ("email_tokens::delete_expired", "email_tokens"),
    ("notices::delete_old", "notices"),
    ("pending::delete_expired_revocations", "pending_revocations"),
    ("sessions::delete_ended", "sessions"),
];

/// There is an index, and PostgreSQL does not take it over so few rows.
const NOT_WORTH_IT: &[(&str, &str, &str)] = &[
    ("accounts::count_up_to", "oauth_accounts", "stops at a limit, which a few pages fill"),
    ("jobs::CLAIM_POSTGRES", "jobs", "takes the most urgent of what is due, up to a limit"),
];

pub fn is_meant(scan: &Scan) -> bool {
    known().any(|(statement, table, has_index)| {
        scan.statement == statement && scan.table == table && scan.has_index == has_index
    })
}

/// Statements that need no reason.
pub fn unused(scans: &[Scan]) -> impl Iterator<Item = &'static str> {
    known()
        .filter(|(statement, table, _)| {
            !scans.iter().any(|scan| scan.statement == *statement && scan.table == *table)
        })
        .map(|(statement, ..)| statement)
}

/// Statement, table, and whether there is an index.
fn known() -> impl Iterator<Item = (&'static str, &'static str, bool)> {
    let without = WITHOUT_INDEX.iter().map(|(statement, table, _)| (*statement, *table, false));
    let sweeps = SWEEPS.iter().map(|(statement, table)| (*statement, *table, true));
    let others = NOT_WORTH_IT.iter().map(|(statement, table, _)| (*statement, *table, true));
    without.chain(sweeps).chain(others)
}
