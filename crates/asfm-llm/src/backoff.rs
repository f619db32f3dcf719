//! How long to wait before asking again.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822;

/// The pause before the retry with this number, from 0: doubled each time, up to `max`.
pub(crate) fn doubled(first: Duration, max: Duration, retry: u32) -> Duration {
    let times = 1_u32.checked_shl(retry).unwrap_or(u32::MAX);
    first.saturating_mul(times).min(max)
}

/// Between half of a pause and the whole of it, so that those who failed together do not all come
/// back together. The randomness is the process's own: it decides when a question is asked again,
/// never what a run comes to, and must not be drawn from the run's streams.
pub(crate) fn jittered(pause: Duration) -> Duration {
    let chance = RandomState::new().build_hasher().finish() % 1024;
    let half = pause / 2;
    half + half.mul_f64(f64::from(u16::try_from(chance).unwrap_or(0)) / 1024.0)
}

/// What a `Retry-After` asks for: seconds, or the date when one may come back.
pub(crate) fn retry_after(text: &str, now: Timestamp) -> Option<Duration> {
    let text = text.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = rfc2822::parse(text).ok()?.timestamp();
    Some(Duration::try_from(until.duration_since(now)).unwrap_or(Duration::ZERO))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest() {
        let of = |retry| doubled(Duration::from_secs(1), Duration::from_secs(5), retry).as_secs();
        assert_eq!([of(0), of(1), of(2), of(3), of(1000)], [1, 2, 4, 5, 5]);
    }

    #[test]
    fn chance_takes_at_most_half() {
        let pause = Duration::from_millis(100);
        assert!((0..50).map(|_| jittered(pause)).all(|it| it >= pause / 2 && it <= pause));
    }

    #[test]
    fn servers_may_ask_for_seconds_or_a_date() {
        let now: Timestamp = "2015-10-21T07:28:00Z".parse().expect("a time");
        let of = |text| retry_after(text, now);
        assert_eq!(of(" 7 "), Some(Duration::from_secs(7)));
        assert_eq!(of("Wed, 21 Oct 2015 07:28:30 GMT"), Some(Duration::from_secs(30)));
        assert_eq!(of("Wed, 21 Oct 2015 07:00:00 GMT"), Some(Duration::ZERO));
        assert_eq!(of("soon"), None);
    }
}
