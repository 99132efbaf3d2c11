//! Qualification 资格 (`association.md` §2.18): what somebody may do, in which field, by which document, from when to when.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::checked::{lacking, wrong};
use super::common::{ASKED_REGION, FROM, NAME, TO};
use super::{Gap, Kind, Noun, Problem, tidy_name};
use crate::codes::codes;
use crate::region::{Level, RegionCode};
use crate::shape::{Column, Field, Find, Holds, Home, Role, Shape};

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

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Qualification {
    pub region: RegionCode,
    /// Who has it.
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
        level: Level::County,
        home: Home::Works,
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
                NAME,
                Field::new("kind", "资格", Holds::Code(QualificationKind::CHOICES))
                    .required()
                    .roles(&[Role::Category])
                    .must(),
                Field::new("level", "级别", Holds::Code(QualificationLevel::CHOICES)).sensitive().asked(),
                Field::new("field", "专业领域", Holds::Text).asked(),
                Field::new("unit", "工作单位", Holds::Text).finds(&[Find::Words]).asked(),
                FROM,
                TO,
                Field::new("by_doc", "证书或文号", Holds::Text).fold("更多"),
                ASKED_REGION.fold("更多"),
            ],
        )
    };
    fn region(&self) -> &RegionCode {
        &self.region
    }
    fn problems(&self) -> Vec<Problem> {
        wrong([(tidy_name(&self.name).is_empty(), "name", "请填写姓名")])
    }
    fn gaps(&self) -> Vec<Gap> {
        lacking([
            (self.to.is_none(), "to", "缺到哪天止"),
            (self.level.is_none() && self.kind == QualificationKind::YouthTeacher, "level", "缺级别"),
        ])
    }
    fn title(&self) -> String {
        let level = self.level.as_ref().map(|level| format!("（{}）", level.label())).unwrap_or_default();
        format!("{} {}{level}", self.name, self.kind.label())
    }
}
