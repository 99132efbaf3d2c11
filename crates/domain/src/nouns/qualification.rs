//! Qualification 资格 (`association.md` §2.18): what somebody may do, in which field, by which document, from when to when.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::checked::{lacking, wrong};
use super::common::{FROM, SEAT, TO, named_beside};
use super::{Gap, Kind, Noun, Problem, tidy_name};
use crate::codes::codes;
use crate::region::{Level, RegionCode};
use crate::shape::{Column, Field, Find, Holds, Home, Role, Shape, Telling};

codes! {
    QualificationKind {
        YouthTeacher = "youth_teacher", "青春健康师资";
        Backbone = "backbone", "帮扶骨干";
        ProjectOfficer = "project_officer", "项目官员";
        Counsellor = "counsellor", "心理咨询";
        Host = "host", "主持人";
        Expert = "expert", "专家";
        Star = "star", "志愿者星级";
    }
}

codes! {
    /// Of a teacher who appointed them; of an officer the grade.
    QualificationLevel {
        Nation = "nation", "国家";
        Province = "province", "省";
        City = "city", "市";
        County = "county", "县";
        Junior = "junior", "初级";
        Middle = "middle", "中级";
        Senior = "senior", "高级";
    }
}

impl QualificationLevel {
    fn is_grade(&self) -> bool {
        matches!(self, Self::Junior | Self::Middle | Self::Senior)
    }

    /// A place's, and of which: from the county up.
    fn is_place(&self) -> bool {
        *self == Self::County || self.is_above_county()
    }

    fn is_above_county(&self) -> bool {
        matches!(self, Self::Nation | Self::Province | Self::City)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Qualification {
    pub region: RegionCode,
    /// Who has it, where they have a record. It stays when that is void: teachers are counted (F5).
    pub holder: Option<Uuid>,
    pub name: String,
    pub kind: QualificationKind,
    pub level: Option<QualificationLevel>,
    pub field: Option<String>,
    pub unit: Option<String>,
    pub from: NaiveDate,
    pub to: Option<NaiveDate>,
    pub by_doc: Option<String>,
}

impl Noun for Qualification {
    const KIND: Kind = Kind::Qualification;
    const SHAPE: Shape = Shape {
        level: Level::Province,
        home: Home::Works,
        who: Some("holder"),
        past: &[
            Telling::always("from", &["取得资格：{kind}", "{level}"]),
            Telling::once("to", &["资格到期：{kind}"]),
        ],
        initials: "djzg",
        empty: ("这里会列出资格", "青春健康师资、项目官员、专家、心理咨询，谁有什么资格、到哪一天。"),
        list: &[
            Column::field("name").width(9),
            Column::field("kind").width(10),
            Column::field("level").width(7),
            Column::PLACE,
            Column::field("unit").width(14),
            Column::field("from").head("取得").width(8),
            Column::field("to").head("到期").width(8),
            Column::GAPS,
            Column::STATE,
        ],
        ..Shape::new::<Self>(
            "项",
            &[
                Field::new("holder", "姓名", Holds::Reference(&["volunteer", "member"]))
                    .named_by("name")
                    .also(&["持有人", "师资姓名", "专家姓名"])
                    .roles(&[Role::Names])
                    .must(),
                named_beside("name", "姓名").roles(&[Role::Sort]),
                Field::new("kind", "资格", Holds::Code(QualificationKind::CHOICES))
                    .also(&["资格名称", "资格类别", "类别"])
                    .required()
                    .roles(&[Role::Category])
                    .must(),
                Field::new("level", "级别", Holds::Code(QualificationLevel::CHOICES))
                    .also(&["等级"])
                    .sensitive()
                    .with(&["kind"])
                    .hint("师资写国家、省、市、县，项目官员写初、中、高级"),
                Field::new("field", "专业领域", Holds::Text).also(&["专业", "领域"]).asked(),
                Field::new("unit", "工作单位", Holds::Text).also(&["单位"]).finds(&[Find::Words]).asked(),
                FROM.also(&["取得日期", "发证日期", "聘任日期"]),
                TO.also(&["有效期至", "到期日期"]),
                Field::new("by_doc", "证书或文号", Holds::Text).also(&["证书编号", "文号"]).fold("更多"),
                SEAT.fold("更多"),
            ],
        )
    };
    fn region(&self) -> &RegionCode {
        &self.region
    }
    fn problems(&self) -> Vec<Problem> {
        let has = |is: fn(&QualificationLevel) -> bool| self.level.as_ref().is_some_and(is);
        let teacher = self.kind == QualificationKind::YouthTeacher;
        let officer = self.kind == QualificationKind::ProjectOfficer;
        wrong([
            (tidy_name(&self.name).is_empty(), "name", "请填写姓名"),
            (
                teacher && has(QualificationLevel::is_grade),
                "level",
                "青春健康师资的级别选国家、省、市、县中的一个",
            ),
            (
                officer && has(QualificationLevel::is_place),
                "level",
                "项目官员的级别选初级、中级、高级中的一个",
            ),
        ])
    }
    fn gaps(&self) -> Vec<Gap> {
        let teacher = self.kind == QualificationKind::YouthTeacher;
        let above = self.level.as_ref().is_some_and(QualificationLevel::is_above_county);
        // A city tells of its teachers, a county of its own.
        let from_below = teacher && above && self.region.level() >= Level::Township;
        lacking([
            (self.to.is_none(), "to", "缺到哪天止"),
            (teacher && self.level.is_none(), "level", "缺级别"),
            (from_below, "level", "市级以上的师资由市、县登记，请核对级别或所在地"),
        ])
    }
    fn title(&self) -> String {
        let level = self.level.as_ref().map(|level| format!("（{}）", level.label())).unwrap_or_default();
        format!("{} {}{level}", self.name, self.kind.label())
    }
}

#[cfg(test)]
#[test]
fn a_level_is_one_of_its_kind_and_of_its_place() {
    use QualificationKind::{ProjectOfficer, YouthTeacher};
    use QualificationLevel::{City, County, Junior};
    let one = Qualification::from_fields(&crate::shape::samples(Qualification::SHAPE.fields)).unwrap();
    let of = |kind: QualificationKind, level: QualificationLevel| Qualification {
        kind,
        level: Some(level),
        ..one.clone()
    };
    assert_eq!(of(YouthTeacher, Junior).problems()[0].field, "level");
    assert_eq!(of(ProjectOfficer, County).problems()[0].field, "level");
    assert!(
        of(YouthTeacher, County).problems().is_empty() && of(ProjectOfficer, Junior).problems().is_empty()
    );
    // The sample lies in a village.
    let city = |region: &str| {
        Qualification { region: region.parse().unwrap(), ..of(YouthTeacher, City) }.gaps().len()
    };
    assert_eq!((city("340323100"), city("340323"), of(YouthTeacher, County).gaps().len()), (1, 0, 0));
}
