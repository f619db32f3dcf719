//! Who must not know whom: the dependency table of the workspace, and the check of it.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, bail};
use serde_json::Value;

use crate::shell::{self, Args};

/// What a crate may know of ours, and what it must not know of the outside world.
struct Row {
    name: &'static str,
    /// The crates of this workspace that it may depend on.
    may_know: &'static [&'static str],
    /// Further ones for its tests and benches.
    in_tests: &'static [&'static str],
    /// Kinds of outside world that it must not reach, however indirectly.
    must_not: &'static [World],
}

/// A kind of outside world, as the crates through which one reaches it.
type World = &'static [&'static str];

const NETWORK: World = &[
    "async-openai",
    "axum",
    "curl",
    "hyper",
    "isahc",
    "mio",
    "ollama-rs",
    "reqwest",
    "smol",
    "tokio",
    "ureq",
];
const DATABASE: World = &["diesel", "libsqlite3-sys", "redb", "rusqlite", "sqlx"];
const CLOCK: World = &["chrono", "jiff", "time"];
const CHANCE: World = &["fastrand", "getrandom", "rand", "rand_core"];
const FILES: World = &["memmap2", "tempfile", "walkdir"];
/// What a program shows to a person; a library returns instead.
const FACE: World =
    &["anyhow", "clap", "comfy-table", "eyre", "indicatif", "miette", "tracing-subscriber"];

const TABLE: &[Row] = &[
    Row {
        name: "asfm-book",
        may_know: &[],
        in_tests: &[],
        must_not: &[NETWORK, DATABASE, CLOCK, CHANCE, FILES, FACE],
    },
    Row {
        name: "asfm-engine",
        may_know: &["asfm-book"],
        in_tests: &[],
        must_not: &[NETWORK, DATABASE, CLOCK, FILES, FACE],
    },
    Row {
        name: "asfm-agent",
        may_know: &["asfm-book", "asfm-chat", "asfm-engine", "asfm-social"],
        in_tests: &[],
        must_not: &[NETWORK, DATABASE, CLOCK, FILES, FACE],
    },
    Row {
        name: "asfm-chat",
        may_know: &[],
        in_tests: &[],
        must_not: &[NETWORK, DATABASE, CLOCK, CHANCE, FILES, FACE],
    },
    Row {
        name: "asfm-llm",
        may_know: &["asfm-chat"],
        in_tests: &["asfm-standin"],
        must_not: &[DATABASE, FILES, FACE],
    },
    Row {
        name: "asfm-recorder",
        may_know: &["asfm-book", "asfm-chat", "asfm-engine"],
        in_tests: &[],
        must_not: &[NETWORK, CLOCK, FACE],
    },
    Row {
        name: "asfm-measure",
        may_know: &["asfm-book", "asfm-engine", "asfm-social", "asfm-stats"],
        in_tests: &[],
        must_not: &[NETWORK, DATABASE, CLOCK, FILES, FACE],
    },
    Row {
        name: "asfm-experiment",
        may_know: &["asfm-book", "asfm-engine", "asfm-measure", "asfm-social", "asfm-stats"],
        in_tests: &[],
        must_not: &[NETWORK, DATABASE, CLOCK, FILES, FACE],
    },
    Row {
        name: "asfm-report",
        may_know: &[],
        in_tests: &[],
        must_not: &[NETWORK, DATABASE, CLOCK, FILES, FACE],
    },
    Row {
        name: "asfm-social",
        may_know: &[],
        in_tests: &[],
        must_not: &[NETWORK, DATABASE, CLOCK, CHANCE, FILES, FACE],
    },
    Row {
        name: "asfm-stats",
        may_know: &[],
        in_tests: &[],
        must_not: &[NETWORK, DATABASE, CLOCK, FILES, FACE],
    },
    Row {
        name: "asfm-world",
        may_know: &["asfm-engine"],
        in_tests: &[],
        must_not: &[NETWORK, DATABASE, CLOCK, FILES, FACE],
    },
    Row {
        name: "asfm",
        may_know: &[
            "asfm-agent",
            "asfm-book",
            "asfm-chat",
            "asfm-engine",
            "asfm-experiment",
            "asfm-llm",
            "asfm-measure",
            "asfm-recorder",
            "asfm-report",
            "asfm-stats",
            "asfm-world",
        ],
        in_tests: &["asfm-standin"],
        must_not: &[],
    },
    Row { name: "asfm-standin", may_know: &[], in_tests: &[], must_not: &[DATABASE] },
    Row { name: "xtask", may_know: &[], in_tests: &[], must_not: &[] },
];

