//! What an import does, in numbers and in words.

use crate::text::count;
use std::collections::BTreeSet;
use std::rc::Rc;
use tiexin_contract::import::{ChangeRow, FilePlan, ImportPlan};

/// Rows by what becomes of them, and single values beside them.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Tally {
    pub(super) new: u64,
    pub(super) filled: u64,
    pub(super) unchanged: u64,
    pub(super) differs: u64,
    pub(super) refused: u64,
    /// Gaps of the book that the ledger fills.
    pub(super) gaps: u64,
    /// Differences of which the ledger's value is taken.
    pub(super) adopted: u64,
    /// Differences of which the book's value stays.
    pub(super) kept: u64,
}

impl Tally {
    /// Over all files; `adopted` says which differences are taken from the ledger.
    pub(super) fn of<'f>(
        files: impl IntoIterator<Item = &'f FilePlan>,
        adopted: impl Fn(&ChangeRow) -> bool,
    ) -> Tally {
        let mut all = Tally::default();
        for file in files {
            all.new += file.new;
            all.filled += file.filled;
            all.unchanged += file.unchanged;
            all.differs += file.differs;
            all.refused += file.refused;
            for change in &file.changes {
                match change.old.is_some() {
                    false => all.gaps += 1,
                    true if adopted(change) => all.adopted += 1,
                    true => all.kept += 1,
                }
            }
        }
        all
    }

    /// What the button does; none when there is nothing to write.
    pub(super) fn button(&self) -> Option<String> {
        let adopts = (self.adopted > 0).then(|| format!("采用台账 {} 处", count(self.adopted)));
        match (self.new + self.filled, adopts) {
            (0, Some(adopts)) => Some(adopts),
            // Gaps in rows that differ elsewhere.
            (0, None) if self.gaps > 0 => Some(format!("补上空缺 {} 处", count(self.gaps))),
            (0, None) => None,
            (rows, None) => Some(format!("导入 {} 行", count(rows))),
            (rows, Some(adopts)) => Some(format!("导入 {} 行，{adopts}", count(rows))),
        }
    }

    /// What has happened: zero is told as zero.
    pub(super) fn told(&self) -> String {
        let beside = match self.adopted + self.kept {
            0 => String::new(),
            _ => format!("（采用台账 {} 处，保留本机 {} 处）", count(self.adopted), count(self.kept)),
        };
        format!(
            "新增 {} 行，补上空缺 {} 行，{} 行有出入{beside}，{} 行原来就有、没有改动，{} 行等您改好再导。",
            count(self.new),
            count(self.filled),
            count(self.differs),
            count(self.unchanged),
            count(self.refused)
        )
    }
}

/// The differences that a person has ticked, by their number within the preview.
#[derive(Clone, Default, PartialEq)]
pub(super) struct Adopted(pub(super) BTreeSet<u32>);

/// A tick, or many at once.
pub(super) enum Tick {
    On(Vec<u32>),
    Off(Vec<u32>),
    /// Another preview: what was ticked stays ticked where the same is said of the same cell.
    Anew {
        before: Option<Rc<ImportPlan>>,
        now: Rc<ImportPlan>,
    },
}

impl yew::Reducible for Adopted {
    type Action = Tick;

    fn reduce(self: Rc<Self>, tick: Tick) -> Rc<Self> {
        let mut ticked = self.0.clone();
        match tick {
            Tick::On(numbers) => ticked.extend(numbers),
            Tick::Off(numbers) => {
                for number in numbers {
                    ticked.remove(&number);
                }
            }
            Tick::Anew { before, now } => {
                ticked = before.map(|before| carried(&ticked, &before, &now)).unwrap_or_default();
            }
        }
        Adopted(ticked).into()
    }
}

/// The numbers in another preview of what was ticked in the one before.
fn carried(ticked: &BTreeSet<u32>, before: &ImportPlan, now: &ImportPlan) -> BTreeSet<u32> {
    let all = |plan: &ImportPlan| {
        let changes = plan
            .files
            .iter()
            .flat_map(|file| file.changes.iter().map(|change| (file.file.clone(), change.clone())));
        changes.collect::<Vec<_>>()
    };
    let said = |(file, change): &(String, ChangeRow)| {
        let ChangeRow { sheet, row, title, field_label, old, new, .. } = change.clone();
        (file.clone(), sheet, row, title, field_label, old, new)
    };
    let chosen: Vec<_> =
        all(before).iter().filter(|(_, change)| ticked.contains(&change.number)).map(said).collect();
    all(now).iter().filter(|one| chosen.contains(&said(one))).map(|(_, change)| change.number).collect()
}
