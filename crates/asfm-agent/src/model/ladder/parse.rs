//! A parser of JSON that can be strict or tolerant; it evaluates nothing, and what it reads is
//! bounded in depth and in steps.

use super::Repairs;
use super::node::{End, Node};
use super::number::{self, narrow};
use crate::model::reading::RepairCode;

/// Answers nest three deep; no list of lists makes us recurse for ever.
const DEPTH_MAX: usize = 32;

/// Why there is no value here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    /// Something that no value has.
    Wrong,
    /// The text ended within a word, a number or a text.
    End,
}

/// A place in a text from which values are read.
pub(crate) struct Parser<'t> {
    text: &'t str,
    at: usize,
    tolerant: bool,
    repairs: Repairs,
}

impl<'t> Parser<'t> {
    pub(crate) fn new(text: &'t str, at: usize, tolerant: bool) -> Self {
        Self { text, at, tolerant, repairs: Repairs::new() }
    }

    /// The place after what was read.
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    pub(crate) fn repairs(self) -> Repairs {
        self.repairs
    }

    /// Reads the object or list that begins here.
    pub(crate) fn value(&mut self) -> Result<Node, Stop> {
        self.any(0).map(|it| it.0)
    }

    /// Reads a value; the second is whether the text ended within it.
    fn any(&mut self, depth: usize) -> Result<(Node, bool), Stop> {
        if depth > DEPTH_MAX {
            return Err(Stop::Wrong);
        }
        match self.mark().ok_or(Stop::End)? {
            '{' => self.object(depth),
            '[' => self.list(depth),
            it if self.opens_text(it) => Ok((Node::Text(self.quoted()?), false)),
            _ => Ok((self.word()?, false)),
        }
    }

    fn object(&mut self, depth: usize) -> Result<(Node, bool), Stop> {
        self.take();
        let mut members: Vec<(String, Node)> = Vec::new();
        let mut between = Between::First;
        loop {
            match self.next(&mut between, '}')? {
                Next::Close => return Ok((Node::Object(members, End::Whole), false)),
                Next::End => return Ok((self.cut(members), true)),
                Next::Element => {}
            }
            match self.member(depth) {
                Ok((key, value, is_cut)) => {
                    members.push((key, value));
                    if is_cut {
                        return Ok((self.cut(members), true));
                    }
                }
                Err(Stop::End) if self.tolerant => return Ok((self.cut(members), true)),
                Err(stop) => return Err(stop),
            }
            if let Some((_, Node::Number(number))) = members.last_mut() {
                self.thousands(number);
            }
        }
    }

    fn cut(&mut self, members: Vec<(String, Node)>) -> Node {
        self.repairs.insert(RepairCode::Cut);
        Node::Object(members, End::Cut)
    }

    fn member(&mut self, depth: usize) -> Result<(String, Node, bool), Stop> {
        let key = match self.mark().ok_or(Stop::End)? {
            it if self.opens_text(it) => self.quoted()?,
            it if self.tolerant && (it.is_alphabetic() || it == '_') => self.bare_key()?,
            _ => return Err(Stop::Wrong),
        };
        self.blanks();
        match self.mark() {
            Some(':') => self.take(),
            Some(_) => return Err(Stop::Wrong),
            None => return Err(Stop::End),
        }
        self.blanks();
        let (value, is_cut) = self.any(depth + 1)?;
        Ok((key, value, is_cut))
    }

    fn list(&mut self, depth: usize) -> Result<(Node, bool), Stop> {
        self.take();
        let mut all = Vec::new();
        let mut between = Between::First;
        loop {
            match self.next(&mut between, ']')? {
                Next::Close => return Ok((Node::List(all, End::Whole), false)),
                Next::End => {
                    self.repairs.insert(RepairCode::Cut);
                    return Ok((Node::List(all, End::Cut), true));
                }
                Next::Element => {}
            }
            match self.any(depth + 1) {
                Ok((it, is_cut)) => {
                    all.push(it);
                    if is_cut {
                        return Ok((Node::List(all, End::Cut), true));
                    }
                }
                Err(Stop::End) if self.tolerant => {
                    self.repairs.insert(RepairCode::Cut);
                    return Ok((Node::List(all, End::Cut), true));
                }
                Err(stop) => return Err(stop),
            }
        }
    }

