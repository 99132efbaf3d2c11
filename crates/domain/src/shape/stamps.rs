//! What every record has besides its noun's own fields.

use super::{Field, Holds};

/// Who recorded it and when; into what it was merged; why it is void.
pub const STAMPS: &[Field] = &[
    Field::new("recorded_by", "登记人", Holds::Text),
    Field::new("recorded_by_id", "登记人", Holds::Text),
    Field::new("recorded_at", "登记时间", Holds::Instant),
    Field::new("merged_into", "并入的登记", Holds::Reference(&[])),
    Field::new("void", "作废原因", Holds::Text).free(),
];
