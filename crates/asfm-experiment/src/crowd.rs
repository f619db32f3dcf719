//! Measures of traders who talk to each other.

use asfm_engine::Day;
use asfm_measure::{Crowd as Seen, CrowdDay, Disposition, Observed, Opinion, Ties, as_f64};
use asfm_stats::{moments, rank};

use crate::measure::Crowd;
use crate::statistic::{Term, mean, nothing, ratio, wide};

impl Term {
    pub(crate) fn of_crowd(&self, measure: Crowd, run: &Observed) -> Result<f64, String> {
        let seen = run.crowd.as_deref();
        let seen = seen.ok_or_else(|| "in this market nobody talks".to_owned())?;
        match measure {
            Crowd::Belief => self.views(run, seen, |it| Some(it.mean)),
            Crowd::BeliefIn(at) => self.views(run, seen, |it| Some(it.dimensions[at])),
            Crowd::BeliefSpread => self.views(run, seen, |it| Some(it.variance.sqrt())),
            Crowd::BeliefBimodality => self.views(run, seen, |it| it.bimodality),
            Crowd::BeliefIndex | Crowd::BeliefLeads | Crowd::IndexLeads => {
                self.moves(measure, run, seen)
            }
            Crowd::Posts => self.count(run, seen, |it| it.posts),
            Crowd::Reposts => self.count(run, seen, |it| it.reposts),
            Crowd::Likes => self.count(run, seen, |it| it.likes),
            Crowd::Unlikes => self.count(run, seen, |it| it.unlikes),
            Crowd::Exposures => self.count(run, seen, |it| it.exposures),
            Crowd::LikeShare => {
                let likes = self.count(run, seen, |it| it.likes)?;
                ratio(likes, likes + self.count(run, seen, |it| it.unlikes)?)
            }
            Crowd::TopAuthors => seen.share_of_top_tenth().ok_or_else(nothing),
            Crowd::ReactionGini => seen.reaction_gini().ok_or_else(nothing),
            Crowd::LikesOfLeaders => {
                let likes = seen.forum.authors().iter().map(|it| f64::from(it.likes));
                let likes: Vec<f64> = likes.collect();
                let found = rank::spearman(&likes, &seen.mean_degrees());
                found.map(|it| it.statistic).map_err(|it| it.to_string())
            }
            Crowd::CascadeSize
            | Crowd::CascadeDepth
            | Crowd::CascadeBreadth
            | Crowd::CascadeHalf => {
                let largest = seen.cascades(1).pop().ok_or("nothing was reposted")?;
                let value = match measure {
                    Crowd::CascadeSize => Some(largest.size),
                    Crowd::CascadeDepth => Some(largest.depth),
                    Crowd::CascadeBreadth => Some(largest.breadth()),
                    _ => largest.days_to_half(),
                };
                value.map(f64::from).ok_or_else(nothing)
            }
            Crowd::Density => self.ties(run, seen, |it| Some(it.density)),
            Crowd::Degree => self.ties(run, seen, |it| Some(it.mean_degree)),
            Crowd::Isolates => self.ties(run, seen, |it| Some(it.isolates)),
            Crowd::Assortativity => self.ties(run, seen, |it| it.assortativity),
            Crowd::Pgr => self.disposition(run, seen).gains().ok_or_else(nothing),
            Crowd::Plr => self.disposition(run, seen).losses().ok_or_else(nothing),
            Crowd::PgrPlr => {
                let it = self.disposition(run, seen);
                Ok(it.gains().ok_or_else(nothing)? - it.losses().ok_or_else(nothing)?)
            }
            Crowd::Holdings => {
                let each: Vec<f64> = self.portfolios(run, seen).iter().map(|it| held(it)).collect();
                mean(&each)
            }
            Crowd::Concentration => {
                let of = |it: &Vec<f64>| {
                    let all: f64 = it.iter().sum();
                    (all > 0.0).then(|| it.iter().map(|it| (it / all).powi(2)).sum())
                };
                mean(&self.portfolios(run, seen).iter().filter_map(of).collect::<Vec<f64>>())
            }
            Crowd::Lottery => self.lottery(run, seen),
        }
    }

