//! The benches, as ratios against peers that ran beside them.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context as _;
use serde_json::Value;

use crate::shell::{self, Args};

/// How the names of our own entries begin, such as `asfm-book` beside `bourse-book`.
const OURS: &str = "asfm";

/// What a group of benches promises; `group` is how its name begins.
enum Target {
    /// Ours is at least so many times as fast as the peer.
    Faster { group: &'static str, peer: &'static str, times: f64 },
    /// The bench takes at most so long.
    Within { group: &'static str, bench: &'static str, seconds: f64 },
    /// Ours does at least so many elements a second.
    Rate { group: &'static str, per_second: f64 },
}

const TARGETS: &[Target] = &[
    Target::Faster { group: "w1", peer: "bourse-book", times: 6.0 },
    Target::Faster { group: "w1", peer: "naive", times: 2.5 },
    Target::Faster { group: "w2", peer: "bourse-book", times: 5.0 },
    Target::Within { group: "auction 1000000", bench: "midpoint", seconds: 0.2 },
    Target::Within { group: "auction 1000000", bench: "uniform", seconds: 0.2 },
    Target::Rate { group: "trader-days", per_second: 1e6 },
    Target::Within { group: "prompt", bench: "one decision", seconds: 1e-3 },
    Target::Faster { group: "zero-intelligence", peer: "bourse-de", times: 2.0 },
];

/// One bench as Criterion left it.
#[derive(Debug, Clone, PartialEq)]
struct Measured {
    group: String,
    name: String,
    seconds: f64,
    elements: Option<f64>,
}

pub(crate) fn run(mut args: Args) -> anyhow::Result<()> {
    let only_report = args.flag("--report");
    args.finish()?;
    let shell = shell::at_root()?;
    if !only_report {
        shell::cargo(&shell, "bench --benches --locked").run()?;
    }
    let target = std::env::var_os("CARGO_TARGET_DIR").map(Into::into);
    let folder = target.unwrap_or_else(|| shell::root().join("target")).join("criterion");
    let mut measured = Vec::new();
    collect(&folder, &mut measured)
        .with_context(|| format!("no measurements in {}", folder.display()))?;
    print!("{}", table(&measured));
    for it in judged(&measured) {
        println!("{it}");
    }
    Ok(())
}

impl Measured {
    fn is_ours(&self) -> bool {
        self.name.starts_with(OURS)
    }
}

/// Reads every `new/estimates.json` below a folder.
fn collect(folder: &Path, all: &mut Vec<Measured>) -> anyhow::Result<()> {
    let mut entries: Vec<_> = std::fs::read_dir(folder)?.collect::<Result<_, _>>()?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        if !path.is_dir() {
            continue;
        }
        if entry.file_name() == "new" && path.join("estimates.json").exists() {
            let json = |name: &str| -> anyhow::Result<Value> {
                let text = std::fs::read_to_string(path.join(name))?;
                serde_json::from_str(&text).with_context(|| format!("in {}", path.display()))
            };
            let (bench, estimates) = (json("benchmark.json")?, json("estimates.json")?);
            all.push(measure(&bench, &estimates).with_context(|| path.display().to_string())?);
        } else {
            collect(&path, all)?;
        }
    }
    Ok(())
}

fn measure(bench: &Value, estimates: &Value) -> anyhow::Result<Measured> {
    let group = bench["group_id"].as_str().context("a bench without a group")?;
    let name = bench["function_id"].as_str().unwrap_or(OURS);
    let group = match bench["value_str"].as_str() {
        Some(value) => format!("{group} {value}"),
        None => group.to_owned(),
    };
    // The slope is absent where every sample is one iteration.
    let slope = estimates["slope"]["point_estimate"].as_f64();
    let nanoseconds = slope.or(estimates["mean"]["point_estimate"].as_f64());
    Ok(Measured {
        group,
        name: name.to_owned(),
        seconds: nanoseconds.context("no estimate")? / 1e9,
        elements: bench["throughput"]["Elements"].as_f64(),
    })
}

fn groups(all: &[Measured]) -> BTreeMap<&str, Vec<&Measured>> {
    let mut groups: BTreeMap<&str, Vec<&Measured>> = BTreeMap::new();
    for it in all {
        groups.entry(&it.group).or_default().push(it);
    }
    groups
}

