//! Bits of `flags`.

pub const ACTIVE: i64 = 1;
pub const PHONE_ONLY: i64 = 2;
pub const DECLINED: i64 = 4;
pub const ANNIVERSARY: i64 = 8;
