//! Pieces of TOML and CSV.

/// A text as a TOML string.
pub(crate) fn quoted(text: &str) -> String {
    // The serializer of single values may choose other quotes, and knows what must be escaped.
    toml_edit::Value::from(text).to_string()
}

/// A comment of several lines.
pub(crate) fn comment(text: &str) -> String {
    text.lines().fold(String::new(), |out, line| out + format!("# {line}").trim_end() + "\n")
}

/// Rows of equal length as comma-separated values, lines ending in `\n`.
pub(crate) fn csv(rows: &[Vec<String>]) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        writer.write_record(row).expect("rows of equal length, into memory");
    }
    let bytes = writer.into_inner().expect("memory takes all bytes");
    String::from_utf8(bytes).expect("made of texts")
}
