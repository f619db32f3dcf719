//! Foreign text on its way into a page.

/// The same text without characters that a browser would not show: control characters other than
/// line ends and tabs, and those that turn the direction of what follows.
pub(crate) fn visible(text: &str) -> String {
    let shown = |it: char| match it {
        '\n' | '\t' => it,
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{fffe}' | '\u{ffff}' => '\u{fffd}',
        it if it.is_control() => '\u{fffd}',
        it => it,
    };
    text.replace("\r\n", "\n").chars().map(shown).collect()
}

/// For an element's content and for attributes in quotes, in HTML and in XML.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for it in visible(text).chars() {
        match it {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            it => out.push(it),
        }
    }
    out
}

/// Paragraphs with code in them.
pub(crate) fn paragraphs(text: &str) -> String {
    let text = visible(text);
    let mut out = String::new();
    for paragraph in text.split("\n\n").map(str::trim).filter(|it| !it.is_empty()) {
        out.push_str("<p>");
        out.push_str(&line(paragraph));
        out.push_str("</p>");
    }
    out
}

/// Text with code in it; a backquote without a second one is a backquote.
pub(crate) fn line(text: &str) -> String {
    let pieces: Vec<&str> = text.split('`').collect();
    let mut out = String::new();
    for (n, piece) in pieces.iter().enumerate() {
        let is_last = n + 1 == pieces.len();
        let (before, after) = match (n % 2 == 1, is_last) {
            (true, false) => ("<code>", "</code>"),
            (true, true) => ("`", ""),
            (false, _) => ("", ""),
        };
        out.extend([before, &escape(piece), after]);
    }
    out
}

/// JSON that may stand in a `script` element: nothing in it can end the element.
pub(crate) fn json(value: &impl serde::Serialize) -> Result<String, serde_json::Error> {
    let mut out = String::new();
    for it in serde_json::to_string(value)?.chars() {
        match it {
            '<' | '>' | '&' | '\'' | '\u{2028}' | '\u{2029}' => {
                out.extend(["\\u", &format!("{:04x}", u32::from(it))]);
            }
            it => out.push(it),
        }
    }
    Ok(out)
}

/// The bytes of a text as an address that holds them.
pub(crate) fn data_uri(kind: &str, text: &str) -> String {
    let mut out = format!("data:{kind};charset=utf-8,");
    for it in text.bytes() {
        if it.is_ascii_alphanumeric() || b"-_.,;:!()*+/".contains(&it) {
            out.push(char::from(it));
        } else {
            out.extend(["%", &format!("{it:02X}")]);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_shown() {
        assert_eq!(escape("<b a='\"'>&"), "&lt;b a=&#39;&quot;&#39;&gt;&amp;");
        assert_eq!(paragraphs("a\r\n\r\nb\n\n\n"), "<p>a</p><p>b</p>");
        assert_eq!(line("`a<` and `b"), "<code>a&lt;</code> and `b");
    }

    #[test]
    fn what_cannot_be_seen_is_shown() {
        assert_eq!(escape("a\0b\u{1b}[31m\u{202e}c"), "a\u{fffd}b\u{fffd}[31m\u{fffd}c");
    }

    #[test]
    fn json_does_not_end_its_element() {
        let value = serde_json::json!({"a": "</script><!--\u{2028}"});
        assert_eq!(json(&value).unwrap(), r#"{"a":"\u003c/script\u003e\u003c!--\u2028"}"#);
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&json(&value).unwrap()).unwrap(),
            value
        );
    }

    #[test]
    fn an_address_holds_any_bytes() {
        assert_eq!(data_uri("text/csv", "a,é\n"), "data:text/csv;charset=utf-8,a,%C3%A9%0A");
    }
}
