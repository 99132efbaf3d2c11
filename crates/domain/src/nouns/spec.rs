//! What the store, the desk and the server need to know of a kind without its type.

use super::merge;
use super::{
    Activity, Attachment, ContactPair, Counselling, Gap, Household, InsuranceClaim, Kind, Member, Merge,
    NeedSurvey, Noun, Person, Problem, Settlement, SupportFile, Visit, Volunteer,
};
use crate::record::{Fields, MergeClass};
use crate::shape::{self, FieldShape};

/// By which a list of a kind of a newer program is ordered, and where its day stands, as far as anybody can tell.
const NAME: &str = "name";
const DATE: &str = "date";
/// By which a record names its family, also one of a kind of a newer program.
const HOUSEHOLD: &str = "household";

struct Spec {
    check: fn(&Fields) -> Result<Checked, Problem>,
    fields: fn() -> Vec<FieldShape>,
    sensitive: &'static [&'static str],
    sets: &'static [&'static str],
    long_notes: &'static [&'static str],
    /// Fields hidden unless deliberately unmasked: ID numbers and phones.
    masked: &'static [&'static str],
    /// The field that names the household, and through it the family page.
    parent: &'static [&'static str],
    /// The field that names the record's family; none: it is one itself.
    household: Option<&'static str>,
    /// The field by which a list is ordered; none: by the day, the newest first.
    sort: Option<&'static str>,
    /// The field that says on which day it happened or began.
    day: Option<&'static str>,
    /// The field that says on which day it ended, or what was agreed is due.
    until: Option<&'static str>,
    /// The field that holds a whole number to be added up.
    number: Option<&'static str>,
    /// The field by whose code records of the kind are told apart.
    category: Option<&'static str>,
    /// See [`past_dates`].
    past: &'static [&'static str],
}

fn check_as<N: Noun>(fields: &Fields) -> Result<Checked, Problem> {
    let noun = N::from_fields(fields)?;
    Ok(Checked { problems: noun.problems(), gaps: noun.gaps(), title: noun.title() })
}

