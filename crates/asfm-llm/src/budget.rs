//! What may be spent, and what was.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::error::Error;
use crate::micros::Micros;

/// Prices are for so many tokens.
const PRICED_TOKENS: u128 = 1_000_000;

/// The most that may be spent; what is absent is not limited.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Caps {
    /// Questions; asking one again after a failure is no further one.
    pub calls: Option<u64>,
    /// Tokens, of questions and answers together.
    pub tokens: Option<u64>,
    /// Money.
    pub money: Option<Micros>,
}

/// What a million tokens cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Prices {
    /// Of questions.
    pub prompt: Micros,
    /// Of questions, where the server had them ready from earlier ones.
    pub cached: Micros,
    /// Of answers.
    pub answer: Micros,
}

/// What was spent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Spent {
    /// Questions that were asked.
    pub calls: u64,
    /// Those of them to which no answer came. They count no tokens: if a server made an answer
    /// that nobody waited for, it has not said how long it was.
    pub failed: u64,
    /// Attempts besides the first of each question.
    pub retries: u64,
    /// Answers of which the server did not say what they took, and whose tokens are estimated.
    pub estimated: u64,
    /// Tokens of questions.
    pub prompt: u64,
    /// Those of them that servers had ready from earlier ones.
    pub cached: u64,
    /// Tokens of answers.
    pub answer: u64,
}

impl Spent {
    /// Tokens of questions and answers together.
    pub fn tokens(&self) -> u64 {
        self.prompt.saturating_add(self.answer)
    }

    /// What that costs: exact, and the sum rounded up to the next millionth.
    pub fn cost(&self, at: &Prices) -> Micros {
        let of = |tokens: u64, price: Micros| u128::from(tokens) * u128::from(price.0);
        let cached = self.cached.min(self.prompt);
        let cost = [
            of(self.prompt - cached, at.prompt),
            of(cached, at.cached),
            of(self.answer, at.answer),
        ];
        let cost = cost.into_iter().fold(0, u128::saturating_add).div_ceil(PRICED_TOKENS);
        Micros(u64::try_from(cost).unwrap_or(u64::MAX))
    }

    fn plus(&self, other: &Self) -> Self {
        Self {
            calls: self.calls.saturating_add(other.calls),
            failed: self.failed.saturating_add(other.failed),
            retries: self.retries.saturating_add(other.retries),
            estimated: self.estimated.saturating_add(other.estimated),
            prompt: self.prompt.saturating_add(other.prompt),
            cached: self.cached.saturating_add(other.cached),
            answer: self.answer.saturating_add(other.answer),
        }
    }
}

/// Why a question is not asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exhausted {
    /// All questions were asked.
    Calls {
        /// The limit.
        cap: u64,
    },
    /// The question could take more tokens than are left.
    Tokens {
        /// The limit.
        cap: u64,
        /// What was spent, and what questions now under way may spend.
        taken: u64,
        /// What this question may spend.
        needed: u64,
    },
    /// The question could cost more than is left.
    Money {
        /// The limit.
        cap: Micros,
        /// What was spent with what questions now under way and this one may spend.
        needed: Micros,
    },
}

impl fmt::Display for Exhausted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Calls { cap } => write!(f, "all {cap} calls of the budget are used"),
            Self::Tokens { cap, taken, needed } => write!(
                f,
                "the budget is {cap} tokens, {taken} are used or in use, and the next call may \
                 take {needed}"
            ),
            Self::Money { cap, needed } => {
                write!(f, "the budget is {cap}, and with the next call it may become {needed}")
            }
        }
    }
}

/// Limits, and the account that is kept of what is spent. Several clients may share one.
///
/// Before a question is asked, the most that it can take is set aside: its estimated tokens and
/// the longest answer that it allows. When the answer is there, what it really took is booked
/// instead. So a limit is kept however many questions are under way, up to the error of the
/// estimate.
#[derive(Debug, Default)]
pub struct Budget {
    caps: Caps,
    prices: Option<Prices>,
    account: Mutex<Account>,
}

#[derive(Debug, Default)]
struct Account {
    spent: Spent,
    set_aside: Spent,
}

impl Budget {
    /// A budget, of which an earlier part of the run has used something already. Without `prices`
    /// nothing is known of the cost, which is not the same as that it costs nothing.
    ///
    /// # Errors
    ///
    /// [`Error::Unpriced`] if money is limited and there are no prices.
    pub fn new(caps: Caps, prices: Option<Prices>, spent: Spent) -> Result<Self, Error> {
        if caps.money.is_some() && prices.is_none() {
            return Err(Error::Unpriced);
        }
        let account = Mutex::new(Account { spent, set_aside: Spent::default() });
        Ok(Self { caps, prices, account })
    }

    /// What was spent up to now.
    pub fn spent(&self) -> Spent {
        self.account().spent
    }

