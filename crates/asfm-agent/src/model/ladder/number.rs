//! Numbers as exact integers: the text of a decimal, never a float.

use asfm_engine::UNITS;

use super::Repairs;
use crate::model::reading::RepairCode;

/// No price and no quantity has more digits.
const DIGITS_MAX: usize = 34;

const SIGNS: &[&str] = &["$", "€", "£", "¥", "￥", "元"];
const CURRENCIES: &[&str] = &["usd", "eur", "gbp", "cny", "rmb", "yuan", "dollars", "dollar"];
const SHARES: &[&str] = &["shares", "share", "股"];

/// A whole number, if the text is exactly one.
pub(crate) fn whole(text: &str) -> Option<i64> {
    scaled(text, 1)
}

/// A price in 1/10 000 of the currency, if the text is a decimal that these units can hold.
pub(crate) fn units(text: &str) -> Option<i64> {
    scaled(text, UNITS)
}

/// A decimal times `by`, if that is a whole number that fits.
fn scaled(text: &str, by: i64) -> Option<i64> {
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text),
    };
    let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => {
            (mantissa, exponent.strip_prefix('+').unwrap_or(exponent).parse::<i32>().ok()?)
        }
        None => (rest, 0),
    };
    let (before, after) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all_digits = |it: &str| it.bytes().all(|byte| byte.is_ascii_digit());
    if before.is_empty() || !all_digits(before) || !all_digits(after) {
        return None;
    }
    let before = before.trim_start_matches('0');
    let after = after.trim_end_matches('0');
    if before.len() + after.len() > DIGITS_MAX {
        return None;
    }
    let digits: i128 = match format!("{before}{after}") {
        none if none.is_empty() => 0,
        some => some.parse().ok()?,
    };
    if digits == 0 {
        return Some(0);
    }
    let places = exponent.checked_sub(i32::try_from(after.len()).ok()?)?;
    let power = 10_i128.checked_pow(places.unsigned_abs())?;
    let wide = digits.checked_mul(i128::from(by))?;
    let scaled = match places {
        0.. => wide.checked_mul(power)?,
        _ if wide % power == 0 => wide / power,
        _ => return None,
    };
    i64::try_from(sign * scaled).ok()
}

/// The number in a text that says more than the number, such as `$1,000.50` or `10 shares`; each
/// thing that is passed over has its code.
pub(crate) fn told(text: &str, repairs: &mut Repairs) -> Option<String> {
    let mut codes = Repairs::new();
    let narrow: String = text.trim().chars().map(narrow).collect();
    if narrow != text.trim() {
        codes.insert(RepairCode::FullWidth);
    }
    let mut rest = narrow.as_str();
    loop {
        let before = rest;
        rest = without(rest, SIGNS, RepairCode::Currency, &mut codes);
        rest = without(rest, CURRENCIES, RepairCode::Currency, &mut codes);
        rest = without(rest, SHARES, RepairCode::UnitWord, &mut codes);
        if rest == before {
            break;
        }
    }
    let number = formed(&ungrouped(rest, &mut codes)?, &mut codes)?;
    repairs.extend(codes);
    Some(number)
}

/// The text without one of the words before or after it.
fn without<'t>(text: &'t str, words: &[&str], code: RepairCode, codes: &mut Repairs) -> &'t str {
    for word in words {
        let is_word = |it: Option<&str>| it.is_some_and(|it| it.eq_ignore_ascii_case(word));
        let rest = if is_word(text.get(..word.len())) {
            &text[word.len()..]
        } else if text.len() > word.len() && is_word(text.get(text.len() - word.len()..)) {
            &text[..text.len() - word.len()]
        } else {
            continue;
        };
        codes.insert(code);
        return rest.trim();
    }
    text
}

