//! Days of the calendar, without a clock: a date is a number of days.

use std::fmt;
use std::str::FromStr;

/// A day of the Gregorian calendar, written `2023-06-15`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    /// Days since 1970-01-01.
    days: i64,
}

/// Not a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a date such as 2023-06-15")]
pub struct DateError;

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Weekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

impl Weekday {
    /// All of them, from Monday.
    pub const ALL: [Self; 7] = [
        Self::Monday,
        Self::Tuesday,
        Self::Wednesday,
        Self::Thursday,
        Self::Friday,
        Self::Saturday,
        Self::Sunday,
    ];

    /// The weekday so many days later.
    #[must_use]
    pub fn after(self, days: usize) -> Self {
        Self::ALL[(self as usize + days % 7) % 7]
    }

    /// Whether it is neither Saturday nor Sunday.
    pub fn is_working(self) -> bool {
        self < Self::Saturday
    }
}

impl Date {
    /// So many days later.
    #[must_use]
    pub fn plus(self, days: i64) -> Self {
        Self { days: self.days.saturating_add(days) }
    }

    /// How many days it is after another.
    pub fn since(self, other: Self) -> i64 {
        self.days.saturating_sub(other.days)
    }

    /// Its day of the week.
    pub fn weekday(self) -> Weekday {
        // 1970-01-01 was a Thursday.
        Weekday::ALL[usize::try_from((self.days + 3).rem_euclid(7)).unwrap_or(0)]
    }
}

/// Days since 1970-01-01 of a date whose year begins in March (Hinnant 2013).
fn count(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The year, month and day of such a count.
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

impl FromStr for Date {
    type Err = DateError;

    /// Reads `2023-06-15`; a time of day after a space is passed over.
    fn from_str(text: &str) -> Result<Self, DateError> {
        let text = text.split(' ').next().unwrap_or_default();
        let mut parts = text.split('-');
        let mut part = |digits: usize| {
            let it = parts.next().filter(|it| it.len() == digits)?;
            it.bytes().all(|byte| byte.is_ascii_digit()).then(|| it.parse::<i64>().ok())?
        };
        let (year, month, day) = (part(4), part(2), part(2));
        let (Some(year), Some(month), Some(day), None) = (year, month, day, parts.next()) else {
            return Err(DateError);
        };
        let days = count(year, month, day);
        let is_real = (1..=12).contains(&month) && civil(days) == (year, month, day);
        if is_real { Ok(Self { days }) } else { Err(DateError) }
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = civil(self.days);
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Date {
        text.parse().expect("a date")
    }

    #[test]
    fn days_are_counted_and_written_back() {
        assert_eq!(date("1970-01-01").days, 0);
        assert_eq!(date("2000-03-01").since(date("2000-02-28")), 2);
        assert_eq!(date("2023-06-15").weekday(), Weekday::Thursday);
        assert_eq!(date("2023-06-15 00:00:00").plus(200).to_string(), "2024-01-01");
        let mut at = date("1899-12-25");
        for _ in 0..80_000 {
            assert_eq!(date(&at.to_string()), at);
            at = at.plus(1);
        }
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in ["", "2023-02-29", "2023-13-01", "2023-00-10", "2023-6-15", "15.06.2023"] {
            assert_eq!(text.parse::<Date>(), Err(DateError), "{text}");
        }
        for text in ["2023-06-15-1", "2023-06-31", "-023-06-15", "２023-06-15", "2023/06/15"] {
            assert_eq!(text.parse::<Date>(), Err(DateError), "{text}");
        }
    }

    #[test]
    fn weekdays_go_round() {
        assert_eq!(Weekday::Thursday.after(3), Weekday::Sunday);
        assert_eq!(Weekday::Sunday.after(8), Weekday::Monday);
        assert!(Weekday::Friday.is_working() && !Weekday::Sunday.is_working());
    }
}
