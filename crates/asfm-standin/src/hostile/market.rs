//! What a question tells about the market: stocks and their prices.

use crate::question::Question;

/// A stock of the question.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Stock {
    pub(super) code: String,
    /// A price at which it may trade, in cents.
    pub(super) cents: Option<u32>,
}

/// The stocks that the question's schema allows, or those that its text names.
pub(super) fn stocks(question: &Question) -> Vec<Stock> {
    let prompt = question.prompt();
    let mut codes = question.stocks.clone();
    if codes.is_empty() {
        for word in prompt.split(|it: char| !it.is_ascii_alphanumeric()) {
            if is_code(word) && !codes.iter().any(|it| it == word) {
                codes.push(word.to_owned());
            }
        }
    }
    codes.into_iter().map(|code| Stock { cents: price(&prompt, &code), code }).collect()
}

/// `EN001`: two or more capital letters, then two or more digits.
fn is_code(word: &str) -> bool {
    let letters = word.bytes().take_while(u8::is_ascii_uppercase).count();
    let digits = word.len() - letters;
    letters >= 2 && digits >= 2 && word.bytes().skip(letters).all(|it| it.is_ascii_digit())
}

/// The middle of the band that the question names for the stock (`9.54 to 11.66`), or the last price
/// of the first line that has any: closes are listed from the oldest on.
fn price(prompt: &str, code: &str) -> Option<u32> {
    let mut last = None;
    for (at, _) in prompt.match_indices(code) {
        let line = prompt[at + code.len()..].lines().next().unwrap_or_default();
        let ends = line.split_once(" to ");
        let ends = ends.map(|(low, high)| (prices(low).last(), prices(high).next()));
        if let Some((Some(low), Some(high))) = ends {
            return Some(low.midpoint(high));
        }
        last = last.or_else(|| prices(line).last());
    }
    last
}

/// The numbers with two decimals.
fn prices(line: &str) -> impl Iterator<Item = u32> {
    line.split(|it: char| !(it.is_ascii_digit() || it == '.')).filter_map(cents)
}

fn cents(word: &str) -> Option<u32> {
    let (whole, decimals) = word.trim_end_matches('.').split_once('.')?;
    if whole.is_empty() || decimals.len() != 2 {
        return None;
    }
    let whole: u32 = whole.parse().ok()?;
    let decimals: u32 = decimals.parse().ok()?;
    let cents = whole.checked_mul(100)?.checked_add(decimals)?;
    (cents > 0).then_some(cents)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::question::Protocol;

    fn found(text: &str) -> Vec<Stock> {
        let body = json!({ "messages": [{ "role": "user", "content": text }] });
        let question = Question::read(Protocol::Ollama, body.to_string().as_bytes());
        stocks(&question.expect("a question"))
    }

    #[test]
    fn codes_and_prices_are_read_from_the_text() {
        let text = "EN001 (energy, 12 shares): 10.60, limits 9.54 to 11.66\nMA002 closed at 20.75.\n\
                    DAY 30 of JSON; FI007 is new";
        let stock = |code: &str, cents| Stock { code: code.to_owned(), cents };
        let expected =
            [stock("EN001", Some(1060)), stock("MA002", Some(2075)), stock("FI007", None)];
        assert_eq!(found(text), expected);
    }

    #[test]
    fn the_last_close_counts_unless_there_is_a_band() {
        let report = "code | sector | business\nEN001 | energy | oil\n\n# Market report\n\
                      EN001 | 10.20 10.40 10.60\nEN001 | 12 | 11.00 | 3 at 10.90 | none\n";
        assert_eq!(found(report)[0].cents, Some(1060));
        let account = "EN001 | 5 | 5 | 9.00 to 11.00\n";
        assert_eq!(found(&(report.to_owned() + account))[0].cents, Some(1000));
    }

    #[test]
    fn numbers_that_are_no_prices_are_passed_over() {
        assert_eq!(cents("10.50"), Some(1050));
        for word in ["10", "10.5", "10.505", ".50", "1.2.30", "0.00", "99999999999.00"] {
            assert_eq!(cents(word), None, "{word}");
        }
    }
}
