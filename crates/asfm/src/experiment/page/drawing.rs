//! The figures that an experiment asks for.

use asfm_experiment::{Drawing, Figure as Planned, Path, Unit};
use asfm_report::{Axis, Block, Figure, Format, Mark, Series, Shape};
use asfm_stats::paired::paired_t;

use super::{Whole, anchor, count};
use crate::experiment::outcome::LineKey;
use crate::report::{decider, network};

/// A line of each run: days with values.
type Runs = Vec<Vec<(u32, f64)>>;

impl Whole<'_> {
    /// The figures that the experiment asks for, of one population.
    pub(super) fn figures(&self, population: usize) -> Vec<Block> {
        let figures = self.it.folder.experiment.figures.iter().enumerate();
        figures
            .flat_map(|(at, it)| match &it.drawing {
                Drawing::Path { path, .. } => {
                    self.path(at, it, *path, population).into_iter().collect()
                }
                Drawing::Network { .. } => self.networks(at, it, population),
                Drawing::Levels { statistics, levels, axis } => {
                    let levels = self.levels(it, statistics, levels.as_deref(), axis, population);
                    levels.into_iter().collect::<Vec<_>>()
                }
            })
            .map(Block::Figure)
            .collect()
    }

    /// The networks of the arms, one below the other.
    fn networks(&self, at: usize, it: &Planned, population: usize) -> Vec<Figure> {
        let seed = self.it.folder.header.seeds.first().copied().unwrap_or_default();
        let drawn = it.arms.iter().filter_map(|arm| {
            let drawn = self.it.networks.get(&(at, *arm, population))?;
            let arm = &self.it.folder.experiment.arms[*arm];
            let id = format!("{}-{}", self.figure_id(it, population), anchor("of", &arm.name));
            let title = format!("{}: {}", self.figure_title(it, population), arm.title);
            Some(network(id, title, &format!("{} Seed {seed}.", it.caption), drawn))
        });
        drawn.collect()
    }

    fn path(&self, at: usize, it: &Planned, path: Path, population: usize) -> Option<Figure> {
        let experiment = &self.it.folder.experiment;
        let lines: Vec<(&LineKey, &Runs)> = self
            .it
            .lines
            .iter()
            .filter(|(key, _)| key.figure == at && key.population == population)
            .collect();
        let mut days: Vec<u32> =
            lines.iter().flat_map(|it| it.1.iter().flatten().map(|it| it.0)).collect();
        days.sort_unstable();
        days.dedup();
        let series = lines.iter().map(|(key, runs)| {
            let arm = &experiment.arms[key.arm].title;
            let name = match (key.group.as_str(), it.arms.len()) {
                ("", _) => arm.clone(),
                (group, 1) => group.to_owned(),
                (group, _) => format!("{group}, {arm}"),
            };
            let of_day = |day: u32| -> Vec<f64> {
                let value = |run: &Vec<(u32, f64)>| {
                    run.binary_search_by_key(&day, |it| it.0).ok().map(|at| run[at].1)
                };
                runs.iter().filter_map(value).collect()
            };
            banded(&name, days.iter().map(|day| of_day(*day)))
        });
        let series: Vec<Series> = series.collect();
        if days.len() < 2 || series.is_empty() {
            return None;
        }
        let y = match path {
            Path::Return => Axis::percent("return"),
            Path::Gain => Axis::percent("gain"),
            Path::Orders => Axis::new("orders a day"),
            Path::Belief => Axis::new("score of belief"),
            Path::SellBuy => Axis::new("shares offered over asked for"),
            Path::Volume => Axis { zero: true, ..Axis::new("shares a day") },
            Path::Density => Axis { zero: true, ..Axis::percent("linked pairs") },
            Path::Posts => Axis { zero: true, ..Axis::new("posts a day") },
            Path::Reposts => Axis { zero: true, ..Axis::new("reposts") },
        };
        let mut marks: Vec<Mark> = it
            .marks
            .iter()
            .map(|(label, day)| Mark { at: f64::from(*day), label: label.clone() })
            .collect();
        marks.sort_by(|a, b| a.at.total_cmp(&b.at));
        Some(Figure {
            id: self.figure_id(it, population),
            title: self.figure_title(it, population),
            caption: self.caption(it),
            x: Axis::new("day"),
            y,
            shape: Shape::Lines {
                x: days.into_iter().map(f64::from).collect(),
                series,
                below: None,
            },
            marks,
        })
    }

    fn levels(
        &self,
        it: &Planned,
        statistics: &[usize],
        levels: Option<&[f64]>,
        axis: &str,
        population: usize,
    ) -> Option<Figure> {
        let experiment = &self.it.folder.experiment;
        let seeds = &self.it.folder.header.seeds;
        let values = |arm: usize, statistic: usize| -> Vec<f64> {
            let one = |seed: &u64| self.it.values.get((arm, population, *seed), statistic).ok();
            seeds.iter().filter_map(one).collect()
        };
        let series: Vec<Series> = statistics
            .iter()
            .map(|statistic| {
                let name = &experiment.statistics[*statistic].name;
                banded(name, it.arms.iter().map(|arm| values(*arm, *statistic)))
            })
            .collect();
        if series.iter().all(|it| it.y.iter().all(Option::is_none)) {
            return None;
        }
        let unit = statistics.first().map_or(Unit::Other, |at| experiment.statistics[*at].unit());
        let y = Axis {
            label: if statistics.len() == 1 { series[0].name.clone() } else { String::new() },
            format: if unit == Unit::Share { Format::Percent } else { Format::Plain },
            ..Axis::default()
        };
        let shape = if let Some(levels) = levels {
            Shape::Lines { x: levels.to_vec(), series, below: None }
        } else {
            let titles = it.arms.iter().map(|arm| experiment.arms[*arm].title.clone());
            Shape::Bars { categories: titles.collect(), series }
        };
        Some(Figure {
            id: self.figure_id(it, population),
            title: self.figure_title(it, population),
            caption: self.caption(it),
            x: Axis::new(axis),
            y,
            shape,
            marks: Vec::new(),
        })
    }

    fn figure_id(&self, it: &Planned, population: usize) -> String {
        let name = &self.it.folder.experiment.name;
        let label = &self.it.folder.header.populations[population].label;
        anchor("figure", &format!("{name}-{}-{label}", it.id))
    }

    fn figure_title(&self, it: &Planned, population: usize) -> String {
        let brain = &self.it.folder.header.populations[population];
        format!("{} ({})", it.title, decider(&brain.brain))
    }

    fn caption(&self, it: &Planned) -> String {
        let n = self.it.folder.header.seeds.len();
        format!("{} {n} seeds; bands and whiskers are 95 % t intervals over seeds.", it.caption)
    }
}

/// The mean of each place over seeds, with its 95 % t interval where there are several.
fn banded(name: &str, places: impl Iterator<Item = Vec<f64>>) -> Series {
    let (mut y, mut low, mut high) = (Vec::new(), Vec::new(), Vec::new());
    for values in places {
        let mean = (!values.is_empty()).then(|| values.iter().sum::<f64>() / count(values.len()));
        let ci = paired_t(&values).ok().and_then(|it| it.mean.ci);
        y.push(mean);
        low.push(ci.map(|it| it.lo).or(mean));
        high.push(ci.map(|it| it.hi).or(mean));
    }
    Series::new(name, y).within(low, high)
}
