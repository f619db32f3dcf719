//! The few elements of SVG that charts are made of.

use std::fmt::Write as _;

use crate::text;

/// Where a text stands relative to its place.
#[derive(Clone, Copy)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// Elements in the order of drawing.
#[derive(Default)]
pub(super) struct Canvas {
    pub(super) out: String,
}

impl Canvas {
    pub(super) fn line(&mut self, class: &str, from: (f64, f64), to: (f64, f64)) {
        let [x1, y1, x2, y2] = [from.0, from.1, to.0, to.1].map(short);
        self.add(format_args!(
            r#"<line class="{class}" x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}"/>"#
        ));
    }

    pub(super) fn path(&mut self, class: &str, d: &str) {
        self.add(format_args!(r#"<path class="{class}" d="{d}"/>"#));
    }

    /// A rectangle between two corners, with what is said about it under the cursor.
    pub(super) fn rect(
        &mut self,
        class: &str,
        from: (f64, f64),
        to: (f64, f64),
        hint: Option<&str>,
    ) {
        let (x, y) = (short(from.0.min(to.0)), short(from.1.min(to.1)));
        let (w, h) = (short((from.0 - to.0).abs()), short((from.1 - to.1).abs()));
        self.add(format_args!(r#"<rect class="{class}" x="{x}" y="{y}" width="{w}" height="{h}""#));
        self.hinted("rect", hint);
    }

    pub(super) fn circle(&mut self, class: &str, at: (f64, f64), r: f64, hint: Option<&str>) {
        let [x, y, r] = [at.0, at.1, r].map(short);
        self.add(format_args!(r#"<circle class="{class}" cx="{x}" cy="{y}" r="{r}""#));
        self.hinted("circle", hint);
    }

    pub(super) fn text(&mut self, class: &str, at: (f64, f64), anchor: Anchor, text: &str) {
        let [x, y] = [at.0, at.1].map(short);
        let anchor = match anchor {
            Anchor::Start => "",
            Anchor::Middle => r#" text-anchor="middle""#,
            Anchor::End => r#" text-anchor="end""#,
        };
        if text.is_empty() {
            return;
        }
        let text = text::escape(text);
        self.add(format_args!(r#"<text class="{class}" x="{x}" y="{y}"{anchor}>{text}</text>"#));
    }

    /// A text that climbs to its end at a place.
    pub(super) fn slanted(&mut self, class: &str, at: (f64, f64), text: &str) {
        let [x, y] = [at.0, at.1].map(short);
        let text = text::escape(text);
        self.add(format_args!(
            r#"<text class="{class}" transform="translate({x} {y}) rotate(-40)" text-anchor="end">{text}</text>"#
        ));
    }

    /// The sign of a series, by its number.
    pub(super) fn marker(&mut self, n: usize, at: (f64, f64)) {
        let class = series_class(n, "f");
        let (x, y) = at;
        let place = |dx: f64, dy: f64| format!("{} {}", short(x + dx), short(y + dy));
        let corners: &[(f64, f64)] = match n % 6 {
            0 => return self.circle(&class, at, 3.2, None),
            1 => &[(-3.0, -3.0), (3.0, -3.0), (3.0, 3.0), (-3.0, 3.0)],
            2 => &[(0.0, -4.2), (4.0, 3.0), (-4.0, 3.0)],
            3 => &[(0.0, -4.5), (4.5, 0.0), (0.0, 4.5), (-4.5, 0.0)],
            4 => &[(-4.0, -3.0), (4.0, -3.0), (0.0, 4.2)],
            _ => &[
                (-1.3, -4.2),
                (1.3, -4.2),
                (1.3, -1.3),
                (4.2, -1.3),
                (4.2, 1.3),
                (1.3, 1.3),
                (1.3, 4.2),
                (-1.3, 4.2),
                (-1.3, 1.3),
                (-4.2, 1.3),
                (-4.2, -1.3),
                (-1.3, -1.3),
            ],
        };
        let d: Vec<String> = corners.iter().map(|it| place(it.0, it.1)).collect();
        self.path(&class, &format!("M{}z", d.join("L")));
    }

    fn hinted(&mut self, element: &str, hint: Option<&str>) {
        match hint {
            None => self.out.push_str("/>"),
            Some(it) => {
                let it = text::escape(it);
                self.add(format_args!("><title>{it}</title></{element}>"));
            }
        }
    }

    pub(super) fn add(&mut self, what: std::fmt::Arguments<'_>) {
        let written = self.out.write_fmt(what);
        debug_assert!(written.is_ok(), "a string takes any text");
    }
}

/// The classes of an element of the `n`-th series.
pub(super) fn series_class(n: usize, how: &str) -> String {
    format!("{how} s{}", n % 8)
}

/// The classes of a bar of the `n`-th series, which is told apart by how full it is too.
pub(super) fn bar_class(n: usize) -> String {
    format!("r{} s{}", n % 4, n % 8)
}

/// A place with one decimal.
pub(super) fn short(it: f64) -> String {
    let text = format!("{it:.1}");
    let text = text.strip_suffix(".0").unwrap_or(&text);
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// About how wide a text is, rather too much.
pub(super) fn width(text: &str, size: f64) -> f64 {
    let of = |it: char| match it {
        'i' | 'l' | 'j' | '.' | ',' | '\'' | '|' | '!' | ':' | ';' | ' ' => 0.33,
        'f' | 't' | 'r' | 'I' | '(' | ')' | '-' => 0.41,
        'm' | 'w' | 'M' | 'W' | '%' | '@' => 0.95,
        'A'..='Z' => 0.7,
        it if u32::from(it) >= 0x1100 && !('\u{2000}'..='\u{2bff}').contains(&it) => 1.0,
        _ => 0.62,
    };
    text.chars().map(of).sum::<f64>() * size
}

/// The beginning of a text that is not wider than that, with an ellipsis if it is not all.
pub(super) fn cut(text: &str, size: f64, most: f64) -> String {
    if width(text, size) <= most {
        return text.to_owned();
    }
    let mut kept = String::new();
    for it in text.chars() {
        kept.push(it);
        if width(&kept, size) + size > most {
            break;
        }
    }
    kept.pop();
    kept.trim_end().to_owned() + "…"
}

/// A text in lines that are not wider than that, broken between words; a word that is wider is cut.
pub(super) fn wrapped(text: &str, size: f64, most: f64) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
        if line.is_empty() || width(&longer, size) <= most {
            line = longer;
        } else {
            lines.push(std::mem::replace(&mut line, word.to_owned()));
        }
    }
    lines.push(line);
    lines.iter().map(|it| cut(it, size, most)).collect()
}
