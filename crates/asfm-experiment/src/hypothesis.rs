//! Hypotheses: what is claimed before anything is run.

use asfm_engine::{ScenarioError, Source};
use asfm_stats::trend::Direction;
use toml::Spanned;

use crate::arm::{self, Arm};
use crate::statistic::Statistic;
use crate::{word, written};

/// A claim about a statistic over arms.
#[derive(Debug, Clone, PartialEq)]
pub struct Hypothesis {
    /// Its id, such as `T1-01`.
    pub id: String,
    /// The claim in words.
    pub claim: String,
    /// Who claims it, and where.
    pub source: String,
    /// The place of the statistic in [`crate::Experiment::statistics`].
    pub statistic: usize,
    /// What is compared.
    pub contrast: Contrast,
    /// What is claimed.
    pub claims: Claims,
    /// The smallest effect of interest, in the unit of the contrast.
    pub smallest: f64,
    /// The family within which Holm's correction is made; absent for what is merely explored.
    pub family: Option<String>,
    /// The paper's number, in the unit of the contrast.
    pub paper: Option<f64>,
    /// Why the direction is put in by hand under rules.
    pub assumed: Option<String>,
}

/// What is compared: each gives one number per seed.
#[derive(Debug, Clone, PartialEq)]
pub enum Contrast {
    /// The mean over some arms, less the mean over others.
    Difference {
        /// The arms that are looked at.
        of: Vec<usize>,
        /// Those they are compared with; none compares with 0.
        against: Vec<usize>,
    },
    /// One arm less each of several: the claim is about all of them.
    Each {
        /// The arm that is looked at.
        of: usize,
        /// Those it is compared with, one by one.
        against: Vec<usize>,
    },
    /// Spearman's correlation of the statistic with the place in a list of arms.
    Order {
        /// The arms, the one that is claimed to be lowest first.
        arms: Vec<usize>,
    },
    /// The curvature of a quadratic over levels, in the statistic per squared level; its top must
    /// lie within bounds.
    Peak {
        /// One arm per level.
        arms: Vec<usize>,
        /// The levels.
        levels: Vec<f64>,
        /// Where the top is claimed to be.
        within: [f64; 2],
    },
}

/// What is claimed of a contrast.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claims {
    /// It is above 0.
    Up,
    /// It is below 0.
    Down,
    /// It is not 0.
    Change,
    /// It is 0, up to the smallest effect of interest: a placebo.
    Nothing,
}

impl Claims {
    const WORDS: [(&'static str, Self); 4] =
        [("up", Self::Up), ("down", Self::Down), ("change", Self::Change), ("none", Self::Nothing)];

    /// The word of the file.
    pub fn word(self) -> &'static str {
        Self::WORDS.iter().find(|it| it.1 == self).map_or("", |it| it.0)
    }

    pub(crate) fn direction(self) -> Option<Direction> {
        match self {
            Self::Up => Some(Direction::Increasing),
            Self::Down => Some(Direction::Decreasing),
            Self::Change | Self::Nothing => None,
        }
    }
}

impl Contrast {
    /// The arms that it needs.
    pub fn arms(&self) -> Vec<usize> {
        match self {
            Self::Difference { of, against } => [of.as_slice(), against].concat(),
            Self::Each { of, against } => [std::slice::from_ref(of), against].concat(),
            Self::Order { arms } | Self::Peak { arms, .. } => arms.clone(),
        }
    }

