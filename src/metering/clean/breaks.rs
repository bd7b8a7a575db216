use super::{Chain, Point, register};
use std::cell::OnceCell;

/// Where points break off from the ones before them, and where an exchange is declared, worked out when somebody first looks
/// ahead: an excursion ends at one of these, and nothing between them need be looked at.
#[derive(Default)]
pub(crate) struct Breaks(OnceCell<Found>);

#[derive(Default)]
struct Found {
    breaks: Vec<usize>,
    restarts: Vec<usize>,
}

impl Breaks {
    /// The breaks from a point on.
    pub(super) fn from(&self, chain: &Chain<'_>, points: &[Point], at: usize) -> &[usize] {
        let breaks = &self.found(chain, points).breaks;
        breaks.get(breaks.partition_point(|&one| one < at)..).unwrap_or_default()
    }

    /// The next declared exchange from a point on.
    pub(super) fn restart(&self, chain: &Chain<'_>, points: &[Point], at: usize) -> Option<usize> {
        let restarts = &self.found(chain, points).restarts;
        restarts.get(restarts.partition_point(|&one| one < at)).copied()
    }

    fn found(&self, chain: &Chain<'_>, points: &[Point]) -> &Found {
        self.0.get_or_init(|| {
            let mut found = Found::default();
            for (i, pair) in points.windows(2).enumerate() {
                let [before, point] = pair else { continue };
                if register::breaks(chain, before, point) {
                    found.breaks.push(i + 1);
                }
                if point.restart.is_some() {
                    found.restarts.push(i + 1);
                }
            }
            found
        })
    }
}
