//! Writing the demo county into a book, by the store's one door.

use serde_json::json;
use tiexin_domain::region::RegionCode;
use tiexin_store::{Book, By, Save, StoreError};
use uuid::Uuid;

use super::chance::Chance;
use super::county::Peopled;
use super::record::Group;
use crate::masking::RECORDED_BY_ID;

/// Groups saved in one transaction.
const AT_ONCE: usize = 400;

/// Who noted a township's records.
pub struct Author {
    pub township: RegionCode,
    pub id: Uuid,
    pub display_name: String,
}

/// Saves every group as its township's author had noted it at its time. A township without an author is
/// left out. `progress(done, total)` counts records. Gives the number of records.
pub fn fill(
    book: &Book,
    peopled: &[Peopled],
    authors: &[Author],
    seed: u64,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<u64, StoreError> {
    let author_of = |township: &Peopled| authors.iter().find(|a| a.township == township.code);
    let count = |groups: &[Group]| groups.iter().map(Vec::len).sum::<usize>() as u64;
    let total = peopled.iter().filter(|t| author_of(t).is_some()).map(|t| count(&t.groups)).sum();
    let mut done = 0;
    progress(done, total);
    for township in peopled {
        let Some(author) = author_of(township) else { continue };
        let mut chance = Chance::new(seed, "groups");
        for groups in township.groups.chunks(AT_ONCE) {
            save(book, groups, author, &mut chance)?;
            done += count(groups);
            progress(done, total);
        }
    }
    Ok(done)
}

fn save(book: &Book, groups: &[Group], author: &Author, chance: &mut Chance) -> Result<(), StoreError> {
    book.write(|tx| {
        for group in groups {
            let noted = group.iter().map(|made| made.at_ms).max().unwrap_or_default();
            let by = By { author: author.id, now_ms: noted, group: chance.id(noted) };
            for made in group {
                let mut fields = made.fields.clone();
                fields.insert("recorded_by".into(), json!(author.display_name));
                fields.insert(RECORDED_BY_ID.into(), json!(author.id));
                fields.insert("recorded_at".into(), json!(made.at_ms));
                let save = Save { id: made.id, kind: made.kind.code().into(), fields, void: None };
                tx.save(&save, &by)?;
            }
        }
        Ok(())
    })?;
    Ok(())
}
