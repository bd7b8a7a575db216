use super::account::{Account, Booking};
use crate::metering::{
    Column,
    clean::{Blocks, Chain, Point, prepare},
};

/// One meter's run of readings, contiguous in time.
///
/// Between its *head* and its *tail* all is settled. The head is what must be kept until the piece before arrives: the
/// points up to one, the *anchor*, that is accepted whatever came before, and those that a step from the head may look
/// at. The tail is what must be kept until the piece after arrives: from the last accepted point on. A piece too short
/// to be settled is all head.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    /// The stretch `[from, until)` of which it holds all readings.
    pub window: (i64, i64),
    head: Vec<Point>,
    /// The anchor's place in the head, and what is booked from there to the first point of the tail.
    body: Option<Body>,
    /// What was found while the readings were prepared, and, in a piece without body, nothing else.
    account: Account,
}

#[derive(Clone, Debug)]
struct Body {
    anchor: usize,
    tail: Vec<Point>,
}

impl Piece {
    pub(super) fn new(chain: &Chain<'_>, column: Column<'_>, window: (i64, i64), edges: &[i64]) -> Self {
        let mut account = Account::default();
        let points = prepare(chain.meter, column, window, &mut Booking::new(&mut account, edges));
        account.points = points.len() as u64;
        let mut piece = Piece { window, head: points, body: None, account };
        piece.settle(chain, edges);
        piece
    }

    /// Carries on with the piece that follows.
    pub(super) fn join(&mut self, right: Piece, chain: &Chain<'_>, edges: &[i64]) {
        self.window.1 = right.window.1;
        self.account.add(right.account);
        match (&mut self.body, right.body) {
            // All of this piece comes before the anchor of the next.
            (None, Some(body)) => {
                let before = self.head.len();
                self.head.extend(right.head);
                self.body = Some(Body { anchor: before + body.anchor, tail: body.tail });
            }
            (None, None) => {
                self.head.extend(right.head);
                self.settle(chain, edges);
            }
            (Some(body), None) => {
                body.tail.extend(right.head);
                let end =
                    run(chain, &body.tail, 0, usize::MAX, self.window.1, &mut Booking::new(&mut self.account, edges));
                body.tail.drain(..end);
            }
            (Some(body), Some(next)) => {
                let anchor = body.tail.len() + next.anchor;
                body.tail.extend(right.head);
                // Every chain of steps passes the anchor, and the head holds what they look at.
                run(chain, &body.tail, 0, anchor, i64::MAX, &mut Booking::new(&mut self.account, edges));
                body.tail = next.tail;
            }
        }
    }

    /// Says that nothing comes before or after. Returns the account and the stretch that it knows about.
    pub(super) fn close(mut self, chain: &Chain<'_>, edges: &[i64]) -> (Account, Option<(i64, i64)>) {
        let Some(first) = self.head.first().map(|point| point.at) else { return (self.account, None) };
        let mut booking = Booking::new(&mut self.account, edges);
        let tail = match self.body {
            Some(Body { anchor, tail }) => {
                run(chain, &self.head, 0, anchor, i64::MAX, &mut booking);
                tail
            }
            None => self.head,
        };
        let last = run(chain, &tail, 0, usize::MAX, i64::MAX, &mut booking);
        let until = chain.finish(&tail, last, &mut booking);
        (self.account, Some((first, until)))
    }

    /// Looks for an anchor in a piece that is all head, and books what follows it.
    fn settle(&mut self, chain: &Chain<'_>, edges: &[i64]) {
        let Some(anchor) = chain.anchor(&self.head, self.window.1) else { return };
        let end =
            run(chain, &self.head, anchor, usize::MAX, self.window.1, &mut Booking::new(&mut self.account, edges));
        let tail = self.head.get(end..).unwrap_or_default().to_vec();
        let horizon = self.head.get(anchor).map_or(i64::MAX, |point| point.at.saturating_add(chain.reach()));
        let keep = self.head.partition_point(|point| point.at <= horizon).max(anchor + 1);
        self.head.truncate(keep);
        self.body = Some(Body { anchor, tail });
    }
}

/// Steps from point `from` to the last that can be settled, or to `stop`; books each step; returns where it stands.
fn run(
    chain: &Chain<'_>,
    points: &[Point],
    from: usize,
    stop: usize,
    complete_until: i64,
    booking: &mut Booking<'_>,
) -> usize {
    let blocks = Blocks::default();
    let mut at = from;
    while at < stop {
        let Some(next) = chain.next(points, &blocks, at, complete_until) else { break };
        chain.book(points, at, next, booking);
        at = next;
    }
    at
}