    /// In words, with the arms' names.
    pub fn words(&self, arms: &[Arm]) -> String {
        let names = |of: &[usize]| {
            let names: Vec<&str> = of.iter().map(|at| arms[*at].name.as_str()).collect();
            if names.len() > 1 { format!("mean of {}", names.join(", ")) } else { names.concat() }
        };
        let list = |of: &[usize], by: &str| {
            of.iter().map(|at| arms[*at].name.as_str()).collect::<Vec<_>>().join(by)
        };
        match self {
            Self::Difference { of, against } if against.is_empty() => names(of),
            Self::Difference { of, against } => format!("{} less {}", names(of), names(against)),
            Self::Each { of, against } => {
                format!("{} less each of {}", arms[*of].name, list(against, ", "))
            }
            Self::Order { arms: of } => format!("order {}", list(of, " < ")),
            Self::Peak { arms: of, within, .. } => {
                format!("top within [{}, {}] over {}", within[0], within[1], list(of, ", "))
            }
        }
    }
}

impl Hypothesis {
    pub(crate) fn read(
        from: &Source,
        at: usize,
        it: &written::Hypothesis,
        arms: &[Arm],
        statistics: &mut Vec<Statistic>,
    ) -> Result<Self, ScenarioError> {
        let key = |field: &str| format!("hypothesis[{at}].{field}");
        let id = it.id.get_ref();
        if !arm::is_name(id) {
            let what = format!("`{id}` is no id: expected {}", arm::NAME);
            return Err(from.error(it.id.span(), &key("id"), what));
        }
        let name = it.statistic.get_ref();
        let (span, place) = (it.statistic.span(), key("statistic"));
        let statistic = Statistic::place(from, span, &place, name, statistics)?;
        let contrast = contrast(from, it, arms, &key)?;
        let claims = match (&it.direction, &contrast) {
            (None, Contrast::Order { .. }) => Claims::Up,
            (None, Contrast::Peak { .. }) => Claims::Down,
            (Some(it), Contrast::Order { .. } | Contrast::Peak { .. }) => {
                let what = "an order or a peak says its direction itself: expected none";
                return Err(from.error(it.span(), &key("direction"), what));
            }
            (None, _) => {
                let what = "expected `up`, `down`, `change` or `none`, found nothing";
                return Err(from.error(it.id.span(), &key("direction"), what));
            }
            (Some(said), _) => {
                let known = Claims::WORDS.iter().find(|it| it.0 == said.get_ref());
                let unknown = || {
                    let (place, words) = (said.span(), Claims::WORDS.map(|it| it.0));
                    let key = key("direction");
                    word::unknown(from, (place, &key), ("direction", said.get_ref()), &words)
                };
                known.ok_or_else(unknown)?.1
            }
        };
        let smallest = *it.smallest.get_ref();
        if !(smallest > 0.0 && smallest.is_finite()) {
            let what = format!("expected a smallest effect above 0, found {smallest}");
            return Err(from.error(it.smallest.span(), &key("smallest"), what));
        }
        Ok(Self {
            id: id.clone(),
            claim: it.claim.clone(),
            source: it.source.clone(),
            statistic,
            contrast,
            claims,
            smallest,
            family: it.family.as_ref().map(|it| it.get_ref().clone()),
            paper: it.paper,
            assumed: it.assumed.clone(),
        })
    }
}

fn contrast(
    from: &Source,
    it: &written::Hypothesis,
    arms: &[Arm],
    key: &impl Fn(&str) -> String,
) -> Result<Contrast, ScenarioError> {
    let here = key("").trim_end_matches('.').to_owned();
    let many = |names: &[String], span: std::ops::Range<usize>, field: &str| {
        if names.is_empty() {
            return Err(from.error(span, &key(field), "expected at least one arm"));
        }
        let place = |name: &String| arm::find(from, arms, name, &span, &key(field));
        names.iter().map(place).collect::<Result<Vec<usize>, _>>()
    };
    let named =
        |names: &Spanned<written::Names>, field| many(&names.get_ref().0, names.span(), field);
    let refuse = |what: &str| Err(from.error(it.id.span(), &here, what));
    match (&it.of, &it.against, &it.against_each, &it.order, &it.peak) {
        (Some(of), against, None, None, None) => {
            let of = named(of, "of")?;
            let against = against.as_ref().map(|it| named(it, "against")).transpose()?;
            Ok(Contrast::Difference { of, against: against.unwrap_or_default() })
        }
        (Some(of), None, Some(each), None, None) => {
            let [of] = named(of, "of")?[..] else {
                return refuse("with `against-each`, expected one arm in `of`");
            };
            let against = many(each.get_ref(), each.span(), "against-each")?;
            Ok(Contrast::Each { of, against })
        }
        (None, None, None, Some(order), None) => {
            let arms = many(order.get_ref(), order.span(), "order")?;
            if arms.len() < 3 {
                let what = "expected at least three arms";
                return Err(from.error(order.span(), &key("order"), what));
            }
            Ok(Contrast::Order { arms })
        }
        (None, None, None, None, Some(peak)) => {
            let written::Peak { arms: names, levels, within } = peak.get_ref();
            let arms = many(names, peak.span(), "peak.arms")?;
            let refuse = |what: &str| Err(from.error(peak.span(), &key("peak"), what));
            if arms.len() != levels.len() || arms.len() < 4 {
                return refuse("expected at least four arms, and one level for each of them");
            }
            if levels.iter().chain(within).any(|it| !it.is_finite()) || within[0] >= within[1] {
                return refuse("expected finite levels, and `within` as [least, most]");
            }
            Ok(Contrast::Peak { arms, levels: levels.clone(), within: *within })
        }
        _ => {
            let given = [
                ("of", it.of.is_some()),
                ("against", it.against.is_some()),
                ("against-each", it.against_each.is_some()),
                ("order", it.order.is_some()),
                ("peak", it.peak.is_some()),
            ];
            let found: Vec<String> =
                given.iter().filter(|it| it.1).map(|it| format!("`{}`", it.0)).collect();
            let found = if found.is_empty() { "none".to_owned() } else { found.join(", ") };
            refuse(&format!(
                "expected one contrast, `of` (alone, with `against` or with `against-each`), \
                 `order` or `peak`, found {found}"
            ))
        }
    }
}
