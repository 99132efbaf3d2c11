//! A preview while its page is left: kept until the desk is locked or somebody signs out.

use super::tally::Adopted;
use crate::transport::{Listening, listen};
use std::cell::RefCell;
use std::rc::Rc;
use tiexin_contract::Event;
use tiexin_contract::import::{CellMended, ColumnChoice, FileGiven, ImportPlan};
use tiexin_domain::RegionCode;

/// All that a worker has done in a preview.
#[derive(Clone, PartialEq)]
pub(super) struct Kept {
    pub(super) region: RegionCode,
    pub(super) plan: Rc<ImportPlan>,
    pub(super) files: Vec<FileGiven>,
    pub(super) mapping: Vec<ColumnChoice>,
    pub(super) mended: Vec<CellMended>,
    pub(super) kind: Option<String>,
    pub(super) adopted: Adopted,
}

thread_local! {
    static KEPT: RefCell<Option<(Kept, Listening)>> = const { RefCell::new(None) };
}

/// Keeps it in the place of what was kept before; nothing, when there is no preview.
pub(super) fn keep(kept: Option<Kept>) {
    let kept = kept.map(|kept| {
        // The desk forgets its previews then, and nobody else may see whom this one names.
        let hearing = listen(|event| {
            if matches!(event, Event::SignedOut) {
                KEPT.take();
            }
        });
        (kept, hearing)
    });
    KEPT.replace(kept);
}

/// The preview for this region.
pub(super) fn kept(region: &RegionCode) -> Option<Kept> {
    KEPT.with_borrow(|kept| kept.as_ref().map(|(kept, _)| kept.clone())).filter(|kept| kept.region == *region)
}
