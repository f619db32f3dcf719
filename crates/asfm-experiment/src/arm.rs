//! Arms: the base scenario with some keys changed.

use std::collections::BTreeMap;
use std::ops::Range;

use asfm_engine::{ScenarioError, Source};
use toml::{Spanned, Value};

use crate::{word, written};

/// One condition of an experiment.
#[derive(Debug, Clone, PartialEq)]
pub struct Arm {
    /// Its name, which files and tables use.
    pub name: String,
    /// What it is, for people; the name if the file says nothing.
    pub title: String,
    /// A scenario file of its own, relative to the experiment.
    pub scenario: Option<String>,
    /// The keys that are changed, with their values as TOML text.
    pub changes: Vec<(String, String)>,
    /// The arm whose runs it shares the past of, and the first day that is lived anew.
    pub branch: Option<Branch>,
    /// Whether it says something only where traders ask a language model.
    pub models_only: bool,
    /// Added to every seed: for arms that are not to be paired.
    pub seed_offset: u64,
    /// Where the file names it.
    pub(crate) span: (usize, usize),
}

/// Where an arm's runs part from another arm's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Branch {
    /// The other arm.
    pub from: usize,
    /// The first day that is lived anew.
    pub day: u32,
    /// Where the file says so.
    pub(crate) span: (usize, usize),
}

/// Reads all arms; one that varies becomes several.
pub(crate) fn read(from: &Source, written: &[written::Arm]) -> Result<Vec<Arm>, ScenarioError> {
    let mut arms: Vec<Arm> = Vec::new();
    let mut branches: Vec<Option<Spanned<written::Branch>>> = Vec::new();
    for (at, it) in written.iter().enumerate() {
        let key = |field: &str| format!("arm[{at}].{field}");
        for point in points(from, it, &key)? {
            let name = point.fill(it.name.get_ref());
            let refuse = |what: String| Err(from.error(it.name.span(), &key("name"), what));
            if let Some(blank) = point.left(it, &name) {
                let known: Vec<String> = it.vary.keys().map(|it| format!("`vary.{it}`")).collect();
                let what = format!(
                    "nothing is named `{blank}` that `{{{blank}}}` could stand for, expected one \
                     of {}",
                    known.join(", ")
                );
                return Err(from.error(it.name.span(), &format!("arm[{at}]"), what));
            }
            if !is_name(&name) {
                return refuse(format!("`{name}` is no name: expected {NAME}"));
            }
            if let Some(arm) = arms.iter().find(|arm| arm.name.eq_ignore_ascii_case(&name)) {
                return refuse(match (arm.name == name, it.vary.is_empty()) {
                    (true, true) => format!("two arms are named `{name}`"),
                    (true, false) => format!(
                        "two arms are named `{name}`: each value of `vary` needs a name of its \
                         own, as `{{{}}}` in it makes one",
                        it.vary.keys().next().map_or("", String::as_str)
                    ),
                    _ => format!(
                        "`{}` and `{name}` differ in capitals only, and not every disk tells them \
                         apart",
                        arm.name
                    ),
                });
            }
            let title = if it.title.is_empty() { name.clone() } else { point.fill(&it.title) };
            let changes = it.set.iter();
            let changes =
                changes.map(|(key, value)| (point.fill(key), point.value(value).to_string()));
            arms.push(Arm {
                name,
                title,
                scenario: it.scenario.as_ref().map(|it| point.fill(it)),
                changes: changes.collect(),
                branch: None,
                models_only: it.models_only,
                seed_offset: it.seed_offset,
                span: (it.name.span().start, it.name.span().end),
            });
            branches.push(it.branch.clone().map(|it| {
                let span = it.span();
                let written::Branch { from, day } = it.into_inner();
                Spanned::new(span, written::Branch { from: point.fill(&from), day })
            }));
        }
    }
    if arms.is_empty() {
        return Err(from.error(0..0, "arm", "expected at least one `[[arm]]`, found none"));
    }
    for (at, branch) in branches.into_iter().enumerate() {
        let Some(branch) = branch else { continue };
        let written::Branch { from: name, day } = branch.get_ref();
        let key = format!("arm `{}`: branch", arms[at].name);
        let parent = find(from, &arms, name, &branch.span(), &key)?;
        let refuse = |what: &str| Err(from.error(branch.span(), &key, what));
        if parent == at || written_branch(&arms, parent) {
            return refuse("expected an arm that is no branch itself");
        }
        if arms[parent].seed_offset != arms[at].seed_offset {
            return refuse("a branch has the seeds of the arm that it branches from");
        }
        if *day == 0 {
            return refuse("expected a day from 1 on, found 0");
        }
        if arms[parent].models_only && !arms[at].models_only {
            return refuse("a branch of an arm with `models-only` needs it, too");
        }
        arms[at].branch = Some(Branch {
            from: parent,
            day: *day,
            span: (branch.span().start, branch.span().end),
        });
    }
    Ok(arms)
}

