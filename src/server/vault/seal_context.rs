//! What a sealed value is bound to besides its key.

use uuid::Uuid;

/// Where a blob belongs.
#[derive(Clone, Copy, Debug)]
pub struct SealContext {
    /// The table's name in the database.
    pub table: &'static str,
    /// The row's id; nil where the value has no row of its own.
    pub row: Uuid,
    /// The column, or another name for the value's purpose.
    pub column: &'static str,
}

impl SealContext {
    /// Has to be the same for sealing and opening.
    pub const fn new(table: &'static str, row: Uuid, column: &'static str) -> Self {
        Self { table, row, column }
    }

    /// Length-prefixed, not glued: "ab" + "c" must differ from "a" + "bc".
    pub(super) fn associated_data(&self) -> Vec<u8> {
        let parts: [&[u8]; 3] =
            [self.table.as_bytes(), self.row.as_bytes(), self.column.as_bytes()];
        parts
            .iter()
            .flat_map(|part| {
                (part.len() as u32).to_be_bytes().into_iter().chain(part.iter().copied())
            })
            .collect()
    }
}
