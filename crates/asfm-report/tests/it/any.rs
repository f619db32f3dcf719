//! Numbers and words that nobody chose.

use asfm_report::{Axis, Block, Figure, IntervalRow, Lower, Mark, Node, Series, Shape, Tone};
use proptest::prelude::*;

use crate::page_of;

fn any_number() -> impl Strategy<Value = f64> {
    prop_oneof![
        5 => -100.0..100.0_f64,
        1 => any::<f64>(),
        1 => Just(0.0),
        1 => -1e300..1e300_f64,
    ]
}

fn any_series(n: usize) -> impl Strategy<Value = Series> {
    let values = || prop::collection::vec(prop::option::weighted(0.8, any_number()), n);
    (".{0,12}", values(), prop::option::of((values(), values())), any::<bool>())
        .prop_map(|(name, y, band, dashed)| Series { name, y, band, dashed })
}

fn any_shape() -> impl Strategy<Value = Shape> {
    let numbers = |n: usize| prop::collection::vec(any_number(), n);
    let sorted = move |n: usize| {
        numbers(n).prop_map(|mut it| {
            it.sort_by(f64::total_cmp);
            it
        })
    };
    let lines = (0..6_usize).prop_flat_map(move |n| {
        let lower =
            any_series(n).prop_map(|it| Lower { name: it.name, y: it.y, ..Lower::default() });
        (sorted(n), prop::collection::vec(any_series(n), 0..3), prop::option::of(lower))
            .prop_map(|(x, series, below)| Shape::Lines { x, series, below })
    });
    let bars = (0..6_usize).prop_flat_map(|n| {
        (prop::collection::vec(".{0,30}", n), prop::collection::vec(any_series(n), 0..3))
            .prop_map(|(categories, series)| Shape::Bars { categories, series })
    });
    let row = (".{0,60}", any_number(), any_number(), any_number(), numbers(3)).prop_map(
        |(label, value, a, b, points)| IntervalRow {
            label,
            value,
            lo: a.min(b),
            hi: a.max(b),
            points,
            tone: Tone::Neutral,
        },
    );
    let intervals =
        (prop::collection::vec(row, 0..4), any_number(), prop::option::of(any_number()))
            .prop_map(|(rows, zero, smallest)| Shape::Intervals { rows, zero, smallest });
    let histogram = (0..6_usize).prop_flat_map(move |n| {
        (
            sorted(n + 1),
            numbers(n),
            prop::option::of(prop::collection::vec((any_number(), any_number()), 0..3)),
        )
            .prop_map(|(edges, counts, overlay)| Shape::Histogram {
                edges,
                counts,
                overlay,
            })
    });
    let node =
        (".{0,9}", prop::option::of(any_number())).prop_map(|(name, value)| Node { name, value });
    let network = (
        prop::collection::vec(node, 0..6),
        prop::collection::vec((0..6_u32, 0..6_u32), 0..9),
        (any_number(), any_number()),
    )
        .prop_map(|(nodes, links, ends)| Shape::Network { nodes, links, ends });
    prop_oneof![lines, bars, intervals, histogram, network]
}

proptest! {
    #[test]
    fn any_numbers_are_drawn_or_refused(
        shape in any_shape(),
        marks in prop::collection::vec((any_number(), ".{0,9}"), 0..4),
        logs in any::<(bool, bool, bool, bool)>(),
    ) {
        let figure = Figure {
            id: "any".into(),
            title: "any".into(),
            caption: String::new(),
            x: Axis { log: logs.0 && logs.1, ..Axis::new("x") },
            y: Axis { log: logs.1 && logs.2, zero: logs.3, ..Axis::percent("y") },
            shape,
            marks: marks.into_iter().map(|(at, label)| Mark { at, label }).collect(),
        };
        if let Ok(svg) = figure.svg() {
            for it in ["NaN", "\"inf", "\"-inf", " inf", "Linf"] {
                prop_assert!(!svg.contains(it), "{it} in {svg}");
            }
            prop_assert!(page_of(vec![Block::Figure(figure)]).html().is_ok());
        }
    }
}
