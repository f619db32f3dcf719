//! Tables for people: no lines, numbers to the right.

use comfy_table::{CellAlignment, Table, presets};

pub(crate) fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(header.iter().copied());
    table
}

/// Aligns some columns to the right.
pub(crate) fn align(table: &mut Table, right: &[usize]) {
    for at in right {
        if let Some(column) = table.column_mut(*at) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
}
