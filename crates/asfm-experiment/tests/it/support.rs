//! Experiments with values made by hand.

use asfm_experiment::{Evidence, Experiment, Finding, Population, Values};

/// Arms `a` to `e`, so many seeds, and more of the file.
pub(crate) fn experiment(seeds: usize, more: &str) -> Experiment {
    let arms = ["a", "b", "c", "d", "e"].map(|it| format!("[[arm]]\nname = \"{it}\"\n"));
    let head = "name = \"hand\"\nscenario = \"s.toml\"\n";
    let text = format!("{head}seeds = {seeds}\n{}\n{more}", arms.concat());
    Experiment::read("hand.toml", &text).expect("a sound experiment")
}

/// A hypothesis about `ON` by its id and the rest of its table.
pub(crate) fn claim(id: &str, rest: &str) -> String {
    format!("[[hypothesis]]\nid = \"{id}\"\nclaim = \"c\"\nstatistic = \"ON\"\n{rest}\n")
}

/// One value for each arm and seed, of a population.
pub(crate) fn values(of: &Experiment, value: impl Fn(usize, u64) -> f64) -> Values {
    let mut values = Values::default();
    for arm in 0..of.arms.len() {
        for &seed in &of.seeds {
            values.insert((arm, 0, seed), vec![Ok(value(arm, seed)); of.statistics.len()]);
        }
    }
    values
}

pub(crate) fn population(evidence: Evidence) -> Population {
    Population { label: "it".to_owned(), brain: "it".to_owned(), evidence }
}

/// What the values say under traders who read.
pub(crate) fn judge(of: &Experiment, values: &Values) -> Vec<Finding> {
    of.judge(&[population(Evidence::LiveModel)], values)
}

/// The only finding of one claim about values by arm and seed.
pub(crate) fn one(seeds: usize, rest: &str, value: impl Fn(usize, u64) -> f64) -> Finding {
    let of = experiment(seeds, &claim("H", rest));
    judge(&of, &values(&of, value)).remove(0)
}

/// A seed as a number to count with.
pub(crate) fn number(seed: u64) -> f64 {
    f64::from(u8::try_from(seed).expect("few seeds"))
}

/// Something between -1 and 1 that differs by arm and seed and sums to little.
pub(crate) fn noise(arm: usize, seed: u64) -> f64 {
    let mut random = Random(seed * 31 + arm as u64);
    random.uniform() * 2.0 - 1.0
}

/// `SplitMix64`, which is enough for tests.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut it = self.0;
        it = (it ^ (it >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        it = (it ^ (it >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        it ^ (it >> 31)
    }

    /// Above 0, at most 1.
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
    pub(crate) fn uniform(&mut self) -> f64 {
        ((self.next() >> 11) + 1) as f64 / (1_u64 << 53) as f64
    }

    pub(crate) fn normal(&mut self) -> f64 {
        let radius = (-2.0 * self.uniform().ln()).sqrt();
        radius * (std::f64::consts::TAU * self.uniform()).cos()
    }
}
