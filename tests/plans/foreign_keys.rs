//! A row that goes takes others along, or is refused for their sake: both look them up by the
//! column that points to it.

use super::Planned;
use crate::support::Engine;

/// Columns of foreign keys that begin no index, from PostgreSQL's catalog.
const WITHOUT_INDEX: &str = "
    SELECT k.conrelid::regclass::text || '.' || a.attname
    FROM pg_constraint k
    JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
    WHERE k.contype = 'f' AND NOT EXISTS (
        SELECT 1 FROM pg_index i
        WHERE i.indrelid = k.conrelid AND i.indkey[0] = k.conkey[1] AND i.indpred IS NULL
    )
    ORDER BY 1";

#[tokio::test]
async fn every_foreign_key_has_an_index() {
    let Some(postgres) = Planned::create(Engine::Postgres).await else { return };
    let missing = postgres.look.texts(WITHOUT_INDEX).await;
    assert_eq!(missing, Vec::<String>::new());

    let without = "CREATE TABLE without_index (id UUID PRIMARY KEY, user_id UUID REFERENCES users)";
    postgres.look.run(without).await;
    assert_eq!(postgres.look.texts(WITHOUT_INDEX).await, ["without_index.user_id"], "it can fail");
    postgres.remove().await;
}
