use super::Point;
use std::cell::OnceCell;

/// The least and the greatest value of each block of points, worked out when somebody first looks ahead: a search for a
/// value in a range then passes over whole blocks.
#[derive(Default)]
pub(crate) struct Blocks(OnceCell<Vec<(f64, f64)>>);

/// About the square root of a day of seconds, so that blocks and the points within one cost the same.
const LENGTH: usize = 256;

impl Blocks {
    /// The next point at or after `at` that may have a value for which `may_fit(least, greatest)` holds: `at` itself, unless
    /// a whole block from there on is ruled out. Declared exchanges are never passed over.
    pub(super) fn skip(&self, points: &[Point], at: usize, may_fit: impl Fn(f64, f64) -> bool) -> usize {
        let mut at = at;
        while at.is_multiple_of(LENGTH)
            && let Some(&(least, greatest)) = self.extremes(points).get(at / LENGTH)
            && !may_fit(least, greatest)
        {
            at += LENGTH;
        }
        at.min(points.len())
    }

    fn extremes(&self, points: &[Point]) -> &[(f64, f64)] {
        self.0.get_or_init(|| {
            let extremes = |block: &[Point]| {
                if block.iter().any(|point| point.restart.is_some()) {
                    return (f64::NEG_INFINITY, f64::INFINITY);
                }
                let dials = block.iter().map(|point| point.dial);
                (dials.clone().fold(f64::INFINITY, f64::min), dials.fold(f64::NEG_INFINITY, f64::max))
            };
            points.chunks(LENGTH).map(extremes).collect()
        })
    }
}
