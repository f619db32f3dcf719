//! Columns of numbers from a CSV file: one pass, and only the numbers are kept.

use std::io::Read;

use csv::{ByteRecord, ErrorKind, ReaderBuilder};

/// Which columns are wanted, and what they hold.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted<'a> {
    pub(super) column: &'a str,
    /// Log returns instead of prices.
    pub(super) returns: bool,
    pub(super) volume: Option<&'a str>,
    /// How many values of the volume are kept, the last ones.
    pub(super) volume_kept: usize,
}

/// What was read.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Columns {
    pub(super) values: Vec<f64>,
    pub(super) volume: Option<Vec<f64>>,
    /// The first and the last date, if the table has dates.
    pub(super) dates: Option<(String, String)>,
}

/// Rows after which the number of all rows is guessed.
const GUESSED_AFTER: usize = 1000;

/// Reads columns; `name` is what errors call the file, and `bytes` its length if known.
pub(super) fn read(
    name: &str,
    file: impl Read,
    bytes: Option<u64>,
    wanted: Wanted<'_>,
) -> Result<Columns, String> {
    let mut reader =
        ReaderBuilder::new().has_headers(false).buffer_capacity(1 << 16).from_reader(file);
    let mut row = ByteRecord::new();
    if !next(&mut reader, &mut row, name)? {
        return Err(format!("{name} is empty: expected a line of column names, then numbers"));
    }
    let names: Vec<String> =
        row.iter().map(|it| String::from_utf8_lossy(it).trim().to_owned()).collect();
    let value_at = place(name, &names, wanted.column)?;
    let volume_at = wanted.volume.map(|it| place(name, &names, it)).transpose()?;
    let date_at = names.iter().position(|it| it.eq_ignore_ascii_case("date"));
    let what = if wanted.returns {
        Kind { article: "a log return, a finite number", is_in: |_| true }
    } else {
        Kind { article: "a price, a number above 0", is_in: |it| it > 0.0 }
    };
    let traded = Kind { article: "a volume, a number not below 0", is_in: |it| it >= 0.0 };

    let mut values = Vec::new();
    let mut volume = volume_at.map(|_| Vec::new());
    let mut dates: Option<(Vec<u8>, Vec<u8>)> = None;
    while next(&mut reader, &mut row, name)? {
        let line = || row.position().map_or(0, csv::Position::line);
        let cell = |at: usize, kind: Kind| {
            kind.number(&row[at])
                .ok_or_else(|| wrong(name, line(), &names[at], &row[at], kind.article))
        };
        values.push(cell(value_at, what)?);
        if let (GUESSED_AFTER, Some(bytes)) = (values.len(), bytes) {
            reserve(&mut values, bytes, reader.position().byte());
        }
        if let (Some(at), Some(volume)) = (volume_at, &mut volume) {
            volume.push(cell(at, traded)?);
            // By halves, so that no value is moved twice.
            if volume.len() >= wanted.volume_kept.saturating_mul(2) {
                volume.drain(..volume.len() - wanted.volume_kept);
            }
        }
        let Some(at) = date_at else { continue };
        let date = row[at].trim_ascii();
        if !is_date(date) {
            return Err(wrong(name, line(), &names[at], date, "a date such as 2024-01-31"));
        }
        match &mut dates {
            None => dates = Some((date.to_owned(), date.to_owned())),
            Some((_, last)) if date < last.as_slice() => {
                let earlier = String::from_utf8_lossy(last);
                let expected = format!("a date not before {earlier}, that of the line before");
                return Err(wrong(name, line(), &names[at], date, &expected));
            }
            Some((_, last)) => {
                last.clear();
                last.extend_from_slice(date);
            }
        }
    }
    if values.len() < 2 {
        let plural = if wanted.returns { "returns" } else { "prices" };
        let found = ["no row", "one row"][values.len()];
        return Err(format!(
            "{name}: column `{}`: found {found} below the column names, expected at least 2 {plural}",
            wanted.column
        ));
    }
    if let Some(volume) = &mut volume {
        volume.drain(..volume.len().saturating_sub(wanted.volume_kept));
    }
    let text = |it: Vec<u8>| String::from_utf8_lossy(&it).into_owned();
    let dates = dates.map(|(first, last)| (text(first), text(last)));
    Ok(Columns { values, volume, dates })
}

/// Room for the rows to come, so that a long column is not moved to grow: `read` bytes held
/// the values so far. A guess too large costs nothing, since untouched memory is not used;
/// one too small is mended as the column grows.
fn reserve(values: &mut Vec<f64>, bytes: u64, read: u64) {
    let rows = values.len() as u64 * (bytes / read.max(1) + 1);
    let more = usize::try_from(rows + rows / 16).unwrap_or(0).saturating_sub(values.len());
    // Where there is no room for the guess there may be room for the truth.
    values.try_reserve_exact(more).unwrap_or_default();
}

