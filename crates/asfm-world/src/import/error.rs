//! What is wrong with a table, and where.

/// Tables that no world can be made of. The first mistake is told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    /// A cell holds what it must not.
    #[error("{file}:{line}: column `{column}`: expected {expected}, found {found}")]
    Cell {
        /// The file, as it was named.
        file: String,
        /// The line, from 1.
        line: u64,
        /// The column's name.
        column: String,
        /// What should be there.
        expected: String,
        /// What is there.
        found: String,
    },
    /// A line has more or fewer cells than the first.
    #[error("{file}:{line}: expected {expected} cells, as in the first line, found {found}")]
    Ragged {
        /// The file.
        file: String,
        /// The line, from 1.
        line: u64,
        /// Cells of the first line.
        expected: u64,
        /// Cells of this line.
        found: u64,
    },
    /// A column is not there.
    #[error("{file}:1: expected a column `{column}`, found {found}")]
    NoColumn {
        /// The file.
        file: String,
        /// The column.
        column: String,
        /// The columns that are there.
        found: String,
    },
    /// A column is there twice, or belongs to nothing.
    #[error("{file}:1: column `{column}`: {message}")]
    Column {
        /// The file.
        file: String,
        /// The column.
        column: String,
        /// What is wrong with it.
        message: String,
    },
    /// The bytes are no text.
    #[error("{file}:{line}:{column}: expected UTF-8 text; save the table as UTF-8")]
    Encoding {
        /// The file.
        file: String,
        /// The line, from 1.
        line: u64,
        /// The column, from 1, in characters.
        column: u64,
    },
    /// A table without rows.
    #[error("{file}: expected at least one row below the first line")]
    Empty {
        /// The file.
        file: String,
    },
    /// A table is needed and was not given.
    #[error("expected a file `{file}`, {what}")]
    Missing {
        /// The file.
        file: String,
        /// What it holds.
        what: String,
    },
    /// A file that the layout does not have, or that is of no use here.
    #[error("{file}: {message}")]
    Unknown {
        /// The file.
        file: String,
        /// What to do about it.
        message: String,
    },
    /// What the tables hold and what was asked for do not go together.
    #[error("{file}: expected {expected}, found {found}")]
    Range {
        /// The file.
        file: String,
        /// What should be there.
        expected: String,
        /// What is there.
        found: String,
    },
}
