//! How often each class is drawn.

use std::collections::BTreeMap;

use super::class::{Class, Group};
use super::draw::Draw;

/// How often each class is drawn, as weights; by default about half of all questions end well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mix(BTreeMap<Class, u32>);

impl Default for Mix {
    fn default() -> Self {
        Self(Class::ALL.iter().map(|it| (*it, it.weight())).collect())
    }
}

impl Mix {
    /// Nothing but this class; a transient one ends in a good answer.
    pub fn only(class: Class) -> Self {
        Self(BTreeMap::from([(class, 1)]))
    }

    /// The default without the groups for which this is false.
    pub fn of_groups(is_wanted: impl Fn(Group) -> bool) -> Self {
        let all = Class::ALL.iter().filter(|it| is_wanted(it.group()));
        Self(all.map(|it| (*it, it.weight())).collect())
    }

    /// With another weight of one class; 0 takes it out.
    #[must_use]
    pub fn with(mut self, class: Class, weight: u32) -> Self {
        self.0.insert(class, weight);
        self
    }

    /// Changes weights as said in `good=50,reset=0`; after a first word `only` all others are 0.
    ///
    /// # Errors
    ///
    /// The word or the number that means nothing.
    pub fn read(text: &str) -> Result<Self, String> {
        let mut words = text.split(',').map(str::trim).peekable();
        let mut mix = Self::default();
        if words.next_if_eq(&"only").is_some() {
            mix.0.clear();
        }
        for word in words.filter(|it| !it.is_empty()) {
            let (name, weight) = word.split_once('=').unwrap_or((word, "1"));
            let class = Class::of_word(name).ok_or_else(|| format!("no class `{name}`"))?;
            let weight = weight.parse().map_err(|_| format!("no weight `{weight}`"))?;
            mix = mix.with(class, weight);
        }
        Ok(mix)
    }

    /// How often the class is drawn, relative to the others.
    pub fn weight(&self, class: Class) -> u32 {
        self.0.get(&class).copied().unwrap_or_default()
    }

    /// One of the classes for which this is true; a good one if there are none.
    pub(super) fn draw(&self, draw: &mut Draw, is_wanted: impl Fn(Class) -> bool) -> Class {
        let all = || self.0.iter().filter(|it| is_wanted(*it.0));
        let sum: u64 = all().map(|it| u64::from(*it.1)).sum();
        let mut left = draw.below(usize::try_from(sum).unwrap_or(usize::MAX)) as u64;
        for (class, weight) in all() {
            let weight = u64::from(*weight);
            if left < weight {
                return *class;
            }
            left -= weight;
        }
        Class::Good
    }
}

/// What becomes of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Plan {
    /// How it fails at first, and how often.
    pub(super) first: Option<(Class, u32)>,
    /// How it ends, however often it is asked.
    pub(super) end: Class,
}

impl Plan {
    pub(super) fn draw(mix: &Mix, draw: &mut Draw) -> Self {
        let class = mix.draw(draw, |_| true);
        if class.is_end() {
            return Self { first: None, end: class };
        }
        let times = draw.pick(&[1, 2]);
        Self { first: Some((class, times)), end: mix.draw(draw, Class::is_answer) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plans(mix: &Mix, n: u16) -> Vec<Plan> {
        let key = |it: u16| *blake3::hash(&it.to_le_bytes()).as_bytes();
        (0..n).map(|it| Plan::draw(mix, &mut Draw::new(1, &key(it)))).collect()
    }

    #[test]
    fn every_class_can_be_drawn_and_half_end_well() {
        let n = 20_000;
        let plans = plans(&Mix::default(), n);
        for class in Class::ALL {
            let is_it = |it: &Plan| it.end == *class || it.first.is_some_and(|it| it.0 == *class);
            assert!(plans.iter().any(is_it), "{}", class.word());
        }
        let good = plans.iter().filter(|it| it.end.group() == Group::Good).count();
        let share = good * 100 / usize::from(n);
        assert!((45..60).contains(&share), "{share} %");
    }

    #[test]
    fn a_transient_class_ends_in_an_answer() {
        for plan in plans(&Mix::of_groups(|it| it != Group::Persistent), 2000) {
            assert!(plan.end.is_answer());
            assert!(plan.first.is_none_or(|it| (1..=2).contains(&it.1)));
        }
        let plan = plans(&Mix::only(Class::Reset), 1)[0];
        assert_eq!((plan.first.map(|it| it.0), plan.end), (Some(Class::Reset), Class::Good));
    }

    #[test]
    fn a_mix_is_read() {
        let mix = Mix::read("good=7, reset=0").expect("a mix");
        assert_eq!((mix.weight(Class::Good), mix.weight(Class::Reset)), (7, 0));
        assert_eq!(mix.weight(Class::Busy), Class::Busy.weight());
        assert_eq!(Mix::read("only,stall"), Ok(Mix::only(Class::Stall)));
        assert_eq!(Mix::read("best=1"), Err("no class `best`".to_owned()));
        assert_eq!(Mix::read("good=many"), Err("no weight `many`".to_owned()));
    }
}
