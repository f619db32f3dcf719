//! The numbers of a figure as a table.

use crate::{Error, Figure, Shape};

/// The numbers of a figure: names above, then rows.
pub(crate) struct Values {
    pub(crate) head: Vec<String>,
    pub(crate) rows: Vec<Vec<Value>>,
}

pub(crate) enum Value {
    Name(String),
    Number(f64),
    Gap,
}

impl Value {
    fn of(it: Option<f64>) -> Self {
        it.map_or(Self::Gap, Self::Number)
    }

    /// As it is written: the shortest number that reads back the same, nothing for a gap.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Name(it) => it.clone(),
            Self::Number(it) => it.to_string(),
            Self::Gap => String::new(),
        }
    }
}

impl Figure {
    /// The numbers of the figure as comma-separated values (RFC 4180, lines ending in `\n`).
    ///
    /// Gaps are empty; percentages are shares of one. A text that a spreadsheet would take for a
    /// formula begins with an apostrophe.
    pub fn csv(&self) -> Result<String, Error> {
        self.check()?;
        Ok(self.csv_unchecked())
    }

    /// The same, of a figure that has been checked.
    pub(crate) fn csv_unchecked(&self) -> String {
        let values = self.values();
        let mut out = String::new();
        let mut line = |cells: Vec<String>| {
            out.push_str(&cells.join(","));
            out.push('\n');
        };
        line(values.head.iter().map(|it| quoted(it)).collect());
        for row in values.rows {
            let cell = |it: &Value| match it {
                Value::Name(it) => quoted(it),
                Value::Number(_) | Value::Gap => it.text(),
            };
            line(row.iter().map(cell).collect());
        }
        out
    }

    pub(crate) fn values(&self) -> Values {
        match &self.shape {
            Shape::Lines { x, series, below } => {
                let mut table = Values::over(&self.x.label, x.iter().map(|it| Value::Number(*it)));
                for it in series {
                    table.series(it);
                }
                if let Some(it) = below {
                    table.column(it.name.clone(), &it.y);
                }
                table
            }
            Shape::Bars { categories, series } => {
                let names = categories.iter().map(|it| Value::Name(it.clone()));
                let mut table = Values::over(&self.x.label, names);
                for it in series {
                    table.series(it);
                }
                table
            }
            Shape::Intervals { rows, .. } => {
                let head = [self.y.label.as_str(), "value", "low", "high", "measurements"];
                let rows = rows.iter().map(|it| {
                    let points: Vec<String> = it.points.iter().map(f64::to_string).collect();
                    let mut row = vec![Value::Name(it.label.clone())];
                    row.extend([it.value, it.lo, it.hi].map(Value::Number));
                    row.push(Value::Name(points.join(" ")));
                    row
                });
                Values { head: head.map(str::to_owned).to_vec(), rows: rows.collect() }
            }
            Shape::Histogram { edges, counts, .. } => {
                let head = ["from", "to", "count"].map(str::to_owned).to_vec();
                let bins = edges.windows(2).zip(counts);
                let rows = bins.map(|(ends, n)| [ends[0], ends[1], *n].map(Value::Number).into());
                Values { head, rows: rows.collect() }
            }
            Shape::Network { nodes, links, .. } => {
                let mut others: Vec<Vec<&str>> = vec![Vec::new(); nodes.len()];
                for (a, b) in links {
                    let (a, b) = (*a as usize, *b as usize);
                    others[a].push(&nodes[b].name);
                    others[b].push(&nodes[a].name);
                }
                let head = ["node", self.y.label.as_str(), "links", "linked with"];
                let rows = nodes.iter().zip(others).map(|(it, others)| {
                    vec![
                        Value::Name(it.name.clone()),
                        Value::of(it.value),
                        Value::Number(crate::scale::count(others.len())),
                        Value::Name(others.join(" ")),
                    ]
                });
                Values { head: head.map(str::to_owned).to_vec(), rows: rows.collect() }
            }
        }
    }
}

impl Values {
    fn over(name: &str, first: impl Iterator<Item = Value>) -> Self {
        Self { head: vec![name.to_owned()], rows: first.map(|it| vec![it]).collect() }
    }

    fn series(&mut self, it: &crate::Series) {
        self.column(it.name.clone(), &it.y);
        if let Some((low, high)) = &it.band {
            self.column(format!("{} low", it.name), low);
            self.column(format!("{} high", it.name), high);
        }
    }

    fn column(&mut self, name: String, all: &[Option<f64>]) {
        self.head.push(name);
        for (row, it) in self.rows.iter_mut().zip(all) {
            row.push(Value::of(*it));
        }
    }
}

fn quoted(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r'])
        && text.parse::<f64>().is_err()
        && !text.split(' ').all(|it| it.parse::<f64>().is_ok());
    let text = if is_formula { format!("'{text}") } else { text.to_owned() };
    if text.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_quoted_where_it_must_be() {
        assert_eq!(quoted("a,b"), "\"a,b\"");
        assert_eq!(quoted("say \"a\""), "\"say \"\"a\"\"\"");
        assert_eq!(quoted("=1+1"), "'=1+1");
        assert_eq!(quoted("-0.5 0.25"), "-0.5 0.25");
    }
}
