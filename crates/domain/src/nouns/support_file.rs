//! SupportFile 特殊家庭台账: one family's file. The loss is told here and nowhere else.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::common::{FAMILY, NOTES, REGION};
use super::{Gap, Kind, Noun, Problem, household::check_phone};
use crate::around::{Beside, Look, Reach, Rule};
use crate::date::PartialDate;
use crate::record::{Fields, Record};
use crate::region::RegionCode;
use crate::shape::{Audience, Column, Field, Find, Holds, Mask, Role, Shape};

mod choices;
mod coverage;
pub mod flag;
mod lack;
mod past;

pub use choices::{Assistance, ContactPreference, FileStatus, LossCategory};
pub use coverage::{Doctor, doctor_of, has_channel, uncovered};
pub use lack::Lack;

/// The part of the form that tells of the child, and the one about help.
pub const CHILD: &str = "孩子的情况";
const HELP: &str = "扶助和医疗";

/// Shown only inside the family's own file, never on a list, in a search, an export, a notice.
pub const FAMILY_ONLY: [&str; 2] = ["child_name", "loss_cause"];
/// All fields that tell of the child. No row of a ledger is shown as an example of them.
pub const OF_THE_CHILD: [&str; 6] =
    ["child_name", "loss_date", "loss_cause", "disability_grade", "disability_card", "category_since"];

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SupportFile {
    pub region: RegionCode,
    pub household: Uuid,
    /// The head of the household, so that a list can name the family without the loss.
    pub head_name: String,
    /// 信息编码.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    pub category: LossCategory,
    /// Since when it is of this category (F2 sheet 1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category_since: Option<PartialDate>,
    /// 残疾等级 (伤残 only).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disability_grade: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disability_card: Option<String>,
    /// Shown only inside the family's own file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub child_name: Option<String>,
    /// 失独/伤残时间.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loss_date: Option<PartialDate>,
    /// 失独原因. Shown only inside the family's own file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loss_cause: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assistance: Option<Assistance>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assistance_from: Option<PartialDate>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assistance_to: Option<PartialDate>,
    /// 签约家庭医生.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doctor: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doctor_signed_on: Option<PartialDate>,
    /// The last day of the contract, which is renewed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doctor_until: Option<PartialDate>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doctor_phone: Option<String>,
    /// The family wished no doctor. A refusal is respected: no contract is lacking.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doctor_declined_on: Option<NaiveDate>,
    /// 就医绿色通道医院.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hospital: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub green_card: bool,
    /// 保险单号.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// The policy by which they are insured, where it has a record, and what it is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub insurance: Option<Uuid>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub insurance_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub emergency_contact: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preference: Option<ContactPreference>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preference_on: Option<NaiveDate>,
    pub status: FileStatus,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status_reason: Option<String>,
    /// 结档日期 (F2 sheet 4).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_on: Option<NaiveDate>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opened_on: Option<NaiveDate>,
    /// On which day somebody last saw that the family lives where the file says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub residence_checked_on: Option<NaiveDate>,
    /// The family asked to be remembered on the anniversary.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub anniversary: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
}

impl SupportFile {
    /// A new active file with nothing but what it must have.
    pub fn open(
        region: RegionCode,
        household: Uuid,
        head_name: impl Into<String>,
        category: LossCategory,
    ) -> Self {
        Self {
            region,
            household,
            head_name: head_name.into(),
            code: None,
            category,
            category_since: None,
            disability_grade: None,
            disability_card: None,
            child_name: None,
            loss_date: None,
            loss_cause: None,
            assistance: None,
            assistance_from: None,
            assistance_to: None,
            doctor: None,
            doctor_signed_on: None,
            doctor_until: None,
            doctor_phone: None,
            doctor_declined_on: None,
            hospital: None,
            green_card: false,
            policy: None,
            insurance: None,
            insurance_name: None,
            emergency_contact: None,
            phone: None,
            preference: None,
            preference_on: None,
            status: FileStatus::Active,
            status_reason: None,
            closed_on: None,
            opened_on: None,
            residence_checked_on: None,
            anniversary: false,
            notes: None,
        }
    }
}

/// No 信息编码 twice; where both are seen, as an ID number.
const ONE_CODE: Rule = Rule {
    code: "code_duplicate",
    reach: Reach::Desks,
    looks: &[Look { kind: "support_file", their: "code", own: "code" }],
    check: crate::around::check_of(one_code),
};

fn one_code(beside: &Beside<'_>) -> Vec<Problem> {
    let told = |other: &Record| {
        let place = (beside.place)(&other.region());
        let message =
            format!("这个信息编码在{place}已经登记过，请核对；同一户登记了两次的，请在“可能重复”里合并");
        Problem::new("code", ONE_CODE.code, message)
    };
    Vec::from_iter(beside.others().next().map(told))
}

