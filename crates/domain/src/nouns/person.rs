//! Person 人员.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::common::{ASKED_REGION, NAME, NOTES, PHONE};
use super::{Gap, Kind, Noun, Problem, household::check_phone, need_name};
use crate::around::{Beside, Look, Reach, Rule};
use crate::codes::codes;
use crate::date::PartialDate;
use crate::id_number::{IdNumber, Sex};
use crate::record::{Fields, Record};
use crate::region::RegionCode;
use crate::shape::{Audience, Column, Field, Find, Holds, Mask, Role, Shape};

codes! {
    /// Relation to the head of the household.
    Relation {
        Head = "head", "户主";
        Spouse = "spouse", "配偶";
        Child = "child", "子女";
        Parent = "parent", "父母";
        Grandchild = "grandchild", "孙子女";
        Relative = "relative", "其他亲属";
    }
}

codes! {
    /// Key groups a person belongs to.
    PersonTag {
        // Screens and lists say it gently; the official forms keep their own word (F3: 失独人口).
        LostChild = "lost_child", "特殊家庭";
        Childbearing = "childbearing", "育龄家庭";
        Youth = "youth", "青少年";
        LeftBehindElder = "left_behind_elder", "留守老人";
        LeftBehindChild = "left_behind_child", "留守儿童";
        LeftBehindWoman = "left_behind_woman", "留守妇女";
        FiveElders = "five_elders", "五老";
    }
}

/// Bits of `flags`.
pub mod flag {
    pub const LUNAR: i64 = 1;
    pub const HAS_ID: i64 = 2;
}

/// Fields that follow the ID number: whoever writes one number or the other writes these with it.
pub const FOLLOW_THE_NUMBER: [&str; 2] = ["birth", "sex"];

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    pub region: RegionCode,
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub household: Option<Uuid>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relation: Option<Relation>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sex: Option<Sex>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birth: Option<PartialDate>,
    /// The birthday is kept by the lunar calendar.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub lunar_birthday: bool,
    /// 18 places, or absent: a file may be incomplete. Kept as text so that a wrong one can be told by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_number: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// 婚姻.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub marriage: Option<String>,
    /// 健康.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health: Option<String>,
    /// 政治面貌.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub politics: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<PersonTag>,
    /// The day the person died; the record stays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub died_on: Option<PartialDate>,
    /// The person has died, and nobody has told when: no birthday is kept, `died_on` is on the to-do list.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deceased: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
}

/// Whether a stored person has died, on a known day or not: no reminder, visit or greeting counts on them.
pub fn has_died(fields: &Fields) -> bool {
    fields.contains_key("died_on") || fields.get("deceased") == Some(&serde_json::Value::Bool(true))
}

impl Person {
    /// A person of whom only name and region are known.
    pub fn named(region: RegionCode, name: impl Into<String>) -> Self {
        Self {
            region,
            name: name.into(),
            household: None,
            relation: None,
            sex: None,
            birth: None,
            lunar_birthday: false,
            id_number: None,
            phone: None,
            marriage: None,
            health: None,
            politics: None,
            tags: Vec::new(),
            died_on: None,
            deceased: false,
            notes: None,
        }
    }

    /// Fills number, sex and birth date from a checked ID number; the number is believed.
    pub fn with_id(mut self, number: &IdNumber) -> Self {
        self.id_number = Some(number.as_str().to_owned());
        self.sex = Some(number.sex());
        if !self.lunar_birthday {
            self.birth = Some(PartialDate::Day(number.birth()));
        }
        self
    }

    /// Birth date, from its own field or the ID number.
    pub fn birth_day(&self) -> Option<NaiveDate> {
        let by_id =
            || self.id_number.as_deref().and_then(|t| IdNumber::read(t).ok()).map(|r| r.number.birth());
        self.birth.and_then(PartialDate::day).or_else(by_id)
    }
}

/// No ID number twice. Only where both are seen: two who register somebody apart are proposed to be merged, and until then
/// both stand, with what was done for them.
const ONE_NUMBER: Rule = Rule {
    code: "id_duplicate",
    reach: Reach::Desks,
    looks: &[Look { kind: "person", their: "id_number", own: "id_number" }],
    check: crate::around::check_of(one_number),
};

fn one_number(beside: &Beside<'_>) -> Vec<Problem> {
    let told = |other: &Record| {
        let place = (beside.place)(&other.region());
        let message = format!("这个身份证号在{place}已经登记过，请用查找打开原来的记录");
        Problem::new("id_number", ONE_NUMBER.code, message)
    };
    Vec::from_iter(beside.others().next().map(told))
}

