//! One noun a file: its struct, what it says of its fields (`SHAPE`), its rules. A new kind of record is one file here
//! and one line in `nouns!`.

pub mod activity;
pub mod agreement;
pub mod aid_entry;
pub mod assistance_review;
pub mod attachment;
pub mod branch;
pub mod case;
mod checked;
mod common;
pub mod contact_pair;
pub mod counselling;
pub mod counselling_pair;
mod fits;
pub mod follow;
pub mod group;
pub mod honour;
pub mod household;
pub mod insurance_claim;
pub mod meeting;
pub mod member;
pub mod merge;
pub mod need_survey;
pub mod organisation;
pub mod pairing;
pub mod person;
mod persons;
pub mod policy;
pub mod post;
pub mod publication;
pub mod publicity;
pub mod qualification;
pub mod rights_case;
pub mod service;
pub mod service_hours;
pub mod settlement;
pub mod site;
pub mod support_file;
pub mod team;
pub mod topic;
pub mod visit;
pub mod volunteer;
pub mod wish;

pub use activity::Activity;
pub use agreement::Agreement;
pub use aid_entry::AidEntry;
pub use assistance_review::AssistanceReview;
pub use attachment::Attachment;
pub use branch::Branch;
pub use case::Case;
pub(crate) use checked::check_of;
pub use checked::{Checked, check, check_by};
pub use contact_pair::ContactPair;
pub use counselling::Counselling;
pub use counselling_pair::CounsellingPair;
pub use fits::{not_chosen, not_yet, turned};
pub use group::Group;
pub use honour::Honour;
pub use household::Household;
pub use insurance_claim::InsuranceClaim;
pub use meeting::Meeting;
pub use member::Member;
pub use merge::Merge;
pub use need_survey::NeedSurvey;
pub use organisation::Organisation;
pub use pairing::Pairing;
pub use person::Person;
pub use policy::Policy;
pub use post::Post;
pub use publication::Publication;
pub use publicity::Publicity;
pub use qualification::Qualification;
pub use rights_case::RightsCase;
pub use service::Advice;
pub use service_hours::Hours;
pub use settlement::Settlement;
pub use site::Site;
pub use support_file::SupportFile;
pub use team::Team;
pub use topic::Topic;
pub use visit::Visit;
pub use volunteer::Volunteer;
pub use wish::Wish;

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use uuid::Uuid;