    /// Goes to the next element of an object or list, or to its end.
    fn next(&mut self, between: &mut Between, close: char) -> Result<Next, Stop> {
        loop {
            self.blanks();
            let Some(it) = self.mark() else {
                return if self.tolerant { Ok(Next::End) } else { Err(Stop::End) };
            };
            match (it, *between) {
                (it, Between::First | Between::Element) if it == close => {
                    self.take();
                    return Ok(Next::Close);
                }
                (it, Between::Comma) if it == close => {
                    self.repair(RepairCode::TrailingComma)?;
                    self.take();
                    return Ok(Next::Close);
                }
                (',', Between::Element) => {
                    self.take();
                    *between = Between::Comma;
                }
                (',', Between::First | Between::Comma) => {
                    self.repair(RepairCode::TrailingComma)?;
                    self.take();
                }
                (_, Between::Element) => {
                    self.repair(RepairCode::MissingComma)?;
                    return Ok(Next::Element);
                }
                (_, Between::First | Between::Comma) => {
                    *between = Between::Element;
                    return Ok(Next::Element);
                }
            }
        }
    }

    /// Joins `1` with the `,000` after it: no key begins with a digit.
    fn thousands(&mut self, number: &mut String) {
        let digits = |it: &str| it.bytes().all(|byte| byte.is_ascii_digit());
        let leading = number.strip_prefix('-').unwrap_or(number);
        if !self.tolerant || !digits(leading) || leading.len() > 3 {
            return;
        }
        while let Some(rest) = self.text[self.at..].strip_prefix(',') {
            let Some(group) = rest.get(..3).filter(|it| digits(it)) else {
                return;
            };
            let after = &rest[3..];
            if after.starts_with(|it: char| it.is_alphanumeric() || it == '.') {
                let part = after.strip_prefix('.').unwrap_or_default();
                let n = part.bytes().take_while(u8::is_ascii_digit).count();
                if n > 0 && !part[n..].starts_with(|it: char| it.is_alphanumeric()) {
                    number.extend([group, ".", &part[..n]]);
                    self.at += 5 + n;
                    self.repairs.insert(RepairCode::Thousands);
                }
                return;
            }
            *number += group;
            self.at += 4;
            self.repairs.insert(RepairCode::Thousands);
        }
    }

    fn opens_text(&self, it: char) -> bool {
        it == '"' || self.tolerant && matches!(it, '\'' | '“' | '”' | '‘' | '’' | '`')
    }

    /// Reads a text in quotes.
    fn quoted(&mut self) -> Result<String, Stop> {
        let open = self.mark().ok_or(Stop::End)?;
        if open != '"' {
            self.repairs.insert(RepairCode::Quotes);
        }
        let tolerant = self.tolerant;
        let closes = |it: char| match open {
            // In JSON as it should be, a full-width quote is a letter like any other.
            '"' if !tolerant => it == '"',
            '“' | '”' => matches!(it, '“' | '”'),
            '‘' | '’' => matches!(it, '‘' | '’'),
            open => narrow(it) == open,
        };
        self.take();
        let mut text = String::new();
        loop {
            let it = self.char().ok_or(Stop::End)?;
            self.at += it.len_utf8();
            match it {
                it if closes(it) => {
                    if !self.tolerant || self.ends_text() {
                        if narrow(it) != it {
                            self.repairs.insert(RepairCode::FullWidth);
                        }
                        return Ok(text);
                    }
                    self.repairs.insert(RepairCode::InnerQuote);
                    text.push(it);
                }
                '\\' => self.escape(&mut text)?,
                it if u32::from(it) < 0x20 => {
                    self.repair(RepairCode::ControlCharacter)?;
                    text.push(it);
                }
                it => text.push(it),
            }
        }
    }

    /// Whether what follows a quote is what follows the end of a text.
    fn ends_text(&self) -> bool {
        let rest = &self.text[self.at..];
        let next = rest.trim_start();
        let is_new_line = rest[..rest.len() - next.len()].contains('\n');
        match next.chars().next().map(narrow) {
            None | Some(',' | ':' | '}' | ']' | '、') => true,
            Some('/') => next.starts_with("//") || next.starts_with("/*"),
            Some(_) => is_new_line,
        }
    }

