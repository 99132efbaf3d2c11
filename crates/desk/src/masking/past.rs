//! What the page of a family or of a person tells of a record: whether at all, and in which words.

use tiexin_domain::nouns::merge::turn;
use tiexin_domain::record::Record;
use tiexin_domain::shape::{self, Telling};
use tiexin_domain::{Kind, PartialDate};
use tiexin_store::Concern;
use uuid::Uuid;

use super::{Lost, Reader, Shown, cover, may_see};
use crate::place;

/// Where a record that concerns a person stands: what is about them as on its own page, as others than the family's
/// worker read it; what only names them, as whoever did or got something, as on a list.
pub(crate) fn on_page_of(concern: &Concern, record: &Record) -> Shown {
    if concern.is_about(record) { Shown::Judged } else { Shown::Listed }
}

/// Whether the reader may know that it concerns them: it is theirs, or a field that says so is one that they may read.
pub(crate) fn may_concern(record: &Record, concern: &Concern, shown: Shown, reader: &Reader) -> bool {
    let says = |field: &String| concern.is_named_by(record, field) && may_see(record, field, shown, reader);
    concern.is(record) || record.fields.keys().any(says)
}

/// Whether the reader may be told of a record beside one that it names: a field that names it is one that they may
/// read, or it is there for another reason.
pub(crate) fn may_stand_beside(record: &Record, named: Uuid, reader: &Reader) -> bool {
    let naming = turn(&record.kind, &mut record.fields.clone(), named, Uuid::nil());
    naming.is_empty() || naming.iter().any(|field| may_see(record, field, Shown::Judged, reader))
}

/// On which day it happened; none where that is not said or not shown.
pub(crate) fn day_of(
    record: &Record,
    telling: &Telling,
    shown: Shown,
    reader: &Reader,
) -> Option<PartialDate> {
    telling.day(&record.fields).filter(|_| may_see(record, telling.on, shown, reader))
}

/// The sentence, of what is shown there.
pub(crate) fn sentence(
    record: &Record,
    telling: &Telling,
    shown: Shown,
    reader: &Reader,
    lost: &Lost,
) -> String {
    let kind = Kind::from_code(&record.kind);
    let Some(shape) = shape::of(&record.kind) else { return kind.word().to_owned() };
    let (fields, _) = cover(record, shown, reader, lost);
    telling.sentence(shape, kind.word(), &fields, &place::name)
}
