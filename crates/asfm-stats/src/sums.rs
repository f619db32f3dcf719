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
    joined(lanes) + tail
}

fn joined([a, b, c, d, e, f, g, h]: [f64; LANES]) -> f64 {
    ((a + b) + (c + d)) + ((e + f) + (g + h))
}

/// The sum that [`sum`] gives, of values that are never held together.
#[derive(Default)]
pub(crate) struct Running {
    lanes: [f64; LANES],
    waiting: [f64; LANES],
    n_waiting: usize,
    n: usize,
}

impl Running {
    pub(crate) fn add(&mut self, it: f64) {
        self.n += 1;
        self.waiting[self.n_waiting] = it;
        self.n_waiting += 1;
        if self.n_waiting == LANES {
            for (lane, it) in self.lanes.iter_mut().zip(self.waiting) {
                *lane += it;
            }
            self.n_waiting = 0;
        }
    }

    pub(crate) fn mean(&self) -> f64 {
        let tail: f64 = self.waiting[..self.n_waiting].iter().sum();
        (joined(self.lanes) + tail) / self.n as f64
    }
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

/// The mean, and the mean of what is left when it is removed: taken away one after the
/// other, they make deviations accurate to the last digits.
#[derive(Clone, Copy)]
pub(crate) struct Centre {
    mean: f64,
    rest: f64,
}

impl Centre {
    pub(crate) fn of(x: &[f64]) -> Self {
        let mean = mean(x);
        Self { mean, rest: sum_of(x, |it| it - mean) / x.len() as f64 }
    }

    /// The deviation of a value.
    #[inline]
    pub(crate) fn deviation(self, it: f64) -> f64 {
        (it - self.mean) - self.rest
    }
}

/// Sum of `f(x_i)`.
#[inline]
pub(crate) fn sum_of(x: &[f64], f: impl Fn(f64) -> f64) -> f64 {
    fold2(x, x, |it, _| f(it))
}

/// Deviations from the mean.
pub(crate) fn deviations(x: &[f64]) -> Vec<f64> {
    let centre = Centre::of(x);
    x.iter().map(|&it| centre.deviation(it)).collect()
}

/// Sum of squared deviations from the mean.
pub(crate) fn sum_squares(x: &[f64]) -> f64 {
    let centre = Centre::of(x);
    sum_of(x, |it| centre.deviation(it) * centre.deviation(it))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_running_sum_is_the_sum() {
        let x: Vec<f64> = (0..45_u32).map(|it| f64::from(it * it % 13) / 7.0 - 0.6).collect();
        for n in 1..x.len() {
            let mut running = Running::default();
            x[..n].iter().for_each(|&it| running.add(it));
            assert_eq!(running.mean().to_bits(), mean(&x[..n]).to_bits(), "{n} values");
        }
    }
}
