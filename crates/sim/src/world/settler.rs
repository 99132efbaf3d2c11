//! A supervisor who decides on what the province did not apply: adopts it, or sends it back.

use tiexin_domain::nouns::Settlement;
use tiexin_domain::nouns::settlement::Choice;
use tiexin_domain::record::apply;
use tiexin_domain::{Kind, Noun, RegionCode};
use tiexin_store::{Save, Unsettled};

use super::saver::{Place, Saver};
use super::{Broken, broke};

impl Saver<'_> {
    pub(super) fn settle(&self, pick: u16) -> Result<(), Broken> {
        let (book, desk) = (self.book()?, &self.world.desks[self.desk]);
        let waiting = book.unsettled().map_err(broke("unsettled"))?;
        if waiting.is_empty() {
            return Ok(());
        }
        let Unsettled { told, current, .. } = waiting[usize::from(pick) % waiting.len()].clone();
        let change = told.change;
        let said = || change.set.get("region").and_then(|v| v.as_str()).and_then(|code| code.parse().ok());
        let region: Option<RegionCode> = current.as_ref().map(|record| record.region()).or_else(said);
        // Nothing of it is here and nothing tells where it was to be.
        let Some(region) = region else { return Ok(()) };
        let shown = current.filter(|record| record.void.is_none());
        let adopts =
            !pick.is_multiple_of(3) && change.void.is_none() && Kind::from_code(&change.kind).is_known();
        let mut saves = Vec::new();
        if adopts && let Some(record) = shown {
            let mut fields = record.fields;
            apply(&mut fields, &change.set);
            // Where it lies is not what was disputed.
            fields.insert("region".into(), region.to_string().into());
            saves.push(Save { id: record.id, kind: record.kind, fields, void: None });
        }
        let choice = if saves.is_empty() { Choice::Decline } else { Choice::Adopt };
        self.world.tally.count(if saves.is_empty() {
            "settled by sending back"
        } else {
            "settled by adopting"
        });
        let decision = Settlement {
            region,
            device: change.id.device,
            incarnation: change.id.incarnation,
            seq: change.id.seq,
            record: change.record,
            record_kind: Kind::from_code(&change.kind),
            author: change.author,
            author_name: None,
            choice,
            note: Some("请核对".into()),
        };
        let (id, kind) = (change.id.settlement(), Kind::Settlement.code().to_owned());
        saves.push(Save { id, kind, fields: decision.to_fields(), void: None });
        self.commit(book, desk, &saves, Vec::new(), Place::Same).map(drop)
    }
}