    /// What that cost, or nothing if there are no prices.
    pub fn cost(&self) -> Option<Micros> {
        Some(self.spent().cost(&self.prices?))
    }

    /// Sets aside what a question may take.
    pub(crate) fn reserve(&self, prompt: u32, answer: u32) -> Result<Reservation<'_>, Exhausted> {
        let it =
            Spent { calls: 1, prompt: prompt.into(), answer: answer.into(), ..Spent::default() };
        let mut account = self.account();
        let taken = account.spent.plus(&account.set_aside);
        let after = taken.plus(&it);
        if let Some(cap) = self.caps.calls.filter(|cap| after.calls > *cap) {
            return Err(Exhausted::Calls { cap });
        }
        if let Some(cap) = self.caps.tokens.filter(|cap| after.tokens() > *cap) {
            return Err(Exhausted::Tokens { cap, taken: taken.tokens(), needed: it.tokens() });
        }
        if let (Some(cap), Some(prices)) = (self.caps.money, &self.prices) {
            let needed = after.cost(prices);
            if needed > cap {
                return Err(Exhausted::Money { cap, needed });
            }
        }
        account.set_aside = account.set_aside.plus(&it);
        let spent = Spent { calls: 1, failed: 1, ..Spent::default() };
        Ok(Reservation { budget: self, set_aside: it, spent })
    }

    fn account(&self) -> MutexGuard<'_, Account> {
        // An account is changed in one step, so it is whole even if somebody panicked meanwhile.
        self.account.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is set aside for a question under way. Dropping it books what was spent; that is a failed
/// call if nobody said otherwise, because then nobody waited for the answer.
pub(crate) struct Reservation<'a> {
    budget: &'a Budget,
    set_aside: Spent,
    spent: Spent,
}

impl Reservation<'_> {
    /// Books what the question really took.
    pub(crate) fn settle(mut self, spent: Spent) {
        self.spent = spent;
    }
}

impl Drop for Reservation<'_> {
    fn drop(&mut self) {
        let mut account = self.budget.account();
        account.spent = account.spent.plus(&self.spent);
        let held = &mut account.set_aside;
        held.calls -= self.set_aside.calls;
        held.prompt = held.prompt.saturating_sub(self.set_aside.prompt);
        held.answer = held.answer.saturating_sub(self.set_aside.answer);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRICES: Prices =
        Prices { prompt: Micros(150_000), cached: Micros(75_000), answer: Micros(600_000) };

    fn budget(caps: Caps) -> Budget {
        Budget::new(caps, Some(PRICES), Spent::default()).expect("priced")
    }

    fn used(prompt: u64, cached: u64, answer: u64) -> Spent {
        Spent { calls: 1, prompt, cached, answer, ..Spent::default() }
    }

    #[test]
    fn cost_is_exact_and_rounded_up_once() {
        let spent = used(1_000_000, 400_000, 10);
        assert_eq!(spent.cost(&PRICES), Micros(90_000 + 30_000 + 6));
        assert_eq!(used(1, 0, 0).cost(&PRICES), Micros(1));
        assert_eq!(used(20, 0, 0).cost(&PRICES), Micros(3));
    }

    #[test]
    fn questions_under_way_count_with_the_most_they_can_take() {
        let it = budget(Caps { tokens: Some(250), ..Caps::default() });
        let first = it.reserve(100, 50).expect("150 of 250");
        let refused = it.reserve(100, 50).err();
        assert_eq!(refused, Some(Exhausted::Tokens { cap: 250, taken: 150, needed: 150 }));
        first.settle(used(80, 0, 20));
        it.reserve(100, 50).expect("100 of 250 are used").settle(used(90, 0, 10));
        assert_eq!(it.spent(), Spent { calls: 2, prompt: 170, answer: 30, ..Spent::default() });
    }

    #[test]
    fn calls_and_money_are_limited_too() {
        let it = budget(Caps { calls: Some(1), ..Caps::default() });
        drop(it.reserve(1, 1).expect("the first"));
        assert_eq!(it.reserve(1, 1).err(), Some(Exhausted::Calls { cap: 1 }));
        assert_eq!(it.spent().failed, 1);
        let it = budget(Caps { money: Some(Micros(660)), ..Caps::default() });
        assert!(it.reserve(400, 1000).is_ok());
        assert!(it.reserve(401, 1000).is_err());
    }

    #[test]
    fn an_earlier_part_of_a_run_counts() {
        let caps = Caps { calls: Some(3), ..Caps::default() };
        let earlier = Spent { calls: 3, ..Spent::default() };
        let it = Budget::new(caps, None, earlier).expect("no money is limited");
        assert!(it.reserve(1, 1).is_err());
    }

    #[test]
    fn what_has_no_price_is_not_free() {
        assert_eq!(Budget::default().cost(), None);
        let caps = Caps { money: Some(Micros(1)), ..Caps::default() };
        assert!(matches!(Budget::new(caps, None, Spent::default()), Err(Error::Unpriced)));
    }
}