    fn escape(&mut self, text: &mut String) -> Result<(), Stop> {
        let it = self.char().ok_or(Stop::End)?;
        self.at += it.len_utf8();
        let plain = match it {
            '"' | '\\' | '/' => it,
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => {
                let it = self.code_point()?;
                if it.is_none() {
                    self.repair(RepairCode::BadEscape)?;
                }
                it.unwrap_or(char::REPLACEMENT_CHARACTER)
            }
            it => {
                self.repair(RepairCode::BadEscape)?;
                it
            }
        };
        text.push(plain);
        Ok(())
    }

    /// The character of `\u` and four digits, or of two of them for one beyond the basic plane.
    fn code_point(&mut self) -> Result<Option<char>, Stop> {
        let Some(first) = self.four_digits()? else {
            return Ok(None);
        };
        if !(0xD800..0xDC00).contains(&first) {
            return Ok(char::from_u32(first));
        }
        let back = self.at;
        if self.text[self.at..].starts_with("\\u") {
            self.at += 2;
            if let Some(second) = self.four_digits()?
                && (0xDC00..0xE000).contains(&second)
            {
                return Ok(char::from_u32(0x1_0000 + ((first - 0xD800) << 10) + second - 0xDC00));
            }
            self.at = back;
        }
        Ok(None)
    }

    fn four_digits(&mut self) -> Result<Option<u32>, Stop> {
        let rest = &self.text[self.at..];
        if rest.len() < 4 {
            return Err(Stop::End);
        }
        let digits = rest.get(..4).filter(|it| it.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let found = digits.and_then(|it| u32::from_str_radix(it, 16).ok());
        if found.is_some() {
            self.at += 4;
        }
        Ok(found)
    }

    /// Reads a number or a word without quotes.
    fn word(&mut self) -> Result<Node, Stop> {
        let rest = &self.text[self.at..];
        let ends = |it: char| {
            if self.tolerant {
                matches!(narrow(it), ',' | '}' | ']' | ':' | '{' | '[' | '"' | '\n' | '\r')
            } else {
                !(it.is_ascii_alphanumeric() || matches!(it, '+' | '-' | '.'))
            }
        };
        let length = rest.find(ends).unwrap_or(rest.len());
        let found = rest[..length].trim_end();
        let comment =
            self.tolerant.then(|| found.find("//").or_else(|| found.find("/*"))).flatten();
        let found = comment.map_or(found, |at| found[..at].trim_end());
        if found.is_empty() {
            return Err(Stop::Wrong);
        }
        self.at += found.len();
        // Whatever stands at the very end may be the half of something.
        if self.at == self.text.len() {
            return Err(Stop::End);
        }
        let narrow: String = found.chars().map(narrow).collect();
        let found = if self.tolerant && number::is_json(&narrow) {
            if narrow != found {
                self.repairs.insert(RepairCode::FullWidth);
            }
            narrow.as_str()
        } else {
            found
        };
        let node = match found {
            "null" => Node::Null,
            "true" => Node::Bool(true),
            "false" => Node::Bool(false),
            it if number::is_json(it) => Node::Number(it.to_owned()),
            it if self.tolerant => self.tolerated(it),
            _ => return Err(Stop::Wrong),
        };
        Ok(node)
    }

    /// What a word without quotes stands for.
    fn tolerated(&mut self, found: &str) -> Node {
        let (code, node) = match found.to_ascii_lowercase().as_str() {
            "none" | "null" | "nil" | "undefined" => (RepairCode::PythonWord, Node::Null),
            "true" => (RepairCode::PythonWord, Node::Bool(true)),
            "false" => (RepairCode::PythonWord, Node::Bool(false)),
            _ => match number::formed(found, &mut self.repairs) {
                Some(it) => return Node::Number(it),
                None => (RepairCode::UnquotedText, Node::Text(found.to_owned())),
            },
        };
        self.repairs.insert(code);
        node
    }

    fn bare_key(&mut self) -> Result<String, Stop> {
        self.repair(RepairCode::UnquotedKey)?;
        let rest = &self.text[self.at..];
        let ends = |it: char| !(it.is_alphanumeric() || matches!(it, '_' | '-' | '.'));
        let length = rest.find(ends).ok_or(Stop::End)?;
        self.at += length;
        Ok(rest[..length].to_owned())
    }

    /// Passes over what separates marks.
    fn blanks(&mut self) {
        loop {
            let rest = &self.text[self.at..];
            let next = if self.tolerant {
                rest.trim_start()
            } else {
                rest.trim_start_matches([' ', '\t', '\n', '\r'])
            };
            let passed = &rest[..rest.len() - next.len()];
            if !passed.bytes().all(|it| b" \t\n\r".contains(&it)) {
                self.repairs.insert(RepairCode::ControlCharacter);
            }
            self.at += passed.len();
            if !self.tolerant {
                return;
            }
            let length = if next.starts_with("//") || next.starts_with('#') {
                next.find('\n')
            } else if next.starts_with("/*") {
                next.find("*/").map(|at| at + 2)
            } else {
                None
            };
            // What never ends is no comment: it would hide all that follows.
            let Some(length) = length else {
                return;
            };
            self.repairs.insert(RepairCode::Comment);
            self.at += length;
        }
    }

    fn char(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    /// The next character, a full-width one as its narrow form where that is tolerated.
    fn mark(&mut self) -> Option<char> {
        let it = self.char()?;
        if !self.tolerant || it.is_ascii() {
            return Some(it);
        }
        let plain = if it == '、' { ',' } else { narrow(it) };
        if plain != it && plain.is_ascii_punctuation() {
            self.repairs.insert(RepairCode::FullWidth);
        }
        Some(plain)
    }

    /// Passes over the next character.
    fn take(&mut self) {
        self.at += self.char().map_or(0, char::len_utf8);
    }

    /// Goes on in spite of a mistake, if mistakes are tolerated.
    fn repair(&mut self, code: RepairCode) -> Result<(), Stop> {
        if !self.tolerant {
            return Err(Stop::Wrong);
        }
        self.repairs.insert(code);
        Ok(())
    }
}

/// What was read last in an object or list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Between {
    First,
    Element,
    Comma,
}

/// What comes next in an object or list.
enum Next {
    Element,
    Close,
    End,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    /// What the parser makes of a whole text, as a value of the other one.
    fn read(text: &str, tolerant: bool) -> Option<Value> {
        let mut parser = Parser::new(text, 0, tolerant);
        let node = parser.value().ok()?;
        (parser.at() == text.len()).then(|| serde_json::from_str(&node.to_string()).expect("JSON"))
    }

