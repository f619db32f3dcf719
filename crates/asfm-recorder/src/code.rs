//! The numbers that stand for choices in bulk rows, and the words that stand for them in tables.

use asfm_engine::{
    Cash, EndReason, Intent, PostId, Price, Reject, RequestId, Side, Speech, StageKind, StockId,
    TraderId, Unreadable,
};

/// A rejection as three numbers; those that it does not have are absent.
pub(crate) fn reject(why: &Reject) -> (i64, [Option<i64>; 2]) {
    let shares = |n: u64| Some(i64::try_from(n).unwrap_or(i64::MAX));
    match *why {
        Reject::NoTrading => (1, [None; 2]),
        Reject::UnknownStock => (2, [None; 2]),
        Reject::BadNumber => (3, [None; 2]),
        Reject::BadQuantity => (4, [None; 2]),
        Reject::NotALot { lot } => (5, [Some(i64::from(lot)), None]),
        Reject::BadPrice { max } => (6, [Some(max.0), None]),
        Reject::OffTick { tick } => (7, [Some(tick.0), None]),
        Reject::BelowBand { lowest } => (8, [Some(lowest.0), None]),
        Reject::AboveBand { highest } => (9, [Some(highest.0), None]),
        Reject::TooManyOperations { most } => (10, [Some(i64::from(most)), None]),
        Reject::NotEnoughCash { needed, free } => (11, [Some(needed.0), Some(free.0)]),
        Reject::NotEnoughShares { needed, free } => (12, [shares(needed), shares(free)]),
    }
}

/// The rejection that three numbers stand for.
pub(crate) fn rejected(numbers: &[i64]) -> Option<Reject> {
    Some(match *numbers {
        [1] => Reject::NoTrading,
        [2] => Reject::UnknownStock,
        [3] => Reject::BadNumber,
        [4] => Reject::BadQuantity,
        [5, lot] => Reject::NotALot { lot: u32::try_from(lot).ok()? },
        [6, max] => Reject::BadPrice { max: Price(max) },
        [7, tick] => Reject::OffTick { tick: Price(tick) },
        [8, lowest] => Reject::BelowBand { lowest: Price(lowest) },
        [9, highest] => Reject::AboveBand { highest: Price(highest) },
        [10, most] => Reject::TooManyOperations { most: u8::try_from(most).ok()? },
        [11, needed, free] => Reject::NotEnoughCash { needed: Cash(needed), free: Cash(free) },
        [12, needed, free] => Reject::NotEnoughShares {
            needed: u64::try_from(needed).ok()?,
            free: u64::try_from(free).ok()?,
        },
        _ => return None,
    })
}

/// Number, code, pattern of the message, and whether its numbers are money.
pub(crate) const REASONS: [(i64, &str, &str, bool); 12] = [
    (1, "no-trading", "nothing trades in this stage", false),
    (2, "unknown-stock", "no stock has this code", false),
    (3, "bad-number", "the quantity or price is not a number", false),
    (4, "bad-quantity", "the quantity must be between 1 and 4294967295 shares", false),
    (5, "not-a-lot", "the quantity must be a multiple of {a} shares", false),
    (6, "bad-price", "the price must be positive and at most {a}", true),
    (7, "off-tick", "the price must be a multiple of {a}", true),
    (8, "below-band", "the price must be at least {a} today", true),
    (9, "above-band", "the price must be at most {a} today", true),
    (10, "too-many-operations", "at most {a} orders per stock and day are allowed", false),
    (11, "not-enough-cash", "{a} of cash is needed and {b} is free", true),
    (12, "not-enough-shares", "{a} shares are needed and {b} are free", false),
];

/// What was asked for, as four numbers.
#[inline]
pub(crate) fn intent(intent: Intent) -> [i64; 4] {
    match intent {
        Intent::Order { stock, side, qty, price } => {
            [self::side(side), i64::from(stock.0), qty, price]
        }
        Intent::Cancel { stock } => [2, i64::from(stock.0), 0, 0],
        Intent::Unreadable { why: Unreadable::UnknownStock, text } => [3, 0, i64::from(text), 0],
        Intent::Unreadable { why: Unreadable::BadNumber, text } => [4, 0, i64::from(text), 0],
    }
}

/// What four numbers ask for.
pub(crate) fn intended(numbers: [i64; 4]) -> Option<Intent> {
    let unreadable = |why, text| {
        let text = u32::try_from(text).ok()?;
        Some(Intent::Unreadable { why, text })
    };
    match numbers {
        [side @ (0 | 1), stock, qty, price] => {
            Some(Intent::Order { stock: self::stock(stock)?, side: sided(side)?, qty, price })
        }
        [2, stock, 0, 0] => Some(Intent::Cancel { stock: self::stock(stock)? }),
        [3, 0, text, 0] => unreadable(Unreadable::UnknownStock, text),
        [4, 0, text, 0] => unreadable(Unreadable::BadNumber, text),
        _ => None,
    }
}