/// The text without thousands separators, if they stand where such separators stand.
fn ungrouped(text: &str, codes: &mut Repairs) -> Option<String> {
    let Some(mark) = [',', '_', '\''].into_iter().find(|mark| text.contains(*mark)) else {
        return Some(text.to_owned());
    };
    let (whole, part) = text.split_once('.').map_or((text, None), |(a, b)| (a, Some(b)));
    let mut groups = whole.trim_start_matches(['-', '+']).split(mark);
    let digits = |it: &str| it.bytes().all(|byte| byte.is_ascii_digit());
    let first = groups.next().is_some_and(|it| (1..=3).contains(&it.len()) && digits(it));
    if !first || !groups.all(|it| it.len() == 3 && digits(it)) || part.is_some_and(|it| !digits(it))
    {
        return None;
    }
    codes.insert(RepairCode::Thousands);
    Some(text.replace(mark, ""))
}

/// The number as JSON writes it.
pub(crate) fn formed(text: &str, codes: &mut Repairs) -> Option<String> {
    if is_json(text) {
        return Some(text.to_owned());
    }
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let (before, after) = rest.split_once('.').unwrap_or((rest, ""));
    let digits = |it: &str| it.bytes().all(|byte| byte.is_ascii_digit());
    if before.len() + after.len() == 0 || !digits(before) || !digits(after) {
        return None;
    }
    codes.insert(RepairCode::NumberForm);
    let before = before.trim_start_matches('0');
    let before = if before.is_empty() { "0" } else { before };
    Some(if after.is_empty() {
        format!("{sign}{before}")
    } else {
        format!("{sign}{before}.{after}")
    })
}

/// Whether JSON would read the text as a number.
pub(crate) fn is_json(text: &str) -> bool {
    let rest = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (rest, None),
    };
    let (before, after) = match mantissa.split_once('.') {
        Some((before, after)) => (before, Some(after)),
        None => (mantissa, None),
    };
    let digits = |it: &str| !it.is_empty() && it.bytes().all(|byte| byte.is_ascii_digit());
    digits(before)
        && (before == "0" || !before.starts_with('0'))
        && after.is_none_or(digits)
        && exponent.is_none_or(|it| digits(it.strip_prefix(['+', '-']).unwrap_or(it)))
}

/// A full-width digit or mark as the narrow one.
pub(crate) fn narrow(it: char) -> char {
    match it {
        '\u{FF01}'..='\u{FF5E}' => {
            char::from_u32(u32::from(it) - 0xFEE0).expect("a character of ASCII")
        }
        '\u{3000}' => ' ',
        it => it,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_exact_or_not_numbers() {
        for (text, expected) in [
            ("10.05", Some(100_500)),
            ("10.0500000000000000000000", Some(100_500)),
            ("0.0001", Some(1)),
            ("1e2", Some(1_000_000)),
            ("1.5E-1", Some(1_500)),
            ("0e999999999", Some(0)),
            ("-3", Some(-30_000)),
            ("922337203685477.5807", Some(i64::MAX)),
            ("922337203685477.5808", None),
            ("10.00001", None),
            ("1e-9", None),
            ("1e400", None),
            ("1e-2147483648", None),
            ("NaN", None),
            ("", None),
            ("-", None),
            (".5", None),
            ("1.2.3", None),
        ] {
            assert_eq!(units(text), expected, "{text}");
        }
        assert_eq!((whole("10.0"), whole("10.5"), whole("-7")), (Some(10), None, Some(-7)));
    }

    #[test]
    fn what_is_said_around_a_number_is_passed_over_with_a_code() {
        let said = |text| {
            let mut codes = Repairs::new();
            let number = told(text, &mut codes);
            let words: Vec<&str> = codes.iter().map(|it| it.word()).collect();
            format!("{} {}", number.as_deref().unwrap_or("-"), words.join(" "))
        };
        assert_eq!(said("10"), "10 ");
        assert_eq!(said("$1,234,567.50"), "1234567.50 thousands currency");
        assert_eq!(said("USD 10.5"), "10.5 currency");
        assert_eq!(said("10 Shares"), "10 unit-word");
        assert_eq!(said("１０．５元"), "10.5 full-width currency");
        assert_eq!(said("+.5"), "0.5 number-form");
        for wrong in ["", "ten", "10,5", "1,00", "1,0000", "10 or 20", "$", "10%", "--1", "1 000"] {
            assert_eq!(said(wrong), "- ", "{wrong}");
        }
    }
}
