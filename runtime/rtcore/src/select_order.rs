//! The two orders of a select statement: the one in which its channels are tried, and the one in which they are locked.

/// Fills `poll` with a random permutation of the cases for which `is_live` holds and returns how many there are.
/// `random(n)` is below `n`.
pub fn shuffle(
    poll: &mut [u16],
    cases: usize,
    mut is_live: impl FnMut(usize) -> bool,
    mut random: impl FnMut(u32) -> u32,
) -> usize {
    let mut live = 0;
    for case in 0..cases {
        if is_live(case) {
            let other = random(live as u32 + 1) as usize;
            poll[live] = poll[other];
            poll[other] = case as u16;
            live += 1;
        }
    }
    live
}

/// Sorts `order` by `key` (the address of a case's channel) by heap sort: no recursion, no scratch memory.
pub fn sort_by_key(order: &mut [u16], key: impl Fn(u16) -> usize) {
    for root in (0..order.len() / 2).rev() {
        sift_down(order, root, &key);
    }
    for end in (1..order.len()).rev() {
        order.swap(0, end);
        sift_down(&mut order[..end], 0, &key);
    }
}

fn sift_down(heap: &mut [u16], mut i: usize, key: &impl Fn(u16) -> usize) {
    loop {
        let mut greatest = i;
        for child in [2 * i + 1, 2 * i + 2] {
            if child < heap.len() && key(heap[child]) > key(heap[greatest]) {
                greatest = child;
            }
        }
        if greatest == i {
            return;
        }
        heap.swap(i, greatest);
        i = greatest;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shuffles_only_live_cases_and_reaches_every_order() {
        let mut seen = std::collections::HashSet::new();
        let mut state = 3u64;
        for _ in 0..2000 {
            let mut poll = [0u16; 5];
            let n = shuffle(
                &mut poll,
                5,
                |c| c != 1 && c != 4,
                |n| {
                    state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                    (state >> 33) as u32 % n
                },
            );
            assert_eq!(n, 3);
            let mut sorted = poll[..3].to_vec();
            sorted.sort();
            assert_eq!(sorted, [0, 2, 3]);
            seen.insert(poll[..3].to_vec());
        }
        assert_eq!(seen.len(), 6);
    }

    #[test]
    fn sorts_by_address() {
        let addresses = [90usize, 10, 50, 10, 70, 30];
        let mut order = [0u16, 1, 2, 3, 4, 5];
        sort_by_key(&mut order, |c| addresses[c as usize]);
        let sorted: Vec<usize> = order.iter().map(|&c| addresses[c as usize]).collect();
        assert_eq!(sorted, [10, 10, 30, 50, 70, 90]);
        sort_by_key(&mut [], |_| 0);
    }
}