    proptest! {
        /// Few characters, so that some of the texts are JSON.
        #[test]
        fn the_strict_parser_reads_json_and_nothing_else(
            inner in r#"([\[\]{}:,"\\ ntu0-9.eE+-]|true|null|"[a\\u/]{0,3}":|"b"){0,10}"#,
            listed in any::<bool>(),
        ) {
            let text = if listed { format!("[{inner}]") } else { format!("{{{inner}}}") };
            match serde_json::from_str::<Value>(&text) {
                Ok(value) => prop_assert_eq!(read(&text, false), Some(value)),
                // The other one has no numbers beyond floating point.
                Err(error) if error.to_string().contains("out of range") => {}
                Err(_) => prop_assert_eq!(read(&text, false), None),
            }
            if let Some(value) = read(&text, false) {
                prop_assert_eq!(read(&text, true), Some(value), "tolerance changes no sound text");
            }
        }
    }

    #[test]
    fn the_tolerant_parser_reads_what_is_nearly_json() {
        let read = |text| read(text, true).map(|it| it.to_string()).unwrap_or_default();
        assert_eq!(read("{a: 1, 'b': .5, \"c\": +2,}"), r#"{"a":1,"b":0.5,"c":2}"#);
        assert_eq!(read("[1\n2 // three\n, 3]"), "[1,2,3]");
        assert_eq!(read(r#"{"a": "say "no" now"}"#), r#"{"a":"say \"no\" now"}"#);
        assert_eq!(read("{'it': 'don't'}"), r#"{"it":"don't"}"#);
        assert_eq!(read("{'n': 12,345,678, 'm': 1,234.5, 'k': 12,34}"), "");
        assert_eq!(read("{'n': 12,345,678, 'm': 1,234.5}"), r#"{"n":12345678,"m":1234.5}"#);
        assert_eq!(read("{\"a\": [1, {\"b\": 2"), r#"{"a":[1,{}]}"#);
        assert_eq!(read(r#"{"a": "\ud83d\ude80 \ud83d"}"#), "{\"a\":\"🚀 \u{fffd}\"}");
    }
}
