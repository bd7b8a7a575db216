//! Readings that follow each other evenly: looked at eight at a time, without a branch between them.

/// So many readings are looked at together.
const GROUP: usize = 8;

/// How many readings after the first come at a distance of `ms` each and neither fall nor rise by more than `most`. NaN
/// does neither.
///
/// Two lanes of plain arithmetic and one branch a group, which is what compilers turn into vectors.
pub(super) fn evenly(time: &[i64], value: &[f64], ms: i64, most: f64) -> usize {
    let (Some((&first, later)), Some((_, higher))) = (time.split_first(), value.split_first()) else { return 0 };
    let rows = later.as_chunks::<GROUP>().0.iter().zip(value.as_chunks::<GROUP>().0).zip(higher.as_chunks::<GROUP>().0);
    let (mut due, mut even) = (first, 0);
    for ((time, low), high) in rows {
        if !are_even(time, due, ms, low, high, most) {
            break;
        }
        due = due.wrapping_add(ms.wrapping_mul(GROUP as i64));
        even += GROUP;
    }
    // In the next group it ends.
    let rest = later.iter().zip(value).zip(higher).skip(even).take(GROUP).enumerate();
    let odd = rest.fold(1 << GROUP, |odd: u32, (i, ((&time, &low), &high))| {
        due = due.wrapping_add(ms);
        odd | u32::from(is_odd(time, due, high - low, most) != 0 || high < low) << i
    });
    even + (odd.trailing_zeros() as usize).min(later.len().min(higher.len()).saturating_sub(even))
}

#[inline(always)]
fn are_even(time: &[i64; GROUP], before: i64, ms: i64, low: &[f64; GROUP], high: &[f64; GROUP], most: f64) -> bool {
    let (mut odd, mut signs) = ([0; 2], [0; 2]);
    let mut due = [before.wrapping_add(ms), before.wrapping_add(ms.wrapping_mul(2))];
    let pairs = time.as_chunks::<2>().0.iter().zip(low.as_chunks::<2>().0).zip(high.as_chunks::<2>().0);
    for ((time, low), high) in pairs {
        let risen = [high[0] - low[0], high[1] - low[1]];
        odd[0] |= is_odd(time[0], due[0], risen[0], most);
        odd[1] |= is_odd(time[1], due[1], risen[1], most);
        signs[0] |= risen[0].to_bits();
        signs[1] |= risen[1].to_bits();
        due = [due[0].wrapping_add(ms.wrapping_mul(2)), due[1].wrapping_add(ms.wrapping_mul(2))];
    }
    odd[0] | odd[1] | (signs[0] | signs[1]) >> 63 == 0
}

/// Something other than 0 if a reading is not due, or has risen by more than it can; a fall shows in the sign.
#[inline(always)]
fn is_odd(time: i64, due: i64, risen: f64, most: f64) -> u64 {
    (time ^ due) as u64 | if risen <= most { 0 } else { u64::MAX }
}