/// A family has one file that is active: two would count it twice (F2) and may say two things of its wish. What came
/// together from two desks, and what a merge of two families leaves, stands until a person ends one.
const ONE_FILE: Rule = Rule {
    code: "file_twice",
    reach: Reach::Desks,
    looks: &[Look { kind: "support_file", their: "household", own: "household" }],
    check: crate::around::check_of(one_file),
};

fn one_file(beside: &Beside<'_>) -> Vec<Problem> {
    let twice = is_active(beside.fields) && beside.others().any(|other| is_active(&other.fields));
    let message = "这一户已有一份在册的台账，请打开那一份修改；旧的不用了，请先把它结档";
    Vec::from_iter(twice.then(|| Problem::new("status", ONE_FILE.code, message)))
}

/// Whether a file that says this is active; one that says nothing of its state is.
pub fn is_active(file: &Fields) -> bool {
    let status = file.get("status").and_then(|status| status.as_str());
    status.is_none_or(|status| status == FileStatus::Active.code())
}

/// The wish of a family by its active file; the strictest, should there be several.
pub fn preference_of_files<'f>(files: impl IntoIterator<Item = &'f Fields>) -> Option<ContactPreference> {
    let told = |file: &Fields| file.get("preference")?.as_str().map(ContactPreference::from_code);
    let wishes = files.into_iter().filter(|file| is_active(file)).filter_map(told);
    wishes.max_by_key(|wish| match wish {
        ContactPreference::Declined => 2,
        ContactPreference::PhoneOnly => 1,
        _ => 0,
    })
}

/// The same from all that a family has.
pub fn preference_of<'r>(records: impl IntoIterator<Item = &'r Record>) -> Option<ContactPreference> {
    let files = records.into_iter().filter(|record| record.kind == Kind::SupportFile.code());
    preference_of_files(files.map(|file| &file.fields))
}