fn written_branch(arms: &[Arm], at: usize) -> bool {
    arms[at].branch.is_some()
}

/// The place of the arm with a name.
pub(crate) fn find(
    from: &Source,
    arms: &[Arm],
    name: &str,
    span: &Range<usize>,
    key: &str,
) -> Result<usize, ScenarioError> {
    let unknown = || {
        let known: Vec<&str> = arms.iter().map(|it| it.name.as_str()).collect();
        word::unknown(from, (span.clone(), key), ("arm", name), &known)
    };
    arms.iter().position(|it| it.name == name).ok_or_else(unknown)
}

/// What a name is made of.
pub(crate) const NAME: &str = "at most 80 letters, digits, `-`, `_` and `.`, and no `.` in front";

/// Whether a word can name a file on every system.
pub(crate) fn is_name(word: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    !word.is_empty() && word.len() <= 80 && word.chars().all(plain) && !word.starts_with('.')
}

/// The values of one point of what varies.
struct Point<'v>(BTreeMap<&'v str, &'v Value>);

/// All combinations, or the values side by side; one empty point where nothing varies.
fn points<'w>(
    from: &Source,
    arm: &'w written::Arm,
    key: &impl Fn(&str) -> String,
) -> Result<Vec<Point<'w>>, ScenarioError> {
    let mut points = vec![Point(BTreeMap::new())];
    let length = arm.vary.values().next().map_or(0, |it| it.get_ref().len());
    for (name, values) in &arm.vary {
        let refuse =
            |what: &str| Err(from.error(values.span(), &key(&format!("vary.{name}")), what));
        if values.get_ref().is_empty() {
            return refuse("expected at least one value");
        }
        if arm.zip && values.get_ref().len() != length {
            let n = values.get_ref().len();
            return refuse(&format!(
                "with `zip`, expected {length} values as in the first list, found {n}"
            ));
        }
        if arm.zip {
            points.resize_with(length, || Point(BTreeMap::new()));
            for (point, value) in points.iter_mut().zip(values.get_ref()) {
                point.0.insert(name, value);
            }
            continue;
        }
        points = points
            .iter()
            .flat_map(|point| {
                values.get_ref().iter().map(|value| {
                    let mut all = point.0.clone();
                    all.insert(name.as_str(), value);
                    Point(all)
                })
            })
            .collect();
    }
    Ok(points)
}

impl Point<'_> {
    /// A `{word}` that stands for nothing, in an arm that varies.
    fn left(&self, arm: &written::Arm, name: &str) -> Option<String> {
        if self.0.is_empty() {
            return None;
        }
        let keys = arm.set.iter().map(|(key, value)| self.fill(key) + " " + &filled(self, value));
        let all = [name.to_owned(), self.fill(&arm.title)].into_iter().chain(keys);
        let scenario = arm.scenario.iter().map(|it| self.fill(it));
        let from = arm.branch.iter().map(|it| self.fill(&it.get_ref().from));
        all.chain(scenario).chain(from).find_map(|it| blank(&it))
    }

    /// A text with `{name}` replaced.
    fn fill(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, (name, value)| {
            let plain = match value {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            text.replace(&format!("{{{name}}}"), &plain)
        })
    }

    /// A value with `{name}` replaced in its texts; a text that is nothing else becomes the value.
    fn value(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => {
                let whole = text.strip_prefix('{').and_then(|it| it.strip_suffix('}'));
                match whole.and_then(|name| self.0.get(name)) {
                    Some(value) => (*value).clone(),
                    None => Value::String(self.fill(text)),
                }
            }
            Value::Array(all) => Value::Array(all.iter().map(|it| self.value(it)).collect()),
            Value::Table(all) => {
                Value::Table(all.iter().map(|(key, it)| (key.clone(), self.value(it))).collect())
            }
            other => other.clone(),
        }
    }
}

/// All texts in a value, filled.
fn filled(point: &Point<'_>, value: &Value) -> String {
    match point.value(value) {
        Value::String(text) => text,
        Value::Array(all) => all.iter().map(|it| filled(point, it)).collect::<Vec<_>>().join(" "),
        Value::Table(all) => {
            let texts = all.iter().flat_map(|(key, it)| [key.clone(), filled(point, it)]);
            texts.collect::<Vec<_>>().join(" ")
        }
        _ => String::new(),
    }
}

/// The first word in braces.
fn blank(text: &str) -> Option<String> {
    text.split('{').skip(1).find_map(|rest| {
        let word = rest.split_once('}')?.0;
        let plain = |c: char| c.is_alphanumeric() || "-_".contains(c);
        (!word.is_empty() && word.chars().all(plain)).then(|| word.to_owned())
    })
}