/// What a column holds.
#[derive(Clone, Copy)]
struct Kind {
    article: &'static str,
    is_in: fn(f64) -> bool,
}

impl Kind {
    fn number(self, cell: &[u8]) -> Option<f64> {
        let number: f64 = std::str::from_utf8(cell).ok()?.trim().parse().ok()?;
        (number.is_finite() && (self.is_in)(number)).then_some(number)
    }
}

fn next(
    reader: &mut csv::Reader<impl Read>,
    row: &mut ByteRecord,
    name: &str,
) -> Result<bool, String> {
    reader.read_byte_record(row).map_err(|error| match error.kind() {
        ErrorKind::UnequalLengths { pos, expected_len, len } => {
            let line = pos.as_ref().map_or(0, csv::Position::line);
            let plural = if *len == 1 { "column" } else { "columns" };
            format!("{name}:{line}: found {len} {plural}, expected {expected_len} as in line 1")
        }
        ErrorKind::Io(error) => format!("cannot read {name}: {error}"),
        _ => format!("cannot read {name}: {error}"),
    })
}

fn place(name: &str, names: &[String], wanted: &str) -> Result<usize, String> {
    let mut places = (0..names.len()).filter(|&at| names[at] == wanted);
    match (places.next(), places.next()) {
        (Some(at), None) => Ok(at),
        (Some(_), Some(_)) => {
            Err(format!("{name}:1: column `{wanted}` is there twice, expected it once"))
        }
        _ => {
            let there: Vec<String> = names.iter().map(|it| format!("`{it}`")).collect();
            let there = there.join(", ");
            let hint = match names {
                [only] if only.contains([';', '\t']) => "; columns are separated by commas",
                _ => "",
            };
            Err(format!("{name}:1: there is no column `{wanted}`, expected one of {there}{hint}"))
        }
    }
}

fn wrong(name: &str, line: u64, column: &str, found: &[u8], expected: &str) -> String {
    let found = String::from_utf8_lossy(found);
    let found = match found.trim() {
        "" => "nothing".to_owned(),
        it => {
            let shown = it.chars().take(40).map(|it| if it.is_control() { ' ' } else { it });
            format!("`{}`", shown.collect::<String>())
        }
    };
    format!("{name}:{line}: column `{column}`: found {found}, expected {expected}")
}

/// Year, month and day first, so that the order of dates is that of their bytes.
fn is_date(it: &[u8]) -> bool {
    let digits = |range: std::ops::Range<usize>| {
        it.get(range).is_some_and(|it| it.iter().all(u8::is_ascii_digit))
    };
    let dashed = digits(0..4) && digits(5..7) && digits(8..10);
    let separator = |at: usize| it.get(at).is_some_and(|it| b"-/.".contains(it));
    dashed && separator(4) && separator(7) || it.len() == 8 && digits(0..8)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRICE: Wanted<'static> =
        Wanted { column: "p", returns: false, volume: None, volume_kept: 3 };

    fn told(text: &str) -> Result<Columns, String> {
        read("f.csv", text.as_bytes(), None, PRICE)
    }

    #[test]
    fn lines_are_those_of_the_file() {
        // A mark of byte order, blank lines, line ends of two kinds, a quoted line end.
        let text = "\u{feff}p,note\r\n1,\"a\nb\"\n\n\n2,x\nthree,y\n";
        assert_eq!(
            told(text).unwrap_err(),
            "f.csv:7: column `p`: found `three`, expected a price, a number above 0"
        );
    }

    #[test]
    fn of_the_volume_the_last_values_are_kept() {
        let rows: Vec<String> = (1..=11).map(|it| format!("{it},{}", 10 * it)).collect();
        let text = format!("p,v\n{}\n", rows.join("\n"));
        let columns = read("f.csv", text.as_bytes(), None, Wanted { volume: Some("v"), ..PRICE });
        let columns = columns.expect("sound");
        assert_eq!(columns.values.len(), 11);
        assert_eq!(columns.volume, Some(vec![90.0, 100.0, 110.0]));
    }

    #[test]
    fn dates_may_repeat_but_not_go_back() {
        let columns = told("Date,p\n2024-01-01,1\n2024-01-01,2\n2024-01-03,3\n").expect("sound");
        assert_eq!(columns.dates, Some(("2024-01-01".to_owned(), "2024-01-03".to_owned())));
        assert!(told("date,p\n20240102,1\n20240101,2\n").is_err());
        assert!(told("date,p\n01/02/2024,1\n01/03/2024,2\n").is_err(), "the order is unknown");
    }
}