/// The one table of kinds. The order of `match` is the order of [`Kind::ALL`].
fn spec(kind: &Kind) -> Option<Spec> {
    const PLAIN: Spec = Spec {
        check: |_| Err(Problem::new("", "kind_unknown", "本程序版本不认识这类记录")),
        fields: Vec::new,
        sensitive: &[],
        sets: &[],
        long_notes: &["notes"],
        masked: &[],
        parent: &[HOUSEHOLD],
        household: Some(HOUSEHOLD),
        sort: Some(NAME),
        day: Some(DATE),
        until: None,
        number: None,
        category: None,
        past: &[],
    };
    Some(match kind {
        Kind::Household => Spec {
            check: check_as::<Household>,
            fields: shape::of::<Household>,
            sets: &["kinds", "hardship"],
            masked: &["phone"],
            parent: &[merge::MERGED_INTO],
            household: None,
            sort: Some("head_name"),
            day: None,
            ..PLAIN
        },
        Kind::Person => Spec {
            check: check_as::<Person>,
            fields: shape::of::<Person>,
            sensitive: &["id_number"],
            sets: &["tags"],
            masked: &["id_number", "phone"],
            parent: &[HOUSEHOLD, merge::MERGED_INTO],
            day: Some("birth"),
            until: Some("died_on"),
            category: Some("relation"),
            past: &["birth", "died_on"],
            ..PLAIN
        },
        Kind::SupportFile => Spec {
            check: check_as::<SupportFile>,
            fields: shape::of::<SupportFile>,
            sensitive: &["category", "assistance", "code"],
            masked: &["disability_card", "phone"],
            parent: &[HOUSEHOLD, merge::MERGED_INTO],
            sort: Some("head_name"),
            day: Some("opened_on"),
            category: Some("category"),
            past: &["loss_date", "preference_on", "opened_on", "doctor_signed_on"],
            ..PLAIN
        },
        Kind::ContactPair => Spec {
            check: check_as::<ContactPair>,
            fields: shape::of::<ContactPair>,
            long_notes: &["handover_note"],
            parent: &[HOUSEHOLD, "file"],
            sort: Some("township_leader"),
            day: Some("from"),
            until: Some("to"),
            ..PLAIN
        },
        Kind::Visit => Spec {
            check: check_as::<Visit>,
            fields: shape::of::<Visit>,
            long_notes: &["note", "needs"],
            sort: None,
            until: Some("follow_up"),
            category: Some("kind"),
            ..PLAIN
        },
        Kind::NeedSurvey => Spec {
            check: check_as::<NeedSurvey>,
            fields: shape::of::<NeedSurvey>,
            sets: &["needs"],
            sort: None,
            past: &[DATE],
            ..PLAIN
        },
        Kind::InsuranceClaim => Spec {
            check: check_as::<InsuranceClaim>,
            fields: shape::of::<InsuranceClaim>,
            sort: None,
            day: Some("paid_on"),
            past: &["paid_on"],
            ..PLAIN
        },
        Kind::Counselling => Spec {
            check: check_as::<Counselling>,
            fields: shape::of::<Counselling>,
            long_notes: &["session_note"],
            sort: None,
            number: Some("score"),
            past: &[DATE],
            ..PLAIN
        },
        Kind::Member => Spec {
            check: check_as::<Member>,
            fields: shape::of::<Member>,
            sets: &["tags"],
            parent: &["person"],
            day: Some("joined"),
            until: Some("left"),
            category: Some("structure"),
            ..PLAIN
        },
        Kind::Volunteer => Spec {
            check: check_as::<Volunteer>,
            fields: shape::of::<Volunteer>,
            sets: &["skills"],
            parent: &["person"],
            day: Some("approved_on"),
            number: Some("minutes"),
            category: Some("approval"),
            past: &["approved_on"],
            ..PLAIN
        },
        Kind::Activity => Spec {
            check: check_as::<Activity>,
            fields: shape::of::<Activity>,
            sets: &["sign_ins"],
            long_notes: &["summary"],
            parent: &[],
            sort: None,
            day: Some("start"),
            until: Some("end"),
            number: Some("headcount"),
            category: Some("project"),
            ..PLAIN
        },
        // Of two people who decide differently the first one's word stands.
        Kind::Settlement => Spec {
            check: check_as::<Settlement>,
            fields: shape::of::<Settlement>,
            sensitive: &["choice"],
            long_notes: &["note"],
            parent: &[],
            ..PLAIN
        },
        // Of two who merge one pair, perhaps in opposite ways, the first one's word stands.
        Kind::Merge => Spec {
            check: check_as::<Merge>,
            fields: shape::of::<Merge>,
            sensitive: &["decision", "stays", "gives_way"],
            long_notes: &[],
            parent: &[],
            ..PLAIN
        },
        // Which bytes they are is said once: whoever says otherwise disagrees.
        Kind::Attachment => Spec {
            check: check_as::<Attachment>,
            fields: shape::of::<Attachment>,
            sensitive: &["sha256", "bytes", "thumb_sha256", "thumb_bytes", "owner"],
            long_notes: &[],
            parent: &[HOUSEHOLD, "owner"],
            sort: None,
            day: Some("taken_at"),
            number: Some("bytes"),
            category: Some("what"),
            ..PLAIN
        },
        Kind::Other(_) => return None,
    })
}

/// The merge class of a field (`sync.md`, Merge). Unknown kinds and fields are ordinary.
pub fn merge_class(kind: &str, field: &str) -> MergeClass {
    let Some(spec) = spec(&Kind::from_code(kind)) else { return MergeClass::Ordinary };
    if spec.sensitive.contains(&field) {
        MergeClass::Sensitive
    } else if spec.sets.contains(&field) {
        MergeClass::Set
    } else if spec.long_notes.contains(&field) {
        MergeClass::LongNote
    } else {
        MergeClass::Ordinary
    }
}

