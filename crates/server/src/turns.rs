//! Work that waits for its turn: what shares a key is never under way at once, and keeps its order.

use std::collections::{HashSet, VecDeque};
use std::hash::Hash;

/// How far the next batch is looked for: nobody reads a queue of thousands at each turn.
const LOOK: usize = 256;

/// Waiting work with the keys that it needs for itself.
struct Waiting<K, T> {
    keys: Vec<K>,
    size: usize,
    work: T,
}

/// Work that may be done together, and the keys that it holds meanwhile.
pub(crate) struct Batch<K, T> {
    pub(crate) keys: Vec<K>,
    pub(crate) work: Vec<T>,
}

/// A queue served by a few lines at once.
pub(crate) struct Turns<K, T> {
    waiting: VecDeque<Waiting<K, T>>,
    held: HashSet<K>,
    /// Batches that may begin now.
    free: usize,
    /// Most pieces of work in a batch, and most that their sizes may come to.
    most: usize,
    most_size: usize,
}

impl<K: Eq + Hash + Clone, T> Turns<K, T> {
    pub(crate) fn new(lines: usize, most: usize, most_size: usize) -> Self {
        Self { waiting: VecDeque::new(), held: HashSet::new(), free: lines, most, most_size }
    }

    /// Puts work at the end of the queue.
    pub(crate) fn wait(&mut self, keys: Vec<K>, size: usize, work: T) {
        self.waiting.push_back(Waiting { keys, size, work });
    }

    /// The next batch, if a line is free: the oldest work whose keys nobody holds and nobody before it waits for. The
    /// first piece is taken whatever its size.
    pub(crate) fn next(&mut self) -> Option<Batch<K, T>> {
        if self.free == 0 {
            return None;
        }
        let (mut batch, mut size) = (Batch { keys: Vec::new(), work: Vec::new() }, 0);
        let mut before: HashSet<K> = HashSet::new();
        let mut at = 0;
        for _ in 0..LOOK {
            if batch.work.len() == self.most {
                break;
            }
            let Some(next) = self.waiting.get(at) else { break };
            let mine = next.keys.iter().all(|key| !self.held.contains(key) && !before.contains(key));
            let fits = batch.work.is_empty() || size + next.size <= self.most_size;
            before.extend(next.keys.iter().cloned());
            if !mine || !fits {
                at += 1;
                continue;
            }
            let Some(taken) = self.waiting.remove(at) else { break };
            size += taken.size;
            batch.keys.extend(taken.keys);
            batch.work.push(taken.work);
        }
        if batch.work.is_empty() {
            return None;
        }
        self.free -= 1;
        self.held.extend(batch.keys.iter().cloned());
        Some(batch)
    }

    /// A batch has ended: its line is free, and so are its keys.
    pub(crate) fn ended(&mut self, keys: &[K]) {
        self.free += 1;
        for key in keys {
            self.held.remove(key);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn turns(lines: usize, most: usize) -> Turns<char, u32> {
        Turns::new(lines, most, 10)
    }

    fn wait(turns: &mut Turns<char, u32>, keys: &str, work: u32) {
        turns.wait(keys.chars().collect(), 1, work);
    }

    #[test]
    fn what_shares_nothing_goes_together() {
        let mut turns = turns(2, 3);
        for (keys, work) in [("a", 1), ("b", 2), ("ac", 3), ("c", 4), ("d", 5), ("e", 6)] {
            wait(&mut turns, keys, work);
        }
        let first = turns.next().unwrap();
        // 4 waits behind 3, which waits for 1.
        assert_eq!(first.work, [1, 2, 5]);
        let second = turns.next().unwrap();
        assert_eq!(second.work, [6]);
        assert!(turns.next().is_none(), "no line is free");
        turns.ended(&second.keys);
        assert!(turns.next().is_none(), "what is left waits for the first batch");
        turns.ended(&first.keys);
        assert_eq!(turns.next().unwrap().work, [3]);
    }

    #[test]
    fn a_batch_stays_small_but_large_work_is_not_left() {
        let mut turns = turns(1, 9);
        for (size, work) in [(50, 1), (6, 2), (4, 3), (1, 4)] {
            turns.wait(vec![char::from(b'a' + work as u8)], size, work);
        }
        let first = turns.next().unwrap();
        assert_eq!(first.work, [1]);
        turns.ended(&first.keys);
        assert_eq!(turns.next().unwrap().work, [2, 3]);
    }

    proptest! {
        /// Everything gets its turn, nothing twice; keys are never held twice; what shares a key keeps its order.
        #[test]
        fn everything_gets_its_turn(
            all in prop::collection::vec(prop::collection::hash_set(0u8..12, 1..4), 1..60),
            lines in 1usize..4,
            most in 1usize..5,
            ends in prop::collection::vec(any::<prop::sample::Index>(), 200),
        ) {
            let mut turns = Turns::new(lines, most, 4);
            for (work, keys) in all.iter().enumerate() {
                turns.wait(keys.iter().copied().collect(), 1 + work % 3, work);
            }
            let (mut under_way, mut begun): (Vec<Batch<u8, usize>>, Vec<usize>) = (Vec::new(), Vec::new());
            for end in ends {
                while let Some(batch) = turns.next() {
                    prop_assert!(batch.work.len() <= most);
                    under_way.push(batch);
                    begun.extend(&under_way.last().unwrap().work);
                    let held: Vec<u8> = under_way.iter().flat_map(|b| b.keys.iter().copied()).collect();
                    prop_assert_eq!(held.iter().collect::<HashSet<_>>().len(), held.len());
                    prop_assert!(under_way.len() <= lines);
                }
                if under_way.is_empty() {
                    break;
                }
                let done = under_way.swap_remove(end.index(under_way.len()));
                turns.ended(&done.keys);
            }
            let mut sorted = begun.clone();
            sorted.sort_unstable();
            prop_assert_eq!(sorted, (0..all.len()).collect::<Vec<_>>());
            for key in 0..12 {
                let order: Vec<usize> = begun.iter().copied().filter(|work| all[*work].contains(&key)).collect();
                prop_assert!(order.is_sorted());
            }
        }
    }
}