    /// The days after `from` up to `to`, those without trading among them.
    fn days<'r>(&self, run: &Observed, seen: &'r Seen) -> Result<Vec<&'r CrowdDay>, String> {
        let from = self.from.unwrap_or(0);
        if let Some(to) = self.to
            && run.close_of(Day(to)).is_none()
        {
            return Err(format!("the run has not reached day {to}"));
        }
        let to = self.to.unwrap_or(u32::MAX);
        Ok(seen.days.iter().filter(|it| it.day.0 > from && it.day.0 <= to).collect())
    }

    fn views(
        &self,
        run: &Observed,
        seen: &Seen,
        of: impl Fn(&Opinion) -> Option<f64>,
    ) -> Result<f64, String> {
        let kind = self.kind.as_ref().map(|name| run.kinds.iter().position(|it| it.name == *name));
        let whose = |day: &CrowdDay| match kind {
            None => day.opinion,
            Some(at) => day.by_kind.get(at?).copied().flatten(),
        };
        let each = self.days(run, seen)?.into_iter().filter_map(|it| of(&whose(it)?));
        mean(&each.collect::<Vec<_>>()).map_err(|_| "nobody says what they believe".to_owned())
    }

    fn ties(
        &self,
        run: &Observed,
        seen: &Seen,
        of: impl Fn(&Ties) -> Option<f64>,
    ) -> Result<f64, String> {
        let days = self.days(run, seen)?;
        mean(&days.iter().filter_map(|it| of(it.network.as_ref()?)).collect::<Vec<_>>())
    }

    fn count(
        &self,
        run: &Observed,
        seen: &Seen,
        of: impl Fn(&CrowdDay) -> u64,
    ) -> Result<f64, String> {
        Ok(as_f64(self.days(run, seen)?.into_iter().map(of).sum()))
    }

    /// How changes of belief go with returns.
    fn moves(&self, measure: Crowd, run: &Observed, seen: &Seen) -> Result<f64, String> {
        let (from, to) = self.window(run)?;
        let returns = self.returns(run)?;
        let opinion = |day: Day| {
            let at = seen.days.binary_search_by_key(&day.0, |it| it.day.0).ok()?;
            seen.days[at].opinion.map(|it| it.mean)
        };
        // A place in the closes is a day and one more.
        let change = |place: usize| {
            let before = place.checked_sub(2).and_then(|at| opinion(run.days[at]))?;
            Some(opinion(run.days[place - 1])? - before)
        };
        let pairs = (from + 1..=to).filter_map(|place| {
            let at = place - from - 1;
            let at = match measure {
                Crowd::BeliefLeads => at + 1,
                Crowd::IndexLeads => at.checked_sub(1)?,
                _ => at,
            };
            Some((change(place)?, *returns.get(at)?))
        });
        let (changes, returns): (Vec<f64>, Vec<f64>) = pairs.unzip();
        let found = rank::pearson(&changes, &returns);
        found.map(|it| it.statistic).map_err(|it| it.to_string())
    }

    fn is_meant(&self, run: &Observed, trader: usize) -> bool {
        let kind = run.traders.get(trader).map(|it| &run.kinds[it.kind].name);
        self.kind.as_ref().is_none_or(|name| kind == Some(name))
    }

    fn disposition(&self, run: &Observed, seen: &Seen) -> Disposition {
        let of = seen.dispositions().iter().enumerate();
        let of = of.filter(|it| self.is_meant(run, it.0));
        of.fold(Disposition::default(), |sum, it| sum.plus(*it.1))
    }

    /// The value of what each trader holds at the end, stock by stock.
    fn portfolios(&self, run: &Observed, seen: &Seen) -> Vec<Vec<f64>> {
        let last = run.tally.closes.iter().map(|it| it[it.len() - 1]);
        let last: Vec<f64> = last.collect();
        let rows = seen.held().chunks_exact(last.len().max(1)).enumerate();
        rows.filter(|it| self.is_meant(run, it.0))
            .map(|it| it.1.iter().zip(&last).map(|(held, price)| as_f64(*held) * price).collect())
            .collect()
    }

    fn lottery(&self, run: &Observed, seen: &Seen) -> Result<f64, String> {
        let wild = |closes: &Vec<f64>| {
            let returns: Vec<f64> = closes.windows(2).map(|it| (it[1] / it[0]).ln()).collect();
            moments::sd(&returns).map(|it| it.value).map_err(|it| it.to_string())
        };
        let wild = run.tally.closes.iter().map(wild).collect::<Result<Vec<f64>, String>>()?;
        let mut order: Vec<usize> = (0..wild.len()).collect();
        order.sort_by(|a, b| wild[*b].total_cmp(&wild[*a]).then(a.cmp(b)));
        order.truncate(wild.len() / 3);
        let of = |it: &Vec<f64>| {
            let all: f64 = it.iter().sum();
            (all > 0.0).then(|| order.iter().map(|at| it[*at]).sum::<f64>() / all)
        };
        mean(&self.portfolios(run, seen).iter().filter_map(of).collect::<Vec<f64>>())
    }
}

fn held(portfolio: &[f64]) -> f64 {
    wide(portfolio.iter().filter(|it| **it > 0.0).count() as u128)
}
