//! Bulk rows as text: a JSON array of arrays of integers, written and read without a JSON library.

/// How many rows a part has at most.
pub(crate) const ROWS: usize = 4096;

const PAIRS: &[u8; 200] = b"\
    00010203040506070809101112131415161718192021222324252627282930313233343536373839\
    40414243444546474849505152535455565758596061626364656667686970717273747576777879\
    8081828384858687888990919293949596979899";

/// A number has at most so many characters, with its sign and the comma after it.
const WIDTH: usize = 21;

/// Rows on their way into a part; the buffer is used again for the next one.
#[derive(Debug, Default)]
pub(crate) struct Body {
    /// Written up to `at`; what follows is room.
    text: Vec<u8>,
    at: usize,
    rows: usize,
}

impl Body {
    /// Starts a part.
    pub(crate) fn start(&mut self) {
        self.at = 0;
        self.rows = 0;
        self.room(0);
        self.byte(b'[');
    }

    /// Starts a row of at most so many numbers.
    #[inline]
    pub(crate) fn open(&mut self, numbers: usize) {
        self.room(numbers);
        self.byte(b'[');
    }

    /// Adds a number to the row.
    #[inline]
    pub(crate) fn put(&mut self, number: i64) {
        if number < 0 {
            self.byte(b'-');
        }
        self.count(number.unsigned_abs());
    }

    /// Adds a number that is never negative to the row.
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "remainders of 100 and digits below 10")]
    pub(crate) fn count(&mut self, mut number: u64) {
        if number < 10 {
            self.byte(b'0' + number as u8);
            self.byte(b',');
            return;
        }
        let mut left = number.checked_ilog10().unwrap_or(0) as usize + 1;
        let out = &mut self.text[self.at..=self.at + left];
        self.at += left + 1;
        out[left] = b',';
        while left > 1 {
            let pair = (number % 100) as usize * 2;
            number /= 100;
            out[left - 1] = PAIRS[pair + 1];
            out[left - 2] = PAIRS[pair];
            left -= 2;
        }
        if left == 1 {
            out[0] = b'0' + number as u8;
        }
    }

    /// Ends a row that has at least one number.
    #[inline]
    pub(crate) fn close(&mut self) {
        self.text[self.at - 1] = b']';
        self.byte(b',');
        self.rows += 1;
    }

    /// Ends a part that has at least one row.
    pub(crate) fn end(&mut self) -> &str {
        self.text[self.at - 1] = b']';
        std::str::from_utf8(&self.text[..self.at]).expect("digits, commas and brackets")
    }

    /// How many rows the part has.
    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    #[inline]
    fn byte(&mut self, byte: u8) {
        self.text[self.at] = byte;
        self.at += 1;
    }

    /// Makes room for a row, its brackets and the comma after it.
    #[inline]
    fn room(&mut self, numbers: usize) {
        let needed = self.at + WIDTH * numbers + 3;
        if needed > self.text.len() {
            self.text.resize(needed.max(2 * self.text.len()), 0);
        }
    }
}

/// The rows of a stored part, read one by one.
#[derive(Debug)]
pub(crate) struct Rows<'t> {
    text: &'t [u8],
    at: usize,
    row: Vec<i64>,
}

/// A place in a part where something else than rows of integers was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Garbled {
    /// The byte, from 0.
    pub(crate) at: usize,
}

impl<'t> Rows<'t> {
    pub(crate) fn new(text: &'t [u8]) -> Self {
        Self { text, at: 0, row: Vec::new() }
    }

    /// The next row, or `None` after the last.
    pub(crate) fn next(&mut self) -> Result<Option<&[i64]>, Garbled> {
        if self.at == 0 {
            self.expect(b'[')?;
        } else if self.at == self.text.len() {
            return Ok(None);
        }
        self.expect(b'[')?;
        self.row.clear();
        loop {
            let number = self.number()?;
            self.row.push(number);
            match self.take() {
                Some(b',') => {}
                Some(b']') => break,
                _ => return Err(self.before()),
            }
        }
        match self.take() {
            Some(b',') if self.at < self.text.len() => Ok(Some(&self.row)),
            Some(b']') if self.at == self.text.len() => Ok(Some(&self.row)),
            _ => Err(self.before()),
        }
    }

    fn take(&mut self) -> Option<u8> {
        let byte = self.text.get(self.at).copied();
        self.at += 1;
        byte
    }

    fn before(&self) -> Garbled {
        Garbled { at: self.at - 1 }
    }

    fn expect(&mut self, byte: u8) -> Result<(), Garbled> {
        match self.take() {
            Some(it) if it == byte => Ok(()),
            _ => Err(self.before()),
        }
    }

    fn number(&mut self) -> Result<i64, Garbled> {
        let start = self.at;
        let minus = self.text.get(start) == Some(&b'-');
        self.at += usize::from(minus);
        let first = self.at;
        let mut number: i64 = 0;
        while let Some(digit) = self.text.get(self.at).filter(|it| it.is_ascii_digit()) {
            let digit = i64::from(digit - b'0');
            // Counted below zero, where the smallest number has room.
            let next = number.checked_mul(10).and_then(|it| it.checked_sub(digit));
            number = next.ok_or(Garbled { at: start })?;
            self.at += 1;
        }
        if self.at == first {
            return Err(Garbled { at: start });
        }
        let signed = if minus { Some(number) } else { number.checked_neg() };
        signed.ok_or(Garbled { at: start })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Result<Vec<Vec<i64>>, Garbled> {
        let mut rows = Rows::new(text.as_bytes());
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            all.push(row.to_vec());
        }
        Ok(all)
    }

    fn write(rows: &[Vec<i64>]) -> String {
        let mut body = Body::default();
        body.start();
        for row in rows {
            body.open(row.len());
            for number in row {
                body.put(*number);
            }
            body.close();
        }
        body.end().to_owned()
    }

    proptest! {
        #[test]
        fn rows_are_read_as_they_were_written(
            rows in prop::collection::vec(prop::collection::vec(any::<i64>(), 1..9), 1..20),
        ) {
            let text = write(&rows);
            prop_assert_eq!(&text, &format!("{rows:?}").replace(' ', ""));
            prop_assert_eq!(read(&text), Ok(rows));
        }

        #[test]
        fn small_numbers_too(number in -20_000_i64..20_000) {
            prop_assert_eq!(write(&[vec![number]]), format!("[[{number}]]"));
        }

        #[test]
        fn anything_else_is_an_error(text in "[\\[\\],0-9-]{0,12}") {
            if let Ok(rows) = read(&text)
                && !text.contains("[0")
                && !text.contains(",0")
                && !text.contains("-0")
            {
                prop_assert_eq!(write(&rows), text);
            }
        }
    }

    #[test]
    fn the_place_of_the_mistake_is_told() {
        let places =
            ["", "[", "[[1,2]", "[[1,2],x]", "[[1,]]", "[[9223372036854775808]]", "[[1]]]"]
                .map(|text| read(text).map_err(|it| it.at));
        let expected = [0, 1, 6, 7, 4, 2, 4].map(Err);
        assert_eq!(places, expected);
    }
}
