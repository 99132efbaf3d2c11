//! What a book says, in sentences that can be compared.

use std::collections::BTreeSet;

use tiexin_store::Book;
use uuid::Uuid;

use super::trouble;
use tiexin_testkit::window::Trouble;

/// Everything that a desk must not lose, each a sentence.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct State(BTreeSet<String>);

/// More changes than a session makes.
const MANY: usize = 1 << 20;
/// The book is opened again for every image: that alone is no difference.
const OPENING: [&str; 3] = ["sign_in", "sign_in_failed", "book_made"];

impl State {
    /// `known`: records that may be there.
    pub(super) fn of(book: &Book, known: &[Uuid]) -> Result<State, Trouble> {
        let mut all = BTreeSet::new();
        for id in known {
            if let Some(record) = book.get(*id).map_err(trouble)? {
                all.insert(format!("record {}", serde_json::to_string(&record).map_err(trouble)?));
            }
        }
        for mut change in book.outbox_batch(MANY, usize::MAX).map_err(trouble)? {
            // A book that is put back from nothing but its database counts anew.
            change.id.incarnation = Uuid::nil();
            all.insert(format!("waits {}", serde_json::to_string(&change).map_err(trouble)?));
        }
        for entry in book.audit(None, MANY).map_err(trouble)? {
            if !OPENING.contains(&entry.act.as_str()) {
                all.insert(format!("audit {}", serde_json::to_string(&entry).map_err(trouble)?));
            }
        }
        for batch in book.batches().map_err(trouble)? {
            all.insert(format!("batch {batch:?}"));
        }
        for cursor in book.cursors().map_err(trouble)? {
            all.insert(format!("cursor {cursor:?}"));
        }
        let sync = book.sync_state().map_err(trouble)?;
        all.insert(format!("sent {} conflicts {} parked {}", sync.unread, sync.conflicts, sync.parked));
        Ok(State(all))
    }

    /// Only the records.
    pub(super) fn records(&self) -> State {
        State(self.0.iter().filter(|line| line.starts_with("record ")).cloned().collect())
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// What one says and the other does not, some of it.
    pub(super) fn differs(&self, other: &State) -> String {
        let short = |line: &String| line.chars().take(160).collect::<String>();
        let some = |a: &State, b: &State| a.0.difference(&b.0).take(3).map(short).collect::<Vec<_>>();
        format!("too much: {:?}, missing: {:?}", some(self, other), some(other, self))
    }

    /// Between two states, as a long act of several transactions leaves it: what both hold of records, changes
    /// and audit is there, and nothing is there that neither holds.
    pub(super) fn between(&self, before: &State, after: &State) -> bool {
        let kept = |line: &&String| !line.starts_with("cursor ") && !line.starts_with("sent ");
        let both = before.0.intersection(&after.0).filter(kept).all(|line| self.0.contains(line));
        both && self.0.iter().filter(kept).all(|line| before.0.contains(line) || after.0.contains(line))
    }
}
