//! Who looks at a record.

use chrono::NaiveDate;
use tiexin_domain::access::{self, Action, Grant, User};
use tiexin_domain::record::Record;
use uuid::Uuid;

use super::RECORDED_BY_ID;

/// Who looks, with what they may do today.
#[derive(Debug, Clone)]
pub(crate) struct Reader {
    id: Uuid,
    grants: Vec<Grant>,
    today: NaiveDate,
}

impl Reader {
    pub(crate) fn of(user: &User, today: NaiveDate) -> Reader {
        Reader { id: user.id, grants: user.grants.clone(), today }
    }

    pub(super) fn wrote(&self, record: &Record) -> bool {
        record.reference(RECORDED_BY_ID) == Some(self.id)
    }

    /// Of the place where the record is: a right elsewhere says nothing of it.
    pub(super) fn oversees(&self, record: &Record) -> bool {
        access::permits(&self.grants, Action::Oversee, &record.region(), self.today)
    }
}
