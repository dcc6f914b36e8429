//! What a sealed value is bound to besides its key.

use uuid::Uuid;

/// Where a blob belongs.
#[derive(Clone, Copy, Debug)]
pub struct SealContext {
    pub table: &'static str,
    pub row: Uuid,
    pub column: &'static str,
}

impl SealContext {
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
