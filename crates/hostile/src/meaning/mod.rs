//! Ledgers of a township, edited so that their meaning stays or nobody can be sure of it: no figure may change without
//! a finding on a row that was edited.

pub(crate) mod book;

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

use chrono::NaiveDate;
use tiexin_habits::{Edit, Figures, GAPS, Habits, OfficeFile, STEADY, TOWNSHIP, VILLAGES, edited};
use tiexin_intake::{ImportContext, Limits, Mapping, plan, read, stable_id};

use book::Book;

/// So many edits of one township are enough.
const MOST_EDITS: usize = 8;
/// Of so many townships: the figures of each before the edits are kept.
const TOWNSHIPS: u64 = 24;

/// What reading all files gave: the figures, and for each file whether it was refused and which rows are told.
struct Outcome {
    figures: Figures,
    told: BTreeSet<(usize, Option<String>, u32)>,
    /// What is said of a file or a sheet as a whole.
    noticed: BTreeSet<(usize, Option<String>, &'static str)>,
}

fn read_all(files: &[OfficeFile]) -> Outcome {
    let today = NaiveDate::from_ymd_opt(2026, 11, 2).expect("a day");
    let mapping = Mapping::default();
    let villages = VILLAGES.iter().map(|(code, name, _)| (*code, *name));
    let mut book = Book::empty(villages.chain([(TOWNSHIP, "刘集镇")]));
    let (mut told, mut noticed) = (BTreeSet::new(), BTreeSet::new());
    for (at, file) in files.iter().enumerate() {
        let Ok(workbook) = read(&file.bytes, &file.name, &Limits::default()) else {
            noticed.insert((at, None, "unread"));
            continue;
        };
        let scope = TOWNSHIP.parse().expect("a region code");
        let context = ImportContext {
            scope,
            today: Some(today),
            latest: today,
            kind: None,
            mapping: &mapping,
            lookup: &book,
            ids: &stable_id,
            watch: None,
        };
        let planned = plan(&workbook, &context).expect("nobody stops it");
        let findings = planned.findings.iter().filter(|found| !GAPS.contains(&found.code.as_str()));
        told.extend(findings.map(|found| (at, found.sheet.clone(), found.row)));
        let notices = planned.notices.iter();
        noticed.extend(notices.map(|notice| (at, notice.sheet.clone(), notice.code.as_str())));
        noticed.extend(planned.refusal().map(|_| (at, None, "refused")));
        book.write(&planned);
    }
    Outcome { figures: book.figures(), told, noticed }
}

/// What townships gave before any edit, the latest first.
type Kept = Vec<((u64, Habits), Rc<Outcome>)>;

thread_local! {
    static BEFORE: RefCell<Kept> = const { RefCell::new(Kept::new()) };
}

fn before(seed: u64, habits: Habits) -> Rc<Outcome> {
    BEFORE.with_borrow_mut(|kept| {
        if let Some((_, outcome)) = kept.iter().find(|(key, _)| *key == (seed, habits)) {
            return outcome.clone();
        }
        let outcome = Rc::new(read_all(&edited(seed, habits, &[])));
        kept.truncate(200);
        kept.insert(0, ((seed, habits), outcome.clone()));
        outcome
    })
}

/// A byte for the township, two for its habits, five for each edit.
pub(crate) fn meaning(input: &[u8]) {
    let [seed, low, high, edits @ ..] = input else { return };
    let mask = u16::from_le_bytes([*low, *high]);
    let chosen = STEADY.iter().enumerate().filter(|(bit, _)| mask & (1 << bit) != 0).map(|(_, habit)| *habit);
    let (seed, habits) = (u64::from(*seed) % TOWNSHIPS, Habits::of(&chosen.collect::<Vec<_>>()));
    let (edits, _) = edits.as_chunks::<5>();
    let edits: Vec<Edit> = edits.iter().take(MOST_EDITS).map(Edit::read).collect();
    let files = edited(seed, habits, &edits);
    let after = read_all(&files);
    let before = before(seed, habits);
    let count = |figures: &Figures, place| figures.get(place).copied().unwrap_or_default();
    let mut places = before.figures.keys().chain(after.figures.keys());
    let Some(place) = places.find(|place| count(&before.figures, place) != count(&after.figures, place))
    else {
        return;
    };
    let told = files.iter().enumerate().any(|(at, file)| {
        file.rows.iter().filter(|row| row.edited).any(|row| {
            let new = |notice: &&(usize, Option<String>, &str)| {
                notice.0 == at && (notice.1.is_none() || notice.1 == row.sheet)
            };
            after.told.contains(&(at, row.sheet.clone(), row.row))
                || after.noticed.difference(&before.noticed).any(|notice| new(&notice))
        })
    });
    let (was, is) = (count(&before.figures, place), count(&after.figures, place));
    assert!(told, "{habits}: {place:?} was {was} and is {is}, and nothing is told; {edits:?}");
}
