//! Drafts and the board, which are this purgedeck's own and stay in a file.

use super::writer::PostgresWriter;
use crate::domain::draft::KeptDraft;
use crate::domain::ids::DraftId;
use crate::store::failure::StoreFailure;

impl PostgresWriter {
    /// Saves a draft under its name, in the place of what has that name.
    pub(in crate::store) fn save_draft(&mut self, kept: &KeptDraft) -> Result<(), StoreFailure> {
        self.own.save_draft(kept)
    }

    /// Removes a draft, and returns whether there was one of this name.
    pub(in crate::store) fn remove_draft(&mut self, id: &DraftId) -> Result<bool, StoreFailure> {
        self.own.remove_draft(id)
    }

    /// Saves the board, as text, for the next start.
    pub(in crate::store) fn save_board(&mut self, board: &str) -> Result<(), StoreFailure> {
        self.own.save_board(board)
    }
}
