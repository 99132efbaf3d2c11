//! Whose name stands on a record.

use tiexin_domain::record::Fields;

use crate::masking::RECORDED_BY_ID;
use crate::rights::At;

/// Who records it, and when.
pub(super) fn sign(at: &At, fields: &mut Fields) {
    fields.insert("recorded_by".into(), at.user.display_name.clone().into());
    fields.insert(RECORDED_BY_ID.into(), at.user.id.to_string().into());
    fields.insert("recorded_at".into(), at.now_ms.into());
}
