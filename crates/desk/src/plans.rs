//! Import previews that wait to be written.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use tiexin_contract::import::{ColumnChoice, FilePlan};
use tiexin_domain::RegionCode;
use tiexin_intake::{Guess, LedgerPlan, Records, Workbook};
use uuid::Uuid;

/// A preview as the worker saw it.
pub(crate) struct Plan {
    pub(crate) id: Uuid,
    pub(crate) region: RegionCode,
    /// What the worker said that the sheets are lists of.
    pub(crate) kind: Option<Records>,
    /// What the worker decided about columns: kept for the next time once this is written.
    pub(crate) choices: Vec<ColumnChoice>,
    pub(crate) files: Vec<PlannedFile>,
    /// The batch as which it was written.
    pub(crate) written: OnceLock<Uuid>,
}

pub(crate) struct PlannedFile {
    pub(crate) name: String,
    /// None: the file was refused.
    pub(crate) read: Option<(Workbook, LedgerPlan)>,
    pub(crate) shown: FilePlan,
    pub(crate) mended: Mended,
}

/// Cells that were mended on the screen: tab, row and letter.
pub(crate) type Mended = BTreeSet<(Option<String>, u32, String)>;

/// Previews hold whole ledgers: the newest few are kept, in memory only.
#[derive(Default)]
pub(crate) struct Plans {
    kept: Mutex<Vec<Arc<Plan>>>,
}

const KEPT: usize = 3;

impl Plans {
    pub(crate) fn keep(&self, plan: Plan) {
        let mut kept = self.list();
        kept.push(Arc::new(plan));
        let surplus = kept.len().saturating_sub(KEPT);
        kept.drain(..surplus);
    }

    pub(crate) fn find(&self, id: Uuid) -> Option<Arc<Plan>> {
        self.list().iter().find(|plan| plan.id == id).cloned()
    }

    /// Numbers that the kept previews have compared with the book's already.
    pub(crate) fn guesses(&self) -> BTreeSet<Guess> {
        let kept = self.list();
        let ledgers = kept.iter().flat_map(|plan| &plan.files).filter_map(|file| file.read.as_ref());
        ledgers.flat_map(|(_, ledger)| ledger.guesses.iter().cloned()).collect()
    }

    pub(crate) fn forget(&self) {
        self.list().clear();
    }

    fn list(&self) -> MutexGuard<'_, Vec<Arc<Plan>>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
