//! What `record.flags` says of a visit, a member, a person and a support file.

use serde_json::Value;
use tiexin_domain::nouns::visit::Presence;
use tiexin_domain::record::Fields;

use super::{flag, text};

/// Bits of `flags` for a visit: whether somebody was met, and the code of 见面情况. A code of a newer program
/// has no bit of its own.
pub mod visit_flag {
    use tiexin_domain::nouns::visit::Presence;

    /// [`Presence::met`]: only such a visit is one by which a family has been seen.
    pub const MET: i64 = 1;
    pub const AT_HOME: i64 = 2;
    pub const AWAY: i64 = 4;
    pub const IN_HOSPITAL: i64 = 8;
    pub const BY_PHONE: i64 = 16;
    pub const NOT_WILLING: i64 = 32;

    pub fn of_presence(presence: &Presence) -> Option<i64> {
        Some(match presence {
            Presence::AtHome => AT_HOME,
            Presence::Away => AWAY,
            Presence::InHospital => IN_HOSPITAL,
            Presence::ByPhone => BY_PHONE,
            Presence::NotWilling => NOT_WILLING,
            Presence::Other(_) => return None,
        })
    }
}

/// Bits of `flags` for a member (F3).
pub mod member_flag {
    pub const MALE: i64 = 1;
    pub const FEMALE: i64 = 2;
    pub const INDIVIDUAL: i64 = 4;
    pub const UNIT: i64 = 8;
    pub const FLOATING: i64 = 16;
    pub const RESIDENT: i64 = 32;
    pub const LOST_CHILD: i64 = 64;
    pub const CHILDBEARING: i64 = 128;
    pub const YOUTH: i64 = 256;
}

/// Bits of `flags` for a person.
pub mod person_flag {
    pub const LUNAR: i64 = 1;
    pub const HAS_ID: i64 = 2;
}

/// Bits of `flags` for a support file.
pub mod file_flag {
    pub const ACTIVE: i64 = 1;
    pub const PHONE_ONLY: i64 = 2;
    pub const DECLINED: i64 = 4;
    pub const ANNIVERSARY: i64 = 8;
}

pub(super) fn visit_flags(f: &Fields) -> i64 {
    let presence = Presence::of(f);
    let met = if presence.met() { visit_flag::MET } else { 0 };
    visit_flag::of_presence(&presence).unwrap_or(0) | met
}

pub(super) fn member_flags(f: &Fields) -> i64 {
    use member_flag::*;
    let of = |field: &str, codes: &[(&str, i64)]| {
        let code = text(f, field).unwrap_or_default();
        codes.iter().find(|(c, _)| *c == code).map_or(0, |(_, bit)| *bit)
    };
    let tags = f.get("tags").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let tagged = |tag: &str, bit| if tags.iter().any(|t| t == tag) { bit } else { 0 };
    of("sex", &[("male", MALE), ("female", FEMALE)])
        | of("structure", &[("individual", INDIVIDUAL), ("unit", UNIT)])
        | of("residence", &[("floating", FLOATING), ("resident", RESIDENT)])
        | tagged("lost_child", LOST_CHILD)
        | tagged("childbearing", CHILDBEARING)
        | tagged("youth", YOUTH)
}

pub(super) fn file_flags(f: &Fields) -> i64 {
    use file_flag::*;
    let active = if text(f, "status").is_none_or(|s| s == "active") { ACTIVE } else { 0 };
    let wish = match text(f, "preference") {
        Some("phone_only") => PHONE_ONLY,
        Some("declined") => DECLINED,
        _ => 0,
    };
    active | wish | flag(f, "anniversary", ANNIVERSARY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flag_of_a_visit_says_what_the_noun_says() {
        for presence in Presence::ALL {
            let fields = Fields::from_iter([("presence".to_owned(), presence.code().into())]);
            assert_eq!(visit_flags(&fields) & visit_flag::MET != 0, presence.met(), "{presence:?}");
            assert!(visit_flags(&fields) & !visit_flag::MET != 0, "{presence:?}");
        }
        assert!(Presence::of(&Fields::new()).met());
    }
}
