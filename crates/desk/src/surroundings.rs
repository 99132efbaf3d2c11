//! What lies around a record at this desk, for the rules that need it: the book, and what is saved along.

use tiexin_domain::around::{Around, Look, With};
use tiexin_domain::limits::Limits;
use tiexin_domain::{Fields, Record, RegionCode};
use tiexin_protocol::VoidChange;
use tiexin_store::{Book, Save, StoreError};

use crate::limits;

pub(crate) struct Surroundings<'a> {
    book: &'a Book,
    saved: Vec<Record>,
    limits: Limits,
}

impl<'a> Surroundings<'a> {
    /// `along`: what is saved with the record.
    pub(crate) fn of(book: &'a Book, along: &[Save]) -> Surroundings<'a> {
        let saved = along.iter().filter_map(as_saved).collect();
        Surroundings { book, saved, limits: limits::of(book.dir()) }
    }
}

/// A record as it will stand; `None` without a place.
pub(crate) fn as_saved(save: &Save) -> Option<Record> {
    let region: RegionCode = save.fields.get("region")?.as_str()?.parse().ok()?;
    Some(Record {
        id: save.id,
        kind: save.kind.clone(),
        scope: region.scope(),
        version: 0,
        fields: save.fields.clone(),
        void: match &save.void {
            Some(VoidChange::Hide(void)) => Some(void.clone()),
            _ => None,
        },
    })
}

impl Around for Surroundings<'_> {
    type Error = StoreError;

    fn others(&self, look: &Look, value: &str) -> Result<Vec<Record>, StoreError> {
        With::new(self.book, &self.saved).others(look, value)
    }

    fn claimants(&self, kind: &str, fields: &Fields) -> Result<Vec<Record>, StoreError> {
        With::new(self.book, &self.saved).claimants(kind, fields)
    }

    fn place(&self, region: &RegionCode) -> String {
        crate::place::name(region)
    }

    fn limits(&self) -> &Limits {
        &self.limits
    }
}
