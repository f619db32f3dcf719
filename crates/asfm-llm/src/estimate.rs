//! How many tokens a text will be, without the model's vocabulary.

use asfm_chat::{Form, Request};

/// How many characters of plain words make a token, times two.
const HALF_CHARS_PER_TOKEN: u64 = 7;
/// What the template around a message takes: its role, its beginning and its end.
const MESSAGE: u32 = 8;

/// An estimate of a text's tokens that is rather too high than too low.
///
/// Nobody but the server has the model's vocabulary, so this is a rule of thumb: a digit is one
/// token (so it is for many models; others take three digits together), a character outside of
/// ASCII is one, and of everything else 3.5 characters are one. A market report of the project with
/// 2.2 characters per token under a model of the first sort is estimated within about a tenth.
/// Rare scripts and long runs of punctuation can take more than is estimated. It serves to refuse
/// questions that cannot fit and to reserve a budget; what was really used, the server says.
///
/// ```
/// use asfm_llm::estimate_tokens;
///
/// assert_eq!(estimate_tokens(""), 0);
/// assert_eq!(estimate_tokens("1234"), 4);
/// assert_eq!(estimate_tokens("What do you do?"), 5);
/// ```
pub fn estimate_tokens(text: &str) -> u32 {
    let (mut whole, mut plain) = (0_u64, 0_u64);
    for it in text.chars() {
        if it.is_ascii_digit() || !it.is_ascii() {
            whole += 1;
        } else {
            plain += 1;
        }
    }
    u32::try_from(whole + (2 * plain).div_ceil(HALF_CHARS_PER_TOKEN)).unwrap_or(u32::MAX)
}

/// An estimate of the tokens of a whole question: its messages, what stands around them, and the
/// tools or the schema, which many servers put into the prompt.
pub fn estimate_request(request: &Request) -> u32 {
    let messages = request.messages.iter().map(|message| {
        let parts = message.parts.iter().map(|it| estimate_tokens(&it.text));
        parts.fold(MESSAGE, u32::saturating_add)
    });
    let form = match &request.form {
        Form::Text => 0,
        Form::Schema(it) => estimate_tokens(&it.schema.to_string()),
        Form::Tools(tools) => tools
            .iter()
            .map(|it| {
                let words = estimate_tokens(&it.name) + estimate_tokens(&it.description);
                words.saturating_add(estimate_tokens(&it.parameters.to_string()))
            })
            .fold(0, u32::saturating_add),
    };
    messages.fold(form, u32::saturating_add)
}

#[cfg(test)]
mod tests {
    use asfm_chat::{Message, Part, Role, Sampling};

    use super::*;

    #[test]
    fn digits_count_one_each_and_words_less() {
        assert_eq!(estimate_tokens("10.25"), 5);
        assert_eq!(estimate_tokens("7777777"), 7);
        assert_eq!(estimate_tokens("aaaaaaa"), 2);
        assert_eq!(estimate_tokens("買い"), 2);
    }

    #[test]
    fn how_a_message_is_cut_into_pieces_hardly_matters() {
        let of = |parts: &[&str]| {
            let parts = parts.iter().map(|it| Part::own(*it));
            estimate_request(&Request {
                messages: vec![Message::new(Role::User, parts)],
                form: Form::Text,
                sampling: Sampling { temperature_e3: 0, seed: 0, answer_tokens: 1 },
            })
        };
        let (whole, cut) = (of(&["what do you do today"]), of(&["what do you", " do today"]));
        assert!(cut >= whole && cut - whole <= 1);
    }
}