pub(crate) fn run(args: Args) -> anyhow::Result<()> {
    args.finish()?;
    let metadata = shell::metadata(&shell::at_root()?)?;
    let graph = Graph::read(&metadata)?;
    let found = violations(&graph, TABLE);
    for it in &found {
        eprintln!("{it}");
    }
    if !found.is_empty() {
        bail!("{} forbidden; the table is in xtask/src/deps.rs", count(found.len()));
    }
    println!("deps: {} crates keep the table", graph.ours.len());
    Ok(())
}

fn count(n: usize) -> String {
    format!("{n} {}", if n == 1 { "edge is" } else { "edges are" })
}

/// Who depends on whom, by name.
struct Graph {
    /// The crates of the workspace: what they need, and what their tests need besides.
    ours: BTreeMap<String, Edges>,
    /// For every crate, what it needs to be built.
    needs: BTreeMap<String, BTreeSet<String>>,
}

#[derive(Default)]
struct Edges {
    normal: BTreeSet<String>,
    tests: BTreeSet<String>,
}

impl Graph {
    fn read(metadata: &Value) -> anyhow::Result<Self> {
        let list = |value: &Value, what: &str| -> anyhow::Result<Vec<Value>> {
            let list = value.as_array();
            list.cloned().with_context(|| format!("cargo metadata has no {what}"))
        };
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let members = list(&metadata["workspace_members"], "members")?;
        let mut names = BTreeMap::new();
        let mut ours = BTreeMap::new();
        for package in list(&metadata["packages"], "packages")? {
            names.insert(text(&package["id"]), text(&package["name"]));
            if !members.contains(&package["id"]) {
                continue;
            }
            let mut edges = Edges::default();
            for it in list(&package["dependencies"], "dependencies")? {
                let to = text(&it["name"]);
                if it["kind"] == "dev" {
                    edges.tests.insert(to);
                } else {
                    edges.normal.insert(to);
                }
            }
            ours.insert(text(&package["name"]), edges);
        }
        let mut needs: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for node in list(&metadata["resolve"]["nodes"], "resolution")? {
            let from = names.get(&text(&node["id"])).context("a nameless node")?;
            let all = needs.entry(from.clone()).or_default();
            for it in list(&node["deps"], "edges")? {
                let kinds = list(&it["dep_kinds"], "kinds of edges")?;
                if kinds.iter().any(|it| it["kind"] != "dev") {
                    let to = names.get(&text(&it["pkg"])).context("a nameless edge")?;
                    all.insert(to.clone());
                }
            }
        }
        Ok(Self { ours, needs })
    }

    /// The shortest way from a crate to another, both included.
    fn way(&self, from: &str, to: &str) -> Option<Vec<String>> {
        let mut before: BTreeMap<&str, &str> = BTreeMap::new();
        let mut front = vec![from];
        while !front.is_empty() {
            let mut next = Vec::new();
            for at in front {
                for it in self.needs.get(at).into_iter().flatten() {
                    if it == from || before.contains_key(it.as_str()) {
                        continue;
                    }
                    before.insert(it, at);
                    next.push(it.as_str());
                }
            }
            front = next;
        }
        let mut way = vec![to.to_owned()];
        let mut at = to;
        while at != from {
            at = before.get(at)?;
            way.push(at.to_owned());
        }
        way.reverse();
        Some(way)
    }
}