impl Noun for SupportFile {
    const KIND: Kind = Kind::SupportFile;
    const SHAPE: Shape = Shape {
        counted: Some("份特殊家庭台账"),
        making: Some("登记家庭"),
        follows_family: true,
        void_with_family: true,
        merges: true,
        rules: &[ONE_CODE, ONE_FILE],
        past: past::PAST,
        empty: ("这里是需要多走动的家庭", "登记一户，或者把现有的特殊家庭台账整本导入。"),
        list: &[
            Column::field("head_name").width(7),
            Column::field("code").width(11).spare(),
            Column::PLACE,
            Column::CONTACTS,
            Column::LAST_VISIT,
            Column::field("preference").width(9),
            Column::field("status").head("台账").width(7).spare(),
            Column::FILE_GAPS,
            Column::STATE,
        ],
        ..Shape::new::<Self>(
            "户",
            &[
                FAMILY,
                REGION,
                Field::new("head_name", "户主", Holds::Text)
                    .required()
                    .roles(&[Role::Sort])
                    .finds(&[Find::Name]),
                Field::new("code", "信息编码", Holds::Text)
                    .sensitive()
                    .roles(&[Role::Natural])
                    .finds(&[Find::Code])
                    .asked(),
                Field::new("preference", "联系意愿", Holds::Code(ContactPreference::CHOICES))
                    .bits(&[("phone_only", flag::PHONE_ONLY), ("declined", flag::DECLINED)])
                    .asked(),
                Field::new("preference_on", "问到意愿的日期", Holds::Day).past().asked(),
                Field::new("emergency_contact", "紧急联系人", Holds::Text).free().asked(),
                Field::new("phone", "紧急联系电话", Holds::Text)
                    .mask(Mask::Phone)
                    .finds(&[Find::Phone])
                    .asked(),
                Field::new("assistance", "享受特别扶助", Holds::Code(Assistance::CHOICES))
                    .sensitive()
                    .fold(HELP),
                Field::new("assistance_from", "扶助开始", Holds::PartialDay).fold(HELP),
                Field::new("assistance_to", "扶助结束", Holds::PartialDay)
                    .not_before("assistance_from")
                    .fold(HELP),
                Field::new("doctor", "签约家庭医生", Holds::Text).fold(HELP),
                Field::new("doctor_signed_on", "签约日期", Holds::PartialDay).past().fold(HELP),
                Field::new("doctor_until", "签约到哪天", Holds::PartialDay)
                    .not_before("doctor_signed_on")
                    .fold(HELP),
                Field::new("doctor_phone", "家庭医生电话", Holds::Text).mask(Mask::Phone).fold(HELP),
                Field::new("doctor_declined_on", "表示不签约的日期", Holds::Day)
                    .past()
                    .fold(HELP)
                    .hint("家里不愿签约的填这一天，不再提醒"),
                Field::new("hospital", "就医绿色通道医院", Holds::Text).fold(HELP),
                Field::new("green_card", "已办绿色通道卡", Holds::Flag).fold(HELP),
                Field::new("policy", "保险单号", Holds::Text).mask(Mask::Number).fold(HELP),
                Field::new("insurance", "参加的保险", Holds::Reference(&["policy"]))
                    .named_by("insurance_name")
                    .roles(&[Role::Names])
                    .fold(HELP),
                Field::new("insurance_name", "参加的保险", Holds::Text),
                Field::new("category", "家庭类别", Holds::Code(LossCategory::CHOICES))
                    .required()
                    .sensitive()
                    .roles(&[Role::Category])
                    .must()
                    .fold(CHILD),
                Field::new("category_since", "从何时起是这一类", Holds::PartialDay).past().fold(CHILD),
                Field::new("child_name", "孩子的姓名", Holds::Text)
                    .audience(Audience::FamilyPage)
                    .fold(CHILD),
                Field::new("loss_date", "发生时间", Holds::PartialDay).past().fold(CHILD),
                Field::new("loss_cause", "原因", Holds::Text).audience(Audience::FamilyPage).fold(CHILD),
                Field::new("disability_grade", "残疾等级", Holds::Text).fold(CHILD),
                Field::new("disability_card", "残疾人证号", Holds::Text).mask(Mask::Number).fold(CHILD),
                Field::new("anniversary", "家人愿意在纪念日得到问候", Holds::Flag)
                    .bits(&[("true", flag::ANNIVERSARY)])
                    .fold(CHILD),
                Field::new("status", "台账状态", Holds::Code(FileStatus::CHOICES))
                    .required()
                    .absent("active")
                    .with(&["household"])
                    .bits(&[("active", flag::ACTIVE)])
                    .must()
                    .fold("台账"),
                Field::new("status_reason", "变动原因", Holds::Text).with(&["status"]).free().fold("台账"),
                Field::new("closed_on", "结档日期", Holds::Day).past().not_before("opened_on").fold("台账"),
                Field::new("opened_on", "建档日期", Holds::Day).past().roles(&[Role::Day]).fold("台账"),
                Field::new("residence_checked_on", "核对居住地的日期", Holds::Day).past().fold("台账"),
                NOTES.fold("台账"),
            ],
        )
    };
    fn region(&self) -> &RegionCode {
        &self.region
    }
    fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        check_phone("phone", self.phone.as_deref(), &mut problems);
        check_phone("doctor_phone", self.doctor_phone.as_deref(), &mut problems);
        if self.status == FileStatus::Closed && self.status_reason.is_none() {
            problems.push(Problem::new("status_reason", "reason_missing", "结档请写明原因"));
        }
        if let Some(code) = &self.code
            && !(code.len() >= 6 && code.bytes().all(|b| b.is_ascii_alphanumeric()))
        {
            problems.push(Problem::new("code", "code_invalid", "信息编码至少六位，只含数字和字母，请核对"));
        }
        problems
    }
    fn gaps(&self) -> Vec<Gap> {
        let mut gaps = Vec::new();
        if self.code.is_none() {
            gaps.push(Lack::Code.gap("code_missing"));
        }
        match self.loss_date {
            None => gaps.push(Lack::DateMissing.gap("date_missing")),
            Some(date) if date.is_partial() => gaps.push(Lack::DatePartial.gap("date_partial")),
            Some(_) => {}
        }
        if self.preference.is_none() {
            gaps.push(Lack::Preference.gap("preference_missing"));
        }
        if self.status == FileStatus::Closed && self.closed_on.is_none() {
            gaps.push(Gap::new("closed_on", "closed_on_missing", "缺结档日期"));
        }
        gaps
    }
    fn title(&self) -> String {
        match &self.code {
            Some(code) => format!("{}家（{code}）", self.head_name),
            None => format!("{}家", self.head_name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_file_says_on_which_day_and_an_active_one_need_not() {
        let region: RegionCode = "340323100001".parse().unwrap();
        let file = SupportFile::open(region, Uuid::nil(), "某", LossCategory::Death);
        let lacks = |file: &SupportFile| file.gaps().iter().any(|gap| gap.field == "closed_on");
        assert!(!lacks(&file));
        let closed = SupportFile { status: FileStatus::Closed, ..file };
        assert!(lacks(&closed));
        assert!(!lacks(&SupportFile { closed_on: "2026-10-05".parse().ok(), ..closed }));
    }

    #[test]
    fn a_code_that_is_refused_is_told_what_a_code_is() {
        let region: RegionCode = "340323100001".parse().unwrap();
        let mut file = SupportFile::open(region, Uuid::nil(), "某", LossCategory::Death);
        for (code, fits) in [("340323", true), ("34032310A", true), ("34032", false), ("340323-1", false)] {
            file.code = Some(code.into());
            let problems = file.problems();
            assert_eq!(problems.is_empty(), fits, "{code}");
            assert!(problems.iter().all(|told| told.message == "信息编码至少六位，只含数字和字母，请核对"));
        }
    }
}
