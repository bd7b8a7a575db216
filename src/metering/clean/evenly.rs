//! Readings that follow each other evenly: looked at eight at a time, without a branch between them.

/// So many readings are looked at together, and so many where least and greatest rise are wanted.
const GROUP: usize = 8;
const LONG_GROUP: usize = 16;

/// How many readings after the first come at a distance of `ms` each and rise by `least` to `most`. NaN does not.
///
/// Two lanes of plain arithmetic and one branch a group, which is what compilers turn into vectors.
pub(super) fn evenly(time: &[i64], value: &[f64], ms: i64, (least, most): (f64, f64)) -> usize {
    let (Some((&first, later)), Some((_, higher))) = (time.split_first(), value.split_first()) else { return 0 };
    let rows = later.as_chunks::<GROUP>().0.iter().zip(value.as_chunks::<GROUP>().0).zip(higher.as_chunks::<GROUP>().0);
    let (mut due, mut even) = (first, 0);
    for ((time, low), high) in rows {
        if !are_even(time, due, ms, low, high, (least, most)) {
            break;
        }
        due = due.wrapping_add(ms.wrapping_mul(GROUP as i64));
        even += GROUP;
    }
    // In the next group it ends.
    let rest = later.iter().zip(value).zip(higher).skip(even).take(GROUP).enumerate();
    let odd = rest.fold(1 << GROUP, |odd: u32, (i, ((&time, &low), &high))| {
        due = due.wrapping_add(ms);
        odd | u32::from(is_odd(time, due, high - low, (least, most)) != 0) << i
    });
    even + (odd.trailing_zeros() as usize).min(later.len().min(higher.len()).saturating_sub(even))
}

#[inline(always)]
fn are_even(
    time: &[i64; GROUP],
    before: i64,
    ms: i64,
    low: &[f64; GROUP],
    high: &[f64; GROUP],
    range: (f64, f64),
) -> bool {
    let mut odd = [0; 2];
    let mut due = [before.wrapping_add(ms), before.wrapping_add(ms.wrapping_mul(2))];
    let pairs = time.as_chunks::<2>().0.iter().zip(low.as_chunks::<2>().0).zip(high.as_chunks::<2>().0);
    for ((time, low), high) in pairs {
        odd[0] |= is_odd(time[0], due[0], high[0] - low[0], range);
        odd[1] |= is_odd(time[1], due[1], high[1] - low[1], range);
        due = [due[0].wrapping_add(ms.wrapping_mul(2)), due[1].wrapping_add(ms.wrapping_mul(2))];
    }
    odd[0] | odd[1] == 0
}

/// Something other than 0 if a reading is not due, or has risen by less or more than it may.
#[inline(always)]
fn is_odd(time: i64, due: i64, risen: f64, (least, most): (f64, f64)) -> u64 {
    (time ^ due) as u64 | if risen >= least { 0 } else { u64::MAX } | if risen <= most { 0 } else { u64::MAX }
}

/// How many readings after the first come at a distance of `ms` each and do not fall, and the least and greatest rise.
pub(super) fn rises(time: &[i64], value: &[f64], ms: i64) -> (usize, (f64, f64)) {
    let (Some((&first, later)), Some((_, higher))) = (time.split_first(), value.split_first()) else {
        return (0, (0.0, 0.0));
    };
    let (mut due, mut even) = (first, 0);
    let (mut least, mut greatest) = ([f64::INFINITY; 2], [0.0_f64; 2]);
    let rows = later
        .as_chunks::<LONG_GROUP>()
        .0
        .iter()
        .zip(value.as_chunks::<LONG_GROUP>().0)
        .zip(higher.as_chunks::<LONG_GROUP>().0);
    for ((time, low), high) in rows {
        let (mut odd, mut l, mut g, mut sum) = ([0_u64; 2], least, greatest, [0.0_f64; 2]);
        let mut next = [due.wrapping_add(ms), due.wrapping_add(ms.wrapping_mul(2))];
        let pairs = time.as_chunks::<2>().0.iter().zip(low.as_chunks::<2>().0).zip(high.as_chunks::<2>().0);
        for ((time, low), high) in pairs {
            let risen = [high[0] - low[0], high[1] - low[1]];
            odd = [odd[0] | (time[0] ^ next[0]) as u64, odd[1] | (time[1] ^ next[1]) as u64];
            l = [lesser(risen[0], l[0]), lesser(risen[1], l[1])];
            g = [greater(risen[0], g[0]), greater(risen[1], g[1])];
            sum = [sum[0] + risen[0], sum[1] + risen[1]];
            next = [next[0].wrapping_add(ms.wrapping_mul(2)), next[1].wrapping_add(ms.wrapping_mul(2))];
        }
        // NaN, and what is infinite, shows in the sum; a fall in the least.
        let sum = if (sum[0] + sum[1]).abs() < f64::INFINITY { 0 } else { u64::MAX };
        let signs = (l[0].to_bits() | l[1].to_bits()) >> 63;
        if odd[0] | odd[1] | sum | signs != 0 {
            break;
        }
        (least, greatest, even) = (l, g, even + LONG_GROUP);
        due = due.wrapping_add(ms.wrapping_mul(LONG_GROUP as i64));
    }
    let (mut least, mut greatest) = (least[0].min(least[1]), greatest[0].max(greatest[1]));
    // In the next group it ends.
    for ((&time, &low), &high) in later.iter().zip(value).zip(higher).skip(even).take(LONG_GROUP) {
        due = due.wrapping_add(ms);
        let risen = high - low;
        if time != due || !(0.0..f64::INFINITY).contains(&risen) {
            break;
        }
        (least, greatest, even) = (least.min(risen), greatest.max(risen), even + 1);
    }
    (even, (least, greatest))
}

/// The lesser of two, and of NaN and another the other: in one instruction.
#[inline(always)]
fn lesser(new: f64, old: f64) -> f64 {
    if new < old { new } else { old }
}

#[inline(always)]
fn greater(new: f64, old: f64) -> f64 {
    if new > old { new } else { old }
}
