//! Sums in a fixed order. Eight partial sums run side by side, so the order
//! depends on nothing but the length, and the compiler may use vector units.

const LANES: usize = 8;

/// Sum of `f(x_i, y_i)`.
#[inline]
fn fold2(x: &[f64], y: &[f64], f: impl Fn(f64, f64) -> f64) -> f64 {
    let n = x.len().min(y.len());
    let (x, y) = (&x[..n], &y[..n]);
    let mut lanes = [0.0; LANES];
    let (head_x, tail_x) = x.as_chunks::<LANES>();
    let (head_y, tail_y) = y.as_chunks::<LANES>();
    for (a, b) in head_x.iter().zip(head_y) {
        for (lane, (&a, &b)) in lanes.iter_mut().zip(a.iter().zip(b)) {
            *lane += f(a, b);
        }
    }
    let tail: f64 = tail_x.iter().zip(tail_y).map(|(&a, &b)| f(a, b)).sum();
    let [a, b, c, d, e, g, h, i] = lanes;
    (((a + b) + (c + d)) + ((e + g) + (h + i))) + tail
}

/// Sum of `x`.
pub(crate) fn sum(x: &[f64]) -> f64 {
    fold2(x, x, |a, _| a)
}

/// Scalar product over the shorter length.
pub(crate) fn dot(x: &[f64], y: &[f64]) -> f64 {
    fold2(x, y, |a, b| a * b)
}

/// Sum of squared products over the shorter length.
pub(crate) fn dot_squared(x: &[f64], y: &[f64]) -> f64 {
    fold2(x, y, |a, b| (a * b) * (a * b))
}

/// Mean of values known to be there.
pub(crate) fn mean(x: &[f64]) -> f64 {
    sum(x) / x.len() as f64
}

/// Deviations from the mean; their own mean is removed once more, which makes
/// the result accurate to the last digits.
pub(crate) fn deviations(x: &[f64]) -> Vec<f64> {
    let m = mean(x);
    let mut e: Vec<f64> = x.iter().map(|it| it - m).collect();
    let rest = mean(&e);
    for it in &mut e {
        *it -= rest;
    }
    e
}

/// Sum of squared deviations from the mean.
pub(crate) fn sum_squares(x: &[f64]) -> f64 {
    let e = deviations(x);
    dot(&e, &e)
}

/// Variance with divisor n - 1.
pub(crate) fn variance(x: &[f64]) -> f64 {
    sum_squares(x) / (x.len() as f64 - 1.0)
}

/// Absolute values.
pub(crate) fn abs(x: &[f64]) -> Vec<f64> {
    x.iter().map(|it| it.abs()).collect()
}

/// Squares.
pub(crate) fn squares(x: &[f64]) -> Vec<f64> {
    x.iter().map(|it| it * it).collect()
}

/// Ascending copy.
pub(crate) fn sorted(x: &[f64]) -> Vec<f64> {
    let mut x = x.to_vec();
    x.sort_unstable_by(f64::total_cmp);
    x
}

/// Running sums of `x`, one per value.
pub(crate) fn cumulated(x: &[f64]) -> Vec<f64> {
    x.iter()
        .scan(0.0, |sum, it| {
            *sum += it;
            Some(*sum)
        })
        .collect()
}

/// Slope, intercept, R squared and standard error of the slope of a line.
pub(crate) struct Line {
    pub(crate) slope: f64,
    pub(crate) r2: f64,
    pub(crate) slope_se: f64,
}

/// Least-squares line of `y` on `x`; `None` if `x` does not vary or fewer than two points.
pub(crate) fn line(x: &[f64], y: &[f64]) -> Option<Line> {
    if x.len() < 2 {
        return None;
    }
    let (ex, ey) = (deviations(x), deviations(y));
    let (sxx, sxy, syy) = (dot(&ex, &ex), dot(&ex, &ey), dot(&ey, &ey));
    if sxx <= 0.0 {
        return None;
    }
    let slope = sxy / sxx;
    let residual: Vec<f64> = ex.iter().zip(&ey).map(|(x, y)| y - slope * x).collect();
    let df = (x.len() as f64 - 2.0).max(1.0);
    let r2 = if syy > 0.0 { sxy * sxy / (sxx * syy) } else { 0.0 };
    Some(Line { slope, r2, slope_se: (dot(&residual, &residual) / df / sxx).sqrt() })
}