/// Every edge that the table forbids, as a sentence.
fn violations(graph: &Graph, table: &[Row]) -> Vec<String> {
    let mut found = Vec::new();
    for (name, edges) in &graph.ours {
        let Some(row) = table.iter().find(|it| it.name == name) else {
            found.push(format!("{name} is not in the table: say what it may and must not know"));
            continue;
        };
        let is_ours = |to: &&String| graph.ours.contains_key(*to);
        let may = |to: &str| row.may_know.contains(&to);
        for to in edges.normal.iter().filter(is_ours).filter(|to| !may(to.as_str())) {
            found.push(format!("{name} must not depend on {to}"));
        }
        let may_in_tests = |to: &str| may(to) || row.in_tests.contains(&to) || to == name;
        for to in edges.tests.iter().filter(is_ours).filter(|to| !may_in_tests(to.as_str())) {
            found.push(format!("{name} must not depend on {to}, not even in its tests"));
        }
        for outside in row.must_not.iter().copied().flatten() {
            match graph.way(name, outside) {
                None => {}
                Some(way) if way.len() == 2 => {
                    found.push(format!("{name} must not depend on {outside}"));
                }
                Some(way) => found
                    .push(format!("{name} must not depend on {outside} ({})", way.join(" -> "))),
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A workspace as cargo would describe it: packages with `(name, kind)` of what they need; what
    /// nobody describes is a crate from outside.
    fn workspace(ours: &[(&str, &[(&str, &str)])], outside: &[(&str, &str)]) -> Graph {
        let mut names: BTreeSet<&str> = ours.iter().map(|it| it.0).collect();
        names.extend(ours.iter().flat_map(|it| it.1).map(|it| it.0));
        names.extend(outside.iter().flat_map(|it| [it.0, it.1]));
        let of = |name: &str| -> Vec<(String, String)> {
            let own = ours.iter().filter(|it| it.0 == name).flat_map(|it| it.1.iter());
            let own = own.map(|it| (it.0.to_owned(), it.1.to_owned()));
            let other = outside.iter().filter(|it| it.0 == name);
            own.chain(other.map(|it| (it.1.to_owned(), "normal".to_owned()))).collect()
        };
        let kind = |kind: &str| (kind != "normal").then(|| kind.to_owned());
        let packages: Vec<Value> = names
            .iter()
            .map(|name| {
                let all = of(name);
                let needs = all.iter().map(|(to, how)| json!({"name": to, "kind": kind(how)}));
                json!({"id": name, "name": name, "dependencies": needs.collect::<Vec<_>>()})
            })
            .collect();
        let nodes: Vec<Value> = names
            .iter()
            .map(|name| {
                let all = of(name);
                let needs = all
                    .iter()
                    .map(|(to, how)| json!({"pkg": to, "dep_kinds": [{"kind": kind(how)}]}));
                json!({"id": name, "deps": needs.collect::<Vec<_>>()})
            })
            .collect();
        let members: Vec<&str> = ours.iter().map(|it| it.0).collect();
        let metadata = json!({
            "packages": packages,
            "workspace_members": members,
            "resolve": {"nodes": nodes},
        });
        Graph::read(&metadata).expect("made up soundly")
    }

    #[test]
    fn an_allowed_workspace_passes() {
        let graph = workspace(
            &[
                ("asfm-book", &[("thiserror", "normal"), ("criterion", "dev")]),
                ("asfm-engine", &[("asfm-book", "normal"), ("rand", "normal")]),
                ("asfm-recorder", &[("asfm-engine", "normal"), ("rusqlite", "normal")]),
            ],
            &[("criterion", "clap")],
        );
        assert_eq!(violations(&graph, TABLE), Vec::<String>::new());
    }

    #[test]
    fn a_forbidden_edge_among_ours_is_named() {
        let graph = workspace(
            &[("asfm-agent", &[("asfm-recorder", "normal")]), ("asfm-recorder", &[])],
            &[],
        );
        let found = violations(&graph, TABLE);
        assert_eq!(found, ["asfm-agent must not depend on asfm-recorder"]);
    }

    #[test]
    fn tests_are_exempt_only_where_the_table_says_so() {
        let graph = workspace(&[("asfm-book", &[("asfm-stats", "dev")]), ("asfm-stats", &[])], &[]);
        let found = violations(&graph, TABLE);
        assert_eq!(found, ["asfm-book must not depend on asfm-stats, not even in its tests"]);
    }

    #[test]
    fn the_outside_world_is_seen_through_others() {
        let graph = workspace(
            &[("asfm-engine", &[("innocent", "normal")])],
            &[("innocent", "middle"), ("middle", "tokio")],
        );
        let found = violations(&graph, TABLE);
        assert_eq!(
            found,
            ["asfm-engine must not depend on tokio (asfm-engine -> innocent -> middle -> tokio)"]
        );
    }

    #[test]
    fn nobody_depends_on_the_automation() {
        let graph = workspace(&[("asfm", &[("xtask", "build")]), ("xtask", &[])], &[]);
        assert_eq!(violations(&graph, TABLE), ["asfm must not depend on xtask"]);
    }

    #[test]
    fn a_crate_without_a_row_is_refused() {
        let graph = workspace(&[("asfm-new", &[])], &[]);
        assert_eq!(violations(&graph, TABLE).len(), 1);
    }
}