/// The fields of the kind, in the order in which the noun lists them; none of an unknown kind.
pub fn fields(kind: &str) -> Vec<FieldShape> {
    spec(&Kind::from_code(kind)).map(|spec| (spec.fields)()).unwrap_or_default()
}

/// Fields of the kind that are shown masked by default.
pub fn masked_fields(kind: &str) -> &'static [&'static str] {
    spec(&Kind::from_code(kind)).map(|s| s.masked).unwrap_or_default()
}

/// Fields of the kind that point to what it belongs to (a household, a person, a file).
pub fn parent_fields(kind: &str) -> &'static [&'static str] {
    spec(&Kind::from_code(kind)).map(|s| s.parent).unwrap_or_default()
}

/// The field by which a list of the kind is ordered; none: by the day, the newest first.
pub fn sort_field(kind: &str) -> Option<&'static str> {
    spec(&Kind::from_code(kind)).map_or(Some(NAME), |spec| spec.sort)
}

/// The field that says on which day a record of the kind happened or began.
pub fn day_field(kind: &str) -> Option<&'static str> {
    spec(&Kind::from_code(kind)).map_or(Some(DATE), |spec| spec.day)
}

/// The field that says on which day a record of the kind ended, or what was agreed is due.
pub fn until_field(kind: &str) -> Option<&'static str> {
    spec(&Kind::from_code(kind)).and_then(|spec| spec.until)
}

/// The field of a record of the kind that holds a whole number to be added up.
pub fn number_field(kind: &str) -> Option<&'static str> {
    spec(&Kind::from_code(kind)).and_then(|spec| spec.number)
}

/// The field that names the family of a record of the kind; none: it is one itself.
pub fn household_field(kind: &str) -> Option<&'static str> {
    spec(&Kind::from_code(kind)).map_or(Some(HOUSEHOLD), |spec| spec.household)
}

/// The field by whose code records of the kind are told apart.
pub fn category_field(kind: &str) -> Option<&'static str> {
    spec(&Kind::from_code(kind)).and_then(|spec| spec.category)
}

/// Fields of the kind that tell on which day something happened: none lies in the future. A visit's day has a rule of
/// its own; an activity may be planned, a member admitted, contacts and assistance agreed ahead.
pub fn past_dates(kind: &str) -> &'static [&'static str] {
    spec(&Kind::from_code(kind)).map(|spec| spec.past).unwrap_or_default()
}

/// Checks stored fields by the rules of their kind.
pub struct Checked {
    pub problems: Vec<Problem>,
    pub gaps: Vec<Gap>,
    pub title: String,
}

/// Runs a kind's rules over stored fields. An unknown kind is an `Err` with code `kind_unknown`.
pub fn check(kind: &str, fields: &Fields) -> Result<Checked, Problem> {
    let Some(spec) = spec(&Kind::from_code(kind)) else {
        return Err(Problem::new("", "kind_unknown", "本程序版本不认识这类记录，请更新程序"));
    };
    let mut checked = (spec.check)(fields)?;
    for (field, value) in fields {
        if value.as_str().is_some_and(|text| text.contains('\0')) {
            checked.problems.push(Problem::new(field, "text_invalid", "含有不能保存的字符，请重新输入"));
        }
    }
    Ok(checked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_kind_has_its_rules() {
        for kind in Kind::ALL {
            assert!(spec(kind).is_some(), "{kind:?}");
        }
        for kind in Kind::ALL.iter().filter(|kind| !matches!(kind, Kind::Settlement | Kind::Merge)) {
            let own: Vec<&str> = fields(kind.code()).iter().map(|field| field.name).collect();
            let told =
                [sort_field, day_field, until_field, number_field, category_field].map(|of| of(kind.code()));
            let past = past_dates(kind.code()).iter().copied();
            for field in told.into_iter().flatten().chain(past) {
                assert!(own.contains(&field), "{kind:?} has no {field}");
            }
        }
        assert!(check("pairing_of_the_future", &Fields::new()).is_err());
    }
}
