use super::account::{Account, Booking};
use crate::metering::{
    Meter, MeterKind,
    clean::{
        Breaks, Chain, MOST_POWER, MOST_VALUE, Nowhere, Point, Rate, Rows, Stand, book_in_a_row, follow, packed,
        prepare, squeeze,
    },
};
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// One meter's run of readings, contiguous in time.
///
/// Between its *head* and its *tail* all is settled. The head is what must be kept until the piece before arrives: the
/// points up to one, the *anchor*, that is accepted whatever came before, and those that a step from the head may look
/// at. The tail is what must be kept until the piece after arrives: from the last accepted point on. A piece too short
/// to be settled is all head.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Piece {
    /// The stretch `[from, until)` of which it holds all readings.
    #[serde(with = "window")]
    pub window: (i64, i64),
    #[serde(with = "packed")]
    head: Vec<Point>,
    /// The anchor's place in the head, and what is booked from there to the first point of the tail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    body: Option<Body>,
    /// What was found while the readings were prepared, and, in a piece without body, nothing else.
    account: Account,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Body {
    #[serde(default, skip_serializing_if = "is_first")]
    anchor: usize,
    #[serde(with = "packed")]
    tail: Vec<Point>,
}

fn is_first(place: &usize) -> bool {
    *place == 0
}

/// A stretch whose ends may lie beyond all readings.
mod window {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(&(from, until): &(i64, i64), serializer: S) -> Result<S::Ok, S::Error> {
        (Some(from).filter(|from| *from != i64::MIN), Some(until).filter(|until| *until != i64::MAX))
            .serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<(i64, i64), D::Error> {
        let (from, until): (Option<i64>, Option<i64>) = Deserialize::deserialize(deserializer)?;
        Ok((from.unwrap_or(i64::MIN), until.unwrap_or(i64::MAX)))
    }
}

impl Piece {
    pub(super) fn new(chain: &Chain<'_>, rows: &Rows<'_>, window: (i64, i64), edges: &[i64]) -> Self {
        let range = rows.within(window);
        let mut account = Account::of(rows, &range);
        let mut booking = Booking::new(&mut account, edges);
        // Where ends are closed, points and rows do not stand at the same places: it goes by the points alone.
        let by_rows = chain.history.inclusive.is_none();
        let found = if by_rows { find_anchor(chain, rows, range.clone(), window) } else { None };
        let Some((head, anchor)) = found else {
            let mut head = prepare(chain.meter, rows, range, chain.of(window), &mut booking);
            squeeze(chain.meter, &mut head);
            return Piece { window, head, body: None, account };
        };
        let Some(&last) = head.get(anchor) else { return Piece { window, head, body: None, account } };
        let last = if anchor == 0 { chain.accepted(None, last) } else { last };
        let row = rows.after(chain.place(&last), range.clone());
        let passed = (window.0, last.until.saturating_add(1));
        prepare(chain.meter, rows, range.start..row, chain.of(passed), &mut booking);
        let stand = follow(chain, rows, Stand { last, row }, range.end, window.1, &mut booking);
        if rows.are_disordered() {
            return Piece { window, head: Vec::new(), body: None, account }; // it will be asked again, of rows in order
        }
        let mut tail = vec![stand.last];
        let rest = (stand.last.until.saturating_add(1), window.1);
        tail.extend(prepare(chain.meter, rows, stand.row..range.end, chain.of(rest), &mut booking));
        squeeze(chain.meter, &mut tail);
        Piece { window, head, body: Some(Body { anchor, tail }), account }
    }

    /// The account of a whole series of intervals that touch each other, as most submissions are, its two ends, and its highest
    /// rate.
    pub(super) fn in_a_row(meter: &Meter, rows: &Rows<'_>, edges: &[i64]) -> Option<(Account, (i64, i64), Rate)> {
        let mut account = Account::of(rows, &(0..rows.len()));
        let (ends, top) = book_in_a_row(meter, rows, &mut Booking::new(&mut account, edges))?;
        Some((account, ends, top))
    }

    /// Whether it is possible at all: it comes from outside, and is validated before it is used.
    pub(super) fn is_sound(&self, meter: &Meter, edges: usize) -> bool {
        let most = if meter.kind == MeterKind::Power { MOST_POWER } else { MOST_VALUE };
        let within =
            |point: &Point| point.is_sound(meter, most) && self.window.0 <= point.at && point.at < self.window.1;
        let in_order = |points: &[Point]| {
            points.iter().all(within) && points.is_sorted_by(|a, b| (a.at, a.until) < (b.at, b.until))
        };
        let body = self.body.as_ref().is_none_or(|body| {
            let anchored = self.head.get(body.anchor).zip(body.tail.first());
            in_order(&body.tail) && anchored.is_some_and(|(anchor, last)| anchor.at <= last.at)
        });
        self.window.0 <= self.window.1
            && in_order(&self.head)
            && body
            && self.account.is_sound(meter, edges.saturating_sub(1))
    }

    /// A piece without readings, that ends where it begins.
    pub(super) fn empty(at: i64) -> Self {
        Piece { window: (at, at), head: Vec::new(), body: None, account: Account::default() }
    }

    /// A piece of which nothing is settled yet, to be joined to another.
    pub(super) fn unsettled(chain: &Chain<'_>, rows: &Rows<'_>, window: (i64, i64), edges: &[i64]) -> Self {
        let mut account = Account::of(rows, &(0..rows.len()));
        let booking = &mut Booking::new(&mut account, edges);
        let mut head = prepare(chain.meter, rows, 0..rows.len(), chain.of(window), booking);
        squeeze(chain.meter, &mut head);
        Piece { window, head, body: None, account }
    }

