//! The simplex search of Nelder and Mead, with restarts.

/// Where a search ended.
pub(crate) struct Minimum {
    pub(crate) at: Vec<f64>,
    pub(crate) value: f64,
}

/// Minimises `f` from `start`: restarts the simplex at the best point until a
/// restart gains less than `tolerance`. Values that are not finite count as
/// infinitely bad.
pub(crate) fn minimise(
    f: impl Fn(&[f64]) -> f64,
    start: &[f64],
    step: f64,
    tolerance: f64,
) -> Minimum {
    let f = |x: &[f64]| {
        let value = f(x);
        if value.is_finite() { value } else { f64::INFINITY }
    };
    let mut best = Minimum { at: start.to_vec(), value: f(start) };
    let mut step = step;
    for _ in 0..8 {
        let next = simplex(&f, &best.at, step, tolerance);
        let gain = best.value - next.value;
        if next.value <= best.value {
            best = next;
        }
        if gain < 10.0 * tolerance {
            break;
        }
        step *= 0.3;
    }
    best
}

fn simplex(f: &impl Fn(&[f64]) -> f64, start: &[f64], step: f64, tolerance: f64) -> Minimum {
    let k = start.len();
    let mut points: Vec<(f64, Vec<f64>)> = (0..=k)
        .map(|i| {
            let mut x = start.to_vec();
            if i > 0 {
                x[i - 1] += step * x[i - 1].abs().max(0.25);
            }
            (f(&x), x)
        })
        .collect();
    let towards = |from: &[f64], to: &[f64], t: f64| -> Vec<f64> {
        from.iter().zip(to).map(|(a, b)| a + t * (b - a)).collect()
    };
    for _ in 0..400 * k {
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        if points[k].0 - points[0].0 < tolerance && spread(&points) < 1e-6 {
            break;
        }
        let centre: Vec<f64> =
            (0..k).map(|j| points[..k].iter().map(|it| it.1[j]).sum::<f64>() / k as f64).collect();
        let worst = points[k].1.clone();
        let reflected = towards(&centre, &worst, -1.0);
        let value = f(&reflected);
        if value < points[0].0 {
            let further = towards(&centre, &worst, -2.0);
            let expanded = f(&further);
            points[k] = if expanded < value { (expanded, further) } else { (value, reflected) };
        } else if value < points[k - 1].0 {
            points[k] = (value, reflected);
        } else {
            let outside = value < points[k].0;
            let nearer = towards(&centre, &worst, if outside { -0.5 } else { 0.5 });
            let contracted = f(&nearer);
            if contracted < value.min(points[k].0) {
                points[k] = (contracted, nearer);
            } else {
                let best = points[0].1.clone();
                for it in &mut points[1..] {
                    it.1 = towards(&best, &it.1, 0.5);
                    it.0 = f(&it.1);
                }
            }
        }
    }
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (value, at) = points.swap_remove(0);
    Minimum { at, value }
}

/// Largest distance of a corner from the best one, relative to its size.
fn spread(points: &[(f64, Vec<f64>)]) -> f64 {
    let best = &points[0].1;
    points[1..]
        .iter()
        .flat_map(|it| it.1.iter().zip(best).map(|(a, b)| (a - b).abs() / b.abs().max(1.0)))
        .fold(0.0, f64::max)
}
