//! One noun a file. A new kind of record is one file here and one line in [`Kind`].

pub mod activity;
pub mod attachment;
pub mod contact_pair;
pub mod counselling;
pub mod follow;
pub mod household;
pub mod insurance_claim;
pub mod member;
pub mod merge;
pub mod need_survey;
pub mod person;
pub mod settlement;
pub mod support_file;
pub mod visit;
pub mod volunteer;

pub use activity::Activity;
pub use attachment::Attachment;
pub use contact_pair::ContactPair;
pub use counselling::Counselling;
pub use household::Household;
pub use insurance_claim::InsuranceClaim;
pub use member::Member;
pub use merge::Merge;
pub use need_survey::NeedSurvey;
pub use person::Person;
pub use settlement::Settlement;
pub use support_file::SupportFile;
pub use visit::Visit;
pub use volunteer::Volunteer;

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use uuid::Uuid;

use crate::codes::codes;
use crate::record::{Fields, MergeClass};
use crate::region::RegionCode;
use crate::shape::{self, FieldShape};
use crate::stored;

/// Something wrong with a field: the record cannot be saved until it is mended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Field name, as stored.
    pub field: String,
    /// Stable code.
    pub code: String,
    /// Chinese; says what to do.
    pub message: String,
}

impl Problem {
    pub fn new(field: &str, code: &str, message: impl Into<String>) -> Self {
        Self { field: field.into(), code: code.into(), message: message.into() }
    }
}

/// Something missing: the record is saved and stands on the to-do list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    pub field: String,
    pub code: String,
    /// Chinese; says what is missing.
    pub message: String,
}

impl Gap {
    pub fn new(field: &str, code: &str, message: impl Into<String>) -> Self {
        Self { field: field.into(), code: code.into(), message: message.into() }
    }
}

/// A kind of record.
pub trait Noun: Serialize + DeserializeOwned + Clone + PartialEq {
    const KIND: Kind;
    /// Where the record belongs.
    fn region(&self) -> &RegionCode;
    /// What is wrong. Empty when it may be saved.
    fn problems(&self) -> Vec<Problem>;
    /// What is missing though it may be saved.
    fn gaps(&self) -> Vec<Gap> {
        Vec::new()
    }
    /// The line by which a list or a search result names it. Never the child's name or the loss.
    fn title(&self) -> String;

    /// The stored form. Absent options leave no field.
    fn to_fields(&self) -> Fields {
        match serde_json::to_value(self) {
            Ok(serde_json::Value::Object(map)) => map,
            // Invariant: every noun is a struct with string keys.
            other => unreachable!("a noun is an object: {other:?}"),
        }
    }

    /// Reads the stored form; fields it does not know are passed over (and stay in the record).
    ///
    /// # Errors
    /// Codes `missing` and `unreadable`, with the name of the field.
    fn from_fields(fields: &Fields) -> Result<Self, Problem> {
        stored::read(fields).map_err(|wrong| {
            let code = if wrong.missing { "missing" } else { "unreadable" };
            Problem::new(wrong.field(), code, "这条记录的内容不完整或写法不对，请核对后再保存")
        })
    }
}

/// How many of whom a record is about: a person met, surveyed or insured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonRef {
    /// The person's record, when known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<Uuid>,
    /// The name as it was written.
    pub name: String,
}

codes! {
    /// The kinds this program knows.
    Kind {
        Household = "household", "家庭户";
        Person = "person", "人员";
        SupportFile = "support_file", "特殊家庭台账";
        ContactPair = "contact_pair", "双岗联系人";
        Visit = "visit", "走访";
        NeedSurvey = "need_survey", "需求调查";
        InsuranceClaim = "insurance_claim", "保险理赔";
        Counselling = "counselling", "心理健康服务";
        Member = "member", "会员";
        Volunteer = "volunteer", "志愿者";
        Activity = "activity", "活动";
        Attachment = "attachment", "附件";
        Settlement = "settlement", "处理意见";
        Merge = "merge", "合并";
    }
}

impl Kind {
    /// What people read: a kind of a newer program is not called by its code.
    pub fn word(&self) -> &str {
        if self.is_known() { self.label() } else { "新版程序的登记" }
    }
}