/// When a stored person died, as far as is known.
pub fn died_on(fields: &Fields) -> Option<PartialDate> {
    fields.get("died_on").and_then(|on| PartialDate::deserialize(on).ok())
}

/// Whether the person had died before a day, as far as is known when.
pub fn died_before(fields: &Fields, day: NaiveDate) -> bool {
    died_on(fields).and_then(PartialDate::ends).is_some_and(|last| last < day)
}

impl Noun for Person {
    const KIND: Kind = Kind::Person;
    const SHAPE: Shape = Shape {
        counted: Some("位家庭成员"),
        making: Some("添一位家人"),
        follows_family: true,
        merges: true,
        rules: &[ONE_NUMBER],
        // Birth and death are no story: the loss is told once, in the family's file.
        who: Some(""),
        flags: |fields| if fields.contains_key("id_number") { flag::HAS_ID } else { 0 },
        ended: has_died,
        empty: ("这里是家庭成员", "登记家庭时一起登记就好。"),
        list: &[
            Column::field("name").width(9),
            Column::field("relation").width(8),
            Column::field("sex").width(6),
            Column::PLACE,
            Column::age("birth"),
            Column::field("tags").width(12).unsorted(),
            Column::GAPS,
            Column::STATE,
        ],
        ..Shape::new::<Self>(
            "人",
            &[
                Field::new("household", "家庭", Holds::Reference(&["household"]))
                    .roles(&[Role::Family])
                    .carried(),
                NAME,
                Field::new("relation", "与户主关系", Holds::Code(Relation::CHOICES))
                    .also(&["关系", "家庭关系", "与户主的关系"])
                    .roles(&[Role::Category])
                    .asked(),
                Field::new("sex", "性别", Holds::Code(Sex::CHOICES)).with(&["id_number"]).asked(),
                Field::new("birth", "出生日期", Holds::PartialDay)
                    .also(&["出生年月", "生日", "出生时间"])
                    .past()
                    .audience(Audience::OwnPage)
                    .roles(&[Role::Day])
                    .asked(),
                Field::new("id_number", "身份证号", Holds::Text)
                    .sensitive()
                    .mask(Mask::Number)
                    .roles(&[Role::Natural])
                    .finds(&[Find::IdNumber])
                    .hint("一时没有可以先空着"),
                PHONE.hint("没有就空着"),
                Field::new("lunar_birthday", "生日按农历过", Holds::Flag)
                    .bits(&[("true", flag::LUNAR)])
                    .asked(),
                ASKED_REGION,
                Field::new("tags", "重点服务对象", Holds::Codes(PersonTag::CHOICES)).fold("更多"),
                Field::new("marriage", "婚姻", Holds::Text).fold("更多"),
                Field::new("health", "健康状况", Holds::Text).free().fold("更多"),
                Field::new("politics", "政治面貌", Holds::Text).fold("更多"),
                Field::new("died_on", "离世时间", Holds::PartialDay)
                    .past()
                    .not_before("birth")
                    .roles(&[Role::Until])
                    .fold("更多"),
                Field::new("deceased", "已离世（时间不详）", Holds::Flag).fold("更多"),
                NOTES.fold("更多"),
            ],
        )
    };
    fn region(&self) -> &RegionCode {
        &self.region
    }
    fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        need_name("name", &self.name, &mut problems);
        check_phone("phone", self.phone.as_deref(), &mut problems);
        if let Some(text) = &self.id_number {
            match IdNumber::read(text) {
                Err(e) => problems.push(Problem::new("id_number", "id_invalid", e.to_string())),
                Ok(read) if self.sex.as_ref().is_some_and(|s| *s != read.number.sex()) => {
                    problems.push(Problem::new(
                        "sex",
                        "sex_mismatch",
                        format!("按身份证号应为“{}”，请核对", read.number.sex().label()),
                    ))
                }
                Ok(_) => {}
            }
        }
        problems
    }
    fn gaps(&self) -> Vec<Gap> {
        let mut gaps = Vec::new();
        if self.id_number.is_none() {
            gaps.push(Gap::new("id_number", "id_missing", "缺身份证号"));
        }
        if self.deceased && self.died_on.is_none() {
            gaps.push(Gap::new("died_on", "died_when", "缺离世时间"));
        }
        gaps
    }
    fn title(&self) -> String {
        self.name.clone()
    }
}
