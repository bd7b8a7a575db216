use super::Point;
use std::cell::OnceCell;

/// The least and the greatest value of each block of points, worked out when somebody first looks ahead: a search for a
/// value in a range then passes over whole blocks.
#[derive(Default)]
pub(crate) struct Blocks(OnceCell<Vec<(i128, i128)>>);

/// About the square root of a day of seconds, so that blocks and the points within one cost the same.
const LENGTH: usize = 256;

impl Blocks {
    /// The next point at or after `at` that may have a value for which `may_fit(least, greatest)` holds: `at` itself, unless
    /// a whole block from there on is ruled out. Declared exchanges are never passed over.
    pub(super) fn skip(&self, points: &[Point], at: usize, may_fit: impl Fn(i128, i128) -> bool) -> usize {
        let mut at = at;
        while at.is_multiple_of(LENGTH)
            && let Some(&(least, greatest)) = self.extremes(points).get(at / LENGTH)
            && !may_fit(least, greatest)
        {
            at += LENGTH;
        }
        at.min(points.len())
    }

    fn extremes(&self, points: &[Point]) -> &[(i128, i128)] {
        self.0.get_or_init(|| {
            let extremes = |block: &[Point]| {
                if block.iter().any(|point| point.restart.is_some()) {
                    return (i128::MIN, i128::MAX);
                }
                let values = block.iter().map(|point| point.value);
                (values.clone().min().unwrap_or(i128::MIN), values.max().unwrap_or(i128::MAX))
            };
            points.chunks(LENGTH).map(extremes).collect()
        })
    }
}