use crate::codes::codes;
use crate::limits::Limits;
use crate::record::Fields;
use crate::region::RegionCode;
use crate::shape::Shape;
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
    /// What it says of itself and of its fields.
    const SHAPE: Shape;
    /// Where the record belongs.
    fn region(&self) -> &RegionCode;
    /// What is wrong. Empty when it may be saved.
    fn problems(&self) -> Vec<Problem>;
    /// What is missing though it may be saved.
    fn gaps(&self) -> Vec<Gap> {
        Vec::new()
    }
    /// What is more than the limits in force where and when it lies.
    fn beyond(&self, _limits: &Limits) -> Vec<Problem> {
        Vec::new()
    }
    /// What is less than them, though it may be saved.
    fn short(&self, _limits: &Limits) -> Vec<Gap> {
        Vec::new()
    }
    /// The line by which a list or a search result names it. Never the child's name or the loss.
    fn title(&self) -> String;

    /// The stored form. Absent options leave no field.
    fn to_fields(&self) -> Fields {
        match serde_json::to_value(self) {
            Ok(serde_json::Value::Object(mut map)) => {
                map.retain(|_, value| !value.is_null());
                map
            }
            // Invariant: every noun is a struct with string keys.
            other => unreachable!("a noun is an object: {other:?}"),
        }
    }

    /// Reads the stored form; fields it does not know are passed over (and stay in the record).
    ///
    /// # Errors
    /// Codes `missing` and `unreadable`, with the name of the field; of a list of parts with the place in it:
    /// `tasks.0.due`.
    fn from_fields(fields: &Fields) -> Result<Self, Problem> {
        stored::read(fields).map_err(|wrong| {
            let code = if wrong.missing { "missing" } else { "unreadable" };
            let parts = Self::SHAPE.field(wrong.field()).is_some_and(|field| field.parts().is_some());
            let field = if parts { wrong.path.join(".") } else { wrong.field().to_owned() };
            Problem::new(&field, code, "这条记录的内容不完整或写法不对，请核对后再保存")
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

impl PersonRef {
    /// Whether no name is written: then nobody can tell who it is, and the record is about nobody.
    pub fn is_nameless(&self) -> bool {
        tidy_name(&self.name).is_empty()
    }

    /// Whether both name one person: by their records where both have one, else by the name. Two without a name are
    /// not the same for that.
    pub fn same_as(&self, other: &PersonRef) -> bool {
        match (self.person, other.person) {
            (Some(one), Some(other)) => one == other,
            _ => !self.is_nameless() && tidy_name(&self.name) == tidy_name(&other.name),
        }
    }
}

/// The kinds: each noun's type, the code by which it is stored (its file's name), and its word.
macro_rules! nouns {
    ($($noun:ident = $code:literal, $word:literal;)+) => {
        codes! {
            /// The kinds this program knows.
            Kind { $($noun = $code, $word;)+ }
        }

        /// What a kind says of itself; none of a kind of a newer program.
        pub fn shape(kind: &Kind) -> Option<&'static Shape> {
            Some(match kind {
                $(Kind::$noun => &$noun::SHAPE,)+
                Kind::Other(_) => return None,
            })
        }

        /// Hands every noun's type over.
        #[cfg(test)]
        pub(crate) fn each_noun(to: &mut impl TakesNouns) {
            $(to.take::<$noun>();)+
        }
    };
}

nouns! {
    Household = "household", "家庭户";
    Person = "person", "人员";
    SupportFile = "support_file", "特殊家庭台账";
    ContactPair = "contact_pair", "双岗联系人";
    Visit = "visit", "走访";
    NeedSurvey = "need_survey", "需求调查";
    InsuranceClaim = "insurance_claim", "保险理赔";
    Counselling = "counselling", "心理健康服务";
    Wish = "wish", "微心愿";
    CounsellingPair = "counselling_pair", "心理陪伴";
    AssistanceReview = "assistance_review", "扶助年审";
    Policy = "policy", "保单";
    Pairing = "pairing", "结对帮扶";
    AidEntry = "aid_entry", "慰问救助";
    Advice = "service", "服务记录";
    RightsCase = "rights_case", "权益维护";
    Member = "member", "会员";
    Volunteer = "volunteer", "志愿者";
    Activity = "activity", "活动";
    Organisation = "organisation", "组织";
    Post = "post", "任职";
    Group = "group", "会员小组";
    Site = "site", "阵地";
    Team = "team", "服务队";
    Hours = "service_hours", "服务工时";
    Branch = "branch", "流动人口计生协";
    Meeting = "meeting", "会议";
    Qualification = "qualification", "资格";
    Topic = "topic", "课题";
    Agreement = "agreement", "职能承接";
    Honour = "honour", "表彰";
    Case = "case", "典型案例";
    Publication = "publication", "报道";
    Publicity = "publicity", "公示公开";
    Attachment = "attachment", "附件";
    Settlement = "settlement", "处理意见";
    Merge = "merge", "合并";
}

/// Something that is done with every noun by its type.
#[cfg(test)]
pub(crate) trait TakesNouns {
    fn take<N: Noun>(&mut self);
}

impl Kind {
    /// What people read: a kind of a newer program is not called by its code.
    pub fn word(&self) -> &str {
        if self.is_known() { self.label() } else { "新版程序的登记" }
    }

    /// What making one is called: 记一次走访, 登记会员.
    pub fn making(&self) -> String {
        let own = shape(self).and_then(|shape| shape.making);
        own.map_or_else(|| format!("登记{}", self.label()), str::to_owned)
    }

    /// What mending one is called: 更正走访, 修改会员.
    pub fn mending(&self) -> String {
        let own = shape(self).and_then(|shape| shape.mending);
        own.map_or_else(|| format!("修改{}", self.label()), str::to_owned)
    }

    /// What stands behind a number of them: `次走访`, `户家庭`.
    pub fn counted(&self) -> String {
        match shape(self) {
            Some(shape) => {
                shape.counted.map_or_else(|| format!("{}{}", shape.unit, self.label()), str::to_owned)
            }
            None => format!("条{}", self.word()),
        }
    }

    /// Made void along with its family only, and listed there as void.
    pub fn is_void_with_its_family(&self) -> bool {
        shape(self).is_some_and(|shape| shape.void_with_family)
    }
}

/// Whether a problem was there before an edit that touched nothing it is about. `known`: the problems of `before`.
/// A check applies when what it checks changes: an older fault holds back no other work on the record.
pub fn stood_already(problem: &Problem, known: &[Problem], before: &Fields, after: &Fields) -> bool {
    // `met.0.person` is of the field `met`.
    let field = problem.field.split('.').next().unwrap_or_default();
    let mut about = std::iter::once(field).chain(compared_with(field));
    let same = |one: &Problem| one.field == problem.field && one.code == problem.code;
    !field.is_empty() && about.all(|field| before.get(field) == after.get(field)) && known.iter().any(same)
}

/// The other fields that a noun's rules read when they find something wrong with this one.
fn compared_with(field: &str) -> impl Iterator<Item = &str> {
    let named = Kind::ALL.iter().filter_map(shape).filter_map(move |shape| shape.field(field));
    named.flat_map(|field| field.with.iter().copied().chain(field.not_before))
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
    fn two_without_a_name_are_not_one_person() {
        let who =
            |id: Option<u128>, name: &str| PersonRef { person: id.map(Uuid::from_u128), name: name.into() };
        assert!(who(None, "于 桂").same_as(&who(Some(1), "于桂")));
        assert!(
            who(Some(1), "").same_as(&who(Some(1), "于桂"))
                && !who(Some(1), "甲").same_as(&who(Some(2), "甲"))
        );
        for (one, other) in [((None, ""), (None, " ")), ((Some(1), ""), (None, ""))] {
            let (one, other) = (who(one.0, one.1), who(other.0, other.1));
            assert!(!one.same_as(&other) && !other.same_as(&one), "{one:?} {other:?}");
        }
    }

    #[test]
    fn names_lose_their_spaces() {
        assert_eq!(tidy_name(" 贾　文广 "), "贾文广");
    }
}
