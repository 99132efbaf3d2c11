//! What occurred, counted: coverage is not assumed.

use std::collections::BTreeMap;
use std::sync::Mutex;

use tiexin_protocol::Verdict;
use tiexin_protocol::wire::{ChangeVerdict, PageEntry, ScopePage};

/// How often each fault, verdict and merge occurred; and which faults met in one run.
#[derive(Default)]
pub(crate) struct Tally {
    counts: Mutex<BTreeMap<String, u64>>,
}

impl Tally {
    pub(crate) fn count(&self, what: &str) {
        let mut counts = self.counts.lock().expect("tally");
        match counts.get_mut(what) {
            Some(n) => *n += 1,
            None => {
                counts.insert(what.to_owned(), 1);
            }
        }
    }

    pub(crate) fn verdict(&self, told: &ChangeVerdict) {
        let what = match &told.verdict {
            Verdict::Applied { instead: Some(_), .. } => "verdict applied to the one that stays".to_owned(),
            Verdict::Applied { elsewhere: Some(_), .. } => "verdict applied elsewhere".to_owned(),
            Verdict::Applied { .. } => "verdict applied".to_owned(),
            Verdict::Conflict { code, .. } => format!("verdict conflict {code}"),
            Verdict::Parked { code, .. } => format!("verdict parked {code:?}"),
        };
        self.count(&what);
        if told.duplicate {
            self.count("verdict told again");
        }
    }

    pub(crate) fn page(&self, page: &ScopePage) {
        if page.rebase {
            self.count("page rebase");
        }
        for entry in &page.entries {
            self.count(match entry {
                PageEntry::Full(entry) if entry.meant.is_some() => "entry follows a merge",
                PageEntry::Full(entry) if entry.moved.is_some() => "entry came from another township",
                PageEntry::Full(entry) if !entry.overwrote.is_empty() => "entry overwrote",
                PageEntry::Full(_) => "entry full",
                PageEntry::Echo { .. } => "entry echo",
                PageEntry::Hidden { .. } => "entry hidden",
                PageEntry::Crossed { record: Some(_), .. } => "entry came into view",
                PageEntry::Crossed { record: None, .. } => "entry left view",
            });
        }
    }

    pub(crate) fn counts(&self) -> BTreeMap<String, u64> {
        self.counts.lock().expect("tally").clone()
    }
}

/// Sums of many runs, and in how many runs each pair of faults met.
#[derive(Default)]
pub(crate) struct Summary {
    pub(crate) seeds: u64,
    pub(crate) steps: u64,
    pub(crate) counts: BTreeMap<String, u64>,
    pub(crate) pairs: BTreeMap<(String, String), u64>,
}

impl Summary {
    pub(crate) fn add(&mut self, steps: u64, tally: &Tally) {
        self.seeds += 1;
        self.steps += steps;
        let counts = tally.counts();
        let faults: Vec<&String> = counts.keys().filter(|k| is_fault(k)).collect();
        for (i, a) in faults.iter().enumerate() {
            for b in &faults[i + 1..] {
                *self.pairs.entry(((*a).clone(), (*b).clone())).or_default() += 1;
            }
        }
        for (what, n) in counts {
            *self.counts.entry(what).or_default() += n;
        }
    }

    /// Lines for people.
    pub(crate) fn print(&self) {
        for (what, n) in &self.counts {
            println!("{n:>10}  {what}");
        }
        let mut met: Vec<u64> = self.pairs.values().copied().collect();
        met.sort_unstable();
        let least = met.first().copied().unwrap_or(0);
        println!("{:>10}  pairs of faults that met in one run, each at least {least} times", met.len());
    }
}

fn is_fault(what: &str) -> bool {
    ["network ", "desk ", "server ", "clock ", "grant ", "disk ", "stick ", "merge "]
        .iter()
        .any(|head| what.starts_with(head))
}