#[inline]
pub(crate) fn side(side: Side) -> i64 {
    match side {
        Side::Buy => 0,
        Side::Sell => 1,
    }
}

pub(crate) fn sided(number: i64) -> Option<Side> {
    match number {
        0 => Some(Side::Buy),
        1 => Some(Side::Sell),
        _ => None,
    }
}

#[inline]
pub(crate) fn end(why: EndReason) -> i64 {
    match why {
        EndReason::Expired => 0,
        EndReason::Replaced => 1,
        EndReason::Withdrawn => 2,
        EndReason::SelfTrade => 3,
        EndReason::OutsideBand => 4,
    }
}

pub(crate) fn ended(number: i64) -> Option<EndReason> {
    Some(match number {
        0 => EndReason::Expired,
        1 => EndReason::Replaced,
        2 => EndReason::Withdrawn,
        3 => EndReason::SelfTrade,
        4 => EndReason::OutsideBand,
        _ => return None,
    })
}

pub(crate) fn stage(word: &str) -> Option<StageKind> {
    [StageKind::Talk, StageKind::Auction, StageKind::Continuous]
        .into_iter()
        .find(|it| it.word() == word)
}

/// What is done by saying something, as a word and the post that it is about.
pub(crate) fn speech(word: &str, about: Option<PostId>) -> Option<Speech> {
    Some(match (word, about) {
        ("post", None) => Speech::Post,
        ("repost", Some(post)) => Speech::Repost(post),
        ("like", Some(post)) => Speech::Like(post),
        ("unlike", Some(post)) => Speech::Unlike(post),
        ("thought", None) => Speech::Thought,
        _ => return None,
    })
}

pub(crate) fn post(number: i64) -> Option<PostId> {
    u32::try_from(number).ok().map(PostId)
}

pub(crate) fn stock(number: i64) -> Option<StockId> {
    u16::try_from(number).ok().map(StockId)
}

pub(crate) fn trader(number: i64) -> Option<TraderId> {
    u32::try_from(number).ok().and_then(TraderId::new)
}

pub(crate) fn request(number: i64) -> Option<RequestId> {
    u64::try_from(number).ok().map(RequestId)
}

/// A count as `SQLite` keeps it.
#[inline]
pub(crate) fn whole(n: impl TryInto<i64>) -> i64 {
    n.try_into().unwrap_or(i64::MAX)
}

/// 63 bits of the BLAKE3 hash of what came from outside.
pub(crate) fn checksum(text: &str) -> i64 {
    let hash = blake3::hash(text.as_bytes());
    let (head, _) = hash.as_bytes().split_first_chunk().expect("a hash has 32 bytes");
    i64::from_le_bytes(*head) & i64::MAX
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_speech_has_its_word() {
        let post = PostId(7);
        let all = [
            Speech::Post,
            Speech::Repost(post),
            Speech::Like(post),
            Speech::Unlike(post),
            Speech::Thought,
        ];
        for it in all {
            assert_eq!(speech(it.word(), it.about()), Some(it));
            let other = if it.about().is_none() { Some(post) } else { None };
            assert_eq!(speech(it.word(), other), None, "{it:?}");
        }
        assert_eq!(speech("shout", None), None);
    }

    fn every_reject() -> [Reject; 12] {
        let (needed, free) = (Cash(12_345_678), Cash(100));
        [
            Reject::NoTrading,
            Reject::UnknownStock,
            Reject::BadNumber,
            Reject::BadQuantity,
            Reject::NotALot { lot: 100 },
            Reject::BadPrice { max: Price(9) },
            Reject::OffTick { tick: Price(100) },
            Reject::BelowBand { lowest: Price(95_400) },
            Reject::AboveBand { highest: Price(95_450) },
            Reject::TooManyOperations { most: 2 },
            Reject::NotEnoughCash { needed, free },
            Reject::NotEnoughShares { needed: 7, free: 0 },
        ]
    }

    #[test]
    fn every_reject_has_its_number_code_and_words() {
        for (why, (number, code, pattern, money)) in every_reject().iter().zip(REASONS) {
            let (found, numbers) = reject(why);
            assert_eq!((found, why.code()), (number, code));
            let mut all = vec![number];
            all.extend(numbers.iter().flatten());
            assert_eq!(rejected(&all), Some(*why));
            let word = |it: Option<i64>| match it {
                Some(units) if money => Price(units).to_string(),
                Some(n) => n.to_string(),
                None => String::new(),
            };
            let [a, b] = numbers.map(word);
            let message = pattern.replace("{a}", &a).replace("{b}", &b);
            assert_eq!(message, why.to_string());
        }
    }

    #[test]
    fn every_end_has_its_number() {
        for number in 0..5 {
            assert_eq!(ended(number).map(end), Some(number));
        }
        assert_eq!(ended(5), None);
    }
}