fn ours<'m>(group: &[&'m Measured]) -> Option<&'m Measured> {
    group.iter().copied().find(|it| it.is_ours())
}

fn table(all: &[Measured]) -> String {
    let head = format!(
        "\n{:<28} {:<16} {:>12} {:>14} {:>14}\n",
        "group", "bench", "seconds", "per second", "ours is faster"
    );
    let mut rows = vec![head];
    for (name, group) in groups(all) {
        let ours = ours(&group);
        for it in &group {
            let rate = it.elements.map(|n| format!("{:.0}", n / it.seconds));
            let times = ours.map(|ours| format!("{:.2} x", it.seconds / ours.seconds));
            rows.push(format!(
                "{name:<28} {:<16} {:>12.6} {:>14} {:>14}\n",
                it.name,
                it.seconds,
                rate.unwrap_or_default(),
                times.filter(|_| !it.is_ours()).unwrap_or_default(),
            ));
        }
    }
    rows.push("\n".to_owned());
    rows.concat()
}

/// What became of each target.
fn judged(all: &[Measured]) -> Vec<String> {
    let groups = groups(all);
    let mut verdicts = Vec::new();
    for target in TARGETS {
        let (prefix, promise) = match target {
            Target::Faster { group, peer, times } => {
                (*group, format!("{times} x as fast as {peer}"))
            }
            Target::Within { group, bench, seconds } => {
                (*group, format!("{bench} in at most {seconds} s"))
            }
            Target::Rate { group, per_second } => (*group, format!("{per_second} a second")),
        };
        let of_prefix = groups.iter().filter(|it| it.0.starts_with(prefix));
        let mut is_measured = false;
        for (name, group) in of_prefix {
            let peer = |wanted: &str| group.iter().copied().find(|it| it.name == wanted);
            let ours = ours(group);
            let reached = match target {
                Target::Faster { peer: name, .. } => {
                    peer(name).zip(ours).map(|(peer, ours)| peer.seconds / ours.seconds)
                }
                Target::Within { bench, .. } => peer(bench).map(|it| it.seconds),
                Target::Rate { .. } => ours.and_then(|it| Some(it.elements? / it.seconds)),
            };
            let Some(reached) = reached else { continue };
            is_measured = true;
            let is_met = match target {
                Target::Faster { times, .. } => reached >= *times,
                Target::Within { seconds, .. } => reached <= *seconds,
                Target::Rate { per_second, .. } => reached >= *per_second,
            };
            let verdict = if is_met { "met" } else { "MISSED" };
            verdicts.push(format!("{verdict}: {name}: {promise}; measured {reached:.3}"));
        }
        if !is_measured {
            verdicts.push(format!("not measured: {prefix}: {promise}"));
        }
    }
    verdicts
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn measured(group: &str, name: &str, nanoseconds: f64) -> Measured {
        let bench = json!({
            "group_id": group, "function_id": name, "value_str": null,
            "throughput": {"Elements": 1000},
        });
        let estimates = json!({"slope": null, "mean": {"point_estimate": nanoseconds}});
        measure(&bench, &estimates).expect("made up soundly")
    }

    #[test]
    fn ratios_are_against_ours() {
        let all = [
            measured("w1", "asfm-book", 1e6),
            measured("w1", "bourse-book", 7e6),
            measured("w1", "naive", 2e6),
        ];
        let text = table(&all);
        assert!(text.contains("7.00 x") && text.contains("2.00 x"), "{text}");
        let verdicts = judged(&all);
        assert_eq!(verdicts[0], "met: w1: 6 x as fast as bourse-book; measured 7.000");
        assert_eq!(verdicts[1], "MISSED: w1: 2.5 x as fast as naive; measured 2.000");
        assert!(verdicts[2].starts_with("not measured: w2"), "{verdicts:?}");
    }

    #[test]
    fn a_bench_without_peers_is_held_against_its_time() {
        let all = [measured("auction 1000000", "uniform", 3e8)];
        let verdicts = judged(&all);
        let missed = "MISSED: auction 1000000: uniform in at most 0.2 s; measured 0.300";
        assert!(verdicts.iter().any(|it| it == missed), "{verdicts:?}");
    }
}