    /// Carries on with the piece that follows.
    pub(super) fn join(&mut self, right: Piece, chain: &Chain<'_>, edges: &[i64]) {
        self.window.1 = right.window.1;
        self.account.add(right.account);
        match (&mut self.body, right.body) {
            // All of this piece comes before the anchor of the next.
            (None, Some(body)) => {
                let before = extend(chain, &mut self.head, right.head);
                self.body = Some(Body { anchor: before + body.anchor, tail: body.tail });
            }
            (None, None) => {
                extend(chain, &mut self.head, right.head);
                self.settle(chain, edges);
            }
            (Some(body), None) => {
                extend(chain, &mut body.tail, right.head);
                let booking = &mut Booking::new(&mut self.account, edges);
                let end = run(chain, &mut body.tail, 0, usize::MAX, self.window.1, booking);
                body.tail.drain(..end);
            }
            (Some(body), Some(next)) => {
                let anchor = extend(chain, &mut body.tail, right.head) + next.anchor;
                // Every chain of steps passes the anchor, and the head holds what they look at.
                let booking = &mut Booking::new(&mut self.account, edges);
                run(chain, &mut body.tail, 0, anchor, i64::MAX, booking);
                body.tail = next.tail;
            }
        }
    }

    /// Says that nothing comes before or after. Returns the account and the stretch that it knows about.
    pub(super) fn close(mut self, chain: &Chain<'_>, edges: &[i64]) -> (Account, Option<(i64, i64)>) {
        let Some(first) = self.head.first().map(|point| point.at) else { return (self.account, None) };
        let mut booking = Booking::new(&mut self.account, edges);
        first_of_all(chain, &mut self.head);
        let tail = match self.body {
            Some(Body { anchor, tail }) => {
                run(chain, &mut self.head, 0, anchor, i64::MAX, &mut booking);
                tail
            }
            None => self.head,
        };
        let mut tail = tail;
        let last = run(chain, &mut tail, 0, usize::MAX, i64::MAX, &mut booking);
        let until = chain.finish(&tail, last, &mut booking);
        (self.account, Some((first, until)))
    }

    /// Looks for an anchor in a piece that is all head, and books what follows it.
    fn settle(&mut self, chain: &Chain<'_>, edges: &[i64]) {
        let anchor = if self.window.0 == i64::MIN {
            self.head.first().map(|_| 0) // nothing comes before the beginning of time
        } else {
            chain.anchor(&self.head, self.window.1)
        };
        let Some(anchor) = anchor else { return };
        let Some(keep) = chain.keep(&self.head, anchor, self.window.1) else { return };
        let mut points = self.head.clone();
        if anchor == 0 {
            first_of_all(chain, &mut points);
        }
        let end =
            run(chain, &mut points, anchor, usize::MAX, self.window.1, &mut Booking::new(&mut self.account, edges));
        self.head.truncate(keep);
        self.body = Some(Body { anchor, tail: points.split_off(end.min(points.len())) });
    }
}

/// The first point of a series is accepted after none.
fn first_of_all(chain: &Chain<'_>, points: &mut [Point]) {
    if let Some(first) = points.first_mut() {
        *first = chain.accepted(None, *first);
    }
}

/// Adds the points that follow; what shows the same on both sides is one. Returns the place of the first of them.
fn extend(chain: &Chain<'_>, points: &mut Vec<Point>, following: Vec<Point>) -> usize {
    let before = points.len();
    let count = following.len();
    points.extend(following);
    squeeze(chain.meter, points);
    let joined = before + count - points.len();
    before.saturating_sub(joined)
}

/// The head of a piece of some rows, and the anchor's place in it: with as few points as will do.
fn find_anchor(
    chain: &Chain<'_>,
    rows: &Rows<'_>,
    range: Range<usize>,
    window: (i64, i64),
) -> Option<(Vec<Point>, usize)> {
    let mut take = if window.0 == i64::MIN { 8 } else { 256 };
    loop {
        let until = rows.end_of_group(range.start.saturating_add(take).min(range.end), range.end);
        let complete = if until < range.end { rows.key(until).0 } else { window.1 };
        let given = chain.of((window.0, complete));
        let mut points = prepare(chain.meter, rows, range.start..until, given, &mut Nowhere);
        squeeze(chain.meter, &mut points);
        // Nothing comes before the beginning of time.
        if window.0 == i64::MIN && !points.is_empty() {
            points.truncate(1);
            return Some((points, 0));
        }
        let anchor = if window.0 == i64::MIN { None } else { chain.anchor(&points, complete) };
        if let Some((anchor, keep)) = anchor.and_then(|anchor| Some((anchor, chain.keep(&points, anchor, complete)?))) {
            points.truncate(keep);
            return Some((points, anchor));
        }
        if until == range.end {
            return None;
        }
        take *= 2;
    }
}

/// Steps from point `from` to the last that can be settled, or to `stop`; books each step; returns where it stands.
fn run(
    chain: &Chain<'_>,
    points: &mut [Point],
    from: usize,
    stop: usize,
    complete_until: i64,
    booking: &mut Booking<'_>,
) -> usize {
    let breaks = Breaks::default();
    let mut at = from;
    while at < stop {
        let Some(next) = chain.next(points, &breaks, at, complete_until) else { break };
        chain.book(points, at, next, booking);
        let before = points.get(at).copied();
        if let Some(point) = points.get_mut(next) {
            *point = chain.accepted(before.as_ref(), *point);
        }
        at = next;
    }
    at
}