/// Everything the store, the desk and the server need to know of a kind without its type.
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
        parent: &["household"],
    };
    Some(match kind {
        Kind::Household => Spec {
            check: check_as::<Household>,
            fields: shape::of::<Household>,
            sets: &["kinds", "hardship"],
            masked: &["phone"],
            parent: &[merge::MERGED_INTO],
            ..PLAIN
        },
        Kind::Person => Spec {
            check: check_as::<Person>,
            fields: shape::of::<Person>,
            sensitive: &["id_number"],
            sets: &["tags"],
            masked: &["id_number", "phone"],
            parent: &["household", merge::MERGED_INTO],
            ..PLAIN
        },
        Kind::SupportFile => Spec {
            check: check_as::<SupportFile>,
            fields: shape::of::<SupportFile>,
            sensitive: &["category", "assistance", "code"],
            masked: &["disability_card", "phone"],
            parent: &["household", merge::MERGED_INTO],
            ..PLAIN
        },
        Kind::ContactPair => Spec {
            check: check_as::<ContactPair>,
            fields: shape::of::<ContactPair>,
            long_notes: &["handover_note"],
            parent: &["household", "file"],
            ..PLAIN
        },
        Kind::Visit => Spec {
            check: check_as::<Visit>,
            fields: shape::of::<Visit>,
            long_notes: &["note", "needs"],
            ..PLAIN
        },
        Kind::NeedSurvey => {
            Spec { check: check_as::<NeedSurvey>, fields: shape::of::<NeedSurvey>, sets: &["needs"], ..PLAIN }
        }
        Kind::InsuranceClaim => {
            Spec { check: check_as::<InsuranceClaim>, fields: shape::of::<InsuranceClaim>, ..PLAIN }
        }
        Kind::Counselling => Spec {
            check: check_as::<Counselling>,
            fields: shape::of::<Counselling>,
            long_notes: &["session_note"],
            ..PLAIN
        },
        Kind::Member => Spec {
            check: check_as::<Member>,
            fields: shape::of::<Member>,
            sets: &["tags"],
            parent: &["person"],
            ..PLAIN
        },
        Kind::Volunteer => Spec {
            check: check_as::<Volunteer>,
            fields: shape::of::<Volunteer>,
            sets: &["skills"],
            parent: &["person"],
            ..PLAIN
        },
        Kind::Activity => Spec {
            check: check_as::<Activity>,
            fields: shape::of::<Activity>,
            sets: &["sign_ins"],
            long_notes: &["summary"],
            parent: &[],
            ..PLAIN
        },
        // Which bytes they are is said once: whoever says otherwise disagrees.
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
        Kind::Attachment => Spec {
            check: check_as::<Attachment>,
            fields: shape::of::<Attachment>,
            sensitive: &["sha256", "bytes", "thumb_sha256", "thumb_bytes", "owner"],
            long_notes: &[],
            parent: &["household", "owner"],
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

/// Fields of the kind that tell on which day something happened: none lies in the future. A visit's day has a
/// rule of its own; an activity may be planned, a member
/// admitted, contacts and assistance agreed ahead.
pub fn past_dates(kind: &str) -> &'static [&'static str] {
    match Kind::from_code(kind) {
        Kind::Person => &["birth", "died_on"],
        Kind::SupportFile => &["loss_date", "preference_on", "opened_on", "doctor_signed_on"],
        Kind::NeedSurvey | Kind::Counselling => &["date"],
        Kind::InsuranceClaim => &["paid_on"],
        Kind::Volunteer => &["approved_on"],
        _ => &[],
    }
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

/// Whether a problem was there before an edit that touched nothing it is about. `known`: the problems of `before`.
/// A check applies when what it checks changes: an older fault holds back no other work on the record.
pub fn stood_already(problem: &Problem, known: &[Problem], before: &Fields, after: &Fields) -> bool {
    // `met.0.person` is of the field `met`.
    let field = problem.field.split('.').next().unwrap_or_default();
    let about = std::iter::once(field).chain(compared_with(field).iter().copied());
    let same = |one: &Problem| one.field == problem.field && one.code == problem.code;
    !field.is_empty()
        && about.into_iter().all(|field| before.get(field) == after.get(field))
        && known.iter().any(same)
}

/// The other fields that rules read when they find something wrong with this one.
fn compared_with(field: &str) -> &'static [&'static str] {
    match field {
        "sex" => &["id_number"],
        "end" => &["start"],
        "to" => &["from"],
        "village_worker" => &["township_leader"],
        "assessed" => &["score"],
        "status_reason" => &["status"],
        "follow_up" => &["date"],
        "contact_reason" => &["household", "presence"],
        "gives_way" => &["stays"],
        "note" => &["choice"],
        _ => &[],
    }
}

/// Trims text and drops it when nothing is left.
pub fn tidy(text: &str) -> Option<String> {
    let kept = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}' || c == '\u{200b}');
    (!kept.is_empty()).then(|| kept.to_owned())
}

/// A person's name as it is compared and stored: all spaces inside and around it are gone, `·` is one sign.
pub fn tidy_name(name: &str) -> String {
    name.chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '\u{feff}' | '\u{200b}'))
        .map(|c| if matches!(c, '•' | '・' | '‧' | '．') { '·' } else { c })
        .collect()
}

fn need_name(field: &str, name: &str, problems: &mut Vec<Problem>) {
    if tidy_name(name).is_empty() {
        problems.push(Problem::new(field, "name_missing", "请填写姓名"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_kind_has_its_rules() {
        for kind in Kind::ALL {
            assert!(spec(kind).is_some(), "{kind:?}");
        }
        assert!(check("pairing_of_the_future", &Fields::new()).is_err());
    }

    #[test]
    fn an_older_fault_is_no_obstacle_until_what_it_is_about_is_touched() {
        let of = |value: serde_json::Value| value.as_object().unwrap().clone();
        let problem = Problem::new("sex", "sex_mismatch", "");
        let before = of(serde_json::json!({"sex": "female", "id_number": "1", "phone": "1"}));
        let edited = |field: &str| {
            let mut after = before.clone();
            after.insert(field.into(), "2".into());
            stood_already(&problem, std::slice::from_ref(&problem), &before, &after)
        };
        assert!(edited("phone"));
        assert!(!edited("sex") && !edited("id_number"));
        assert!(!stood_already(&problem, &[], &before, &before), "the edit made it");
    }

    #[test]
    fn names_lose_their_spaces() {
        assert_eq!(tidy_name(" 贾　文广 "), "贾文广");
    }
}
