//! Tables as Parquet files, for notebooks.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use parquet::basic::Compression;
use parquet::column::writer::ColumnWriter;
use parquet::data_type::ByteArray;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;

/// How many rows are held before they are written together.
const ROWS: usize = 100_000;

/// A cell; a column has one kind of cell.
#[derive(Debug, Clone)]
pub(crate) enum Cell {
    Int(i64),
    /// A number, or none.
    Real(Option<f64>),
    Text(String),
}

/// The kind of a column's cells.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    Int,
    Real,
    Text,
}

/// A table that is being written.
pub(crate) struct Table {
    path: PathBuf,
    kinds: Vec<Kind>,
    writer: SerializedFileWriter<File>,
    rows: Vec<Vec<Cell>>,
}

impl Table {
    /// Begins a file, over whatever has its name.
    pub(crate) fn create(path: PathBuf, columns: &[(&str, Kind)]) -> anyhow::Result<Self> {
        let fields: Vec<String> = columns
            .iter()
            .map(|(name, kind)| match kind {
                Kind::Int => format!("REQUIRED INT64 {name};"),
                Kind::Real => format!("OPTIONAL DOUBLE {name};"),
                Kind::Text => format!("REQUIRED BYTE_ARRAY {name} (UTF8);"),
            })
            .collect();
        let failed = || format!("cannot write `{}`", path.display());
        let schema = parse_message_type(&format!("message table {{ {} }}", fields.join(" ")))
            .context("the columns of a table")?;
        let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
        let file = File::create(&path).with_context(failed)?;
        let writer = SerializedFileWriter::new(file, Arc::new(schema), Arc::new(properties))
            .with_context(failed)?;
        let kinds = columns.iter().map(|it| it.1).collect();
        Ok(Self { path, kinds, writer, rows: Vec::new() })
    }

    /// Adds a row with a cell for every column.
    pub(crate) fn row(&mut self, cells: Vec<Cell>) -> anyhow::Result<()> {
        self.rows.push(cells);
        if self.rows.len() < ROWS { Ok(()) } else { self.flush() }
    }

    /// Ends the file.
    pub(crate) fn finish(mut self) -> anyhow::Result<PathBuf> {
        self.flush()?;
        let Self { path, writer, .. } = self;
        writer.close().with_context(|| format!("cannot write `{}`", path.display()))?;
        Ok(path)
    }

    fn flush(&mut self) -> anyhow::Result<()> {
        if self.rows.is_empty() {
            return Ok(());
        }
        let rows = std::mem::take(&mut self.rows);
        write(&mut self.writer, &self.kinds, &rows)
            .with_context(|| format!("cannot write `{}`", shown(&self.path)))
    }
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

fn write(
    writer: &mut SerializedFileWriter<File>,
    kinds: &[Kind],
    rows: &[Vec<Cell>],
) -> parquet::errors::Result<()> {
    let mut group = writer.next_row_group()?;
    for at in 0..kinds.len() {
        let Some(mut column) = group.next_column()? else { break };
        let cells = rows.iter().filter_map(|row| row.get(at));
        match column.untyped() {
            ColumnWriter::Int64ColumnWriter(out) => {
                let values: Vec<i64> =
                    cells.map(|it| if let Cell::Int(it) = it { *it } else { 0 }).collect();
                out.write_batch(&values, None, None)?;
            }
            ColumnWriter::DoubleColumnWriter(out) => {
                let all: Vec<Option<f64>> =
                    cells.map(|it| if let Cell::Real(it) = it { *it } else { None }).collect();
                let present: Vec<i16> = all.iter().map(|it| i16::from(it.is_some())).collect();
                let values: Vec<f64> = all.into_iter().flatten().collect();
                out.write_batch(&values, Some(&present), None)?;
            }
            ColumnWriter::ByteArrayColumnWriter(out) => {
                let text = |it: &Cell| match it {
                    Cell::Text(it) => ByteArray::from(it.as_str()),
                    _ => ByteArray::from(""),
                };
                let values: Vec<ByteArray> = cells.map(text).collect();
                out.write_batch(&values, None, None)?;
            }
            _ => {}
        }
        column.close()?;
    }
    group.close()?;
    Ok(())
}
