/// Places in a list by id: put in order once, found by halving. No hashing, for ids come from strangers and lists are short.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ids {
    order: Vec<usize>,
    /// Whether some id is there more than once.
    are_shared: bool,
}

impl Ids {
    /// Of a list of so many; `id` gives the id of each.
    pub(crate) fn new<'i>(len: usize, id: impl Fn(usize) -> &'i str) -> Self {
        let mut order: Vec<usize> = (0..len).collect();
        order.sort_by(|&a, &b| id(a).cmp(id(b)));
        let are_shared = order.iter().zip(order.iter().skip(1)).any(|(&a, &b)| id(a) == id(b));
        Ids { order, are_shared }
    }

    /// Whether some id is there more than once.
    pub(crate) const fn are_shared(&self) -> bool {
        self.are_shared
    }

    /// How long the list is.
    pub(crate) fn len(&self) -> usize {
        self.order.len()
    }

    /// The places of an id; `id` is that of the list.
    pub(crate) fn all<'i>(&self, wanted: &str, id: impl Fn(usize) -> &'i str) -> &[usize] {
        let from = self.order.partition_point(|&i| id(i) < wanted);
        let rest = self.order.get(from..).unwrap_or_default();
        let count = if self.are_shared {
            rest.partition_point(|&i| id(i) <= wanted)
        } else {
            rest.first().is_some_and(|&i| id(i) == wanted).into()
        };
        rest.get(..count).unwrap_or_default()
    }

    /// The first place of an id.
    pub(crate) fn first<'i>(&self, wanted: &str, id: impl Fn(usize) -> &'i str) -> Option<usize> {
        self.all(wanted, id).first().copied()
    }
}
