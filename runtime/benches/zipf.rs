//! Who calls next: the second most active half as often as the first, the third a third as often, and so on (Zipf).

use std::cell::Cell;
use std::sync::LazyLock;

/// As many picks as are made before they come again.
const PICKS: usize = 1 << 16;
const OF: u32 = 10_000;

static PICKED: LazyLock<Vec<usize>> = LazyLock::new(|| {
    let mut sums: Vec<f64> = Vec::new();
    for rank in 1..=OF {
        sums.push(sums.last().unwrap_or(&0.0) + 1.0 / f64::from(rank));
    }
    let all = *sums.last().unwrap();
    // A linear congruential generator: the same picks in every run.
    let mut state: u32 = 1;
    let mut pick = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let drawn = f64::from(state) / f64::from(u32::MAX) * all;
        let rank = sums.partition_point(|sum| *sum < drawn);
        // The most active are not neighbours in memory.
        rank.min(OF as usize - 1) * 7919 % OF as usize
    };
    (0..PICKS).map(|_| pick()).collect()
});

thread_local! {
    static NEXT: Cell<usize> = const { Cell::new(0) };
}

/// The next one, of [`OF`].
pub(crate) fn pick<T>(of: &[T]) -> &T {
    let next = NEXT.replace((NEXT.get() + 1) % PICKS);
    &of[PICKED[next]]
}
