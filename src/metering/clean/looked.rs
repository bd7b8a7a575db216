//! How many readings are looked at to settle what follows another: counted where it is tested, and nothing anywhere else.

#[inline(always)]
pub(super) fn note() {
    #[cfg(test)]
    COUNT.set(COUNT.get() + 1);
}

#[cfg(test)]
thread_local! {
    pub(crate) static COUNT: std::cell::Cell<u64> = const { std::cell::Cell::new(0) };
}
