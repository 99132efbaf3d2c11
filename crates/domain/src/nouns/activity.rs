//! Activity 活动: 5.29 and all others.

use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Gap, Kind, Noun, Problem};
use crate::codes::codes;
use crate::money::Fen;
use crate::region::RegionCode;
use crate::shape::{Column, Field, Find, Holds, Home, Role, Shape, Start};

codes! {
    /// 六项重点任务.
    KeyTask {
        Publicity = "publicity", "宣传教育";
        ReproductiveHealth = "reproductive_health", "生殖健康咨询服务";
        Parenting = "parenting", "优生优育指导";
        FamilySupport = "family_support", "计划生育家庭帮扶";
        Rights = "rights", "权益维护";
        FloatingPopulation = "floating_population", "流动人口服务";
    }
}

codes! {
    /// The eight project columns of the working report (F4).
    ProjectColumn {
        Publicity = "publicity", "宣传教育";
        Training = "training", "业务培训";
        Health = "health", "健康服务";
        FamilySupport = "family_support", "计生家庭帮扶";
        Youth = "youth", "青春健康";
        FloatingPopulation = "floating_population", "流动人口服务";
        Rights = "rights", "权益维护";
        Misc = "other", "其他";
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activity {
    pub region: RegionCode,
    /// 活动名称.
    pub name: String,
    pub project: ProjectColumn,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_task: Option<KeyTask>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// Local time.
    pub start: NaiveDateTime,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<NaiveDateTime>,
    /// 负责人.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<String>,
    /// 参加人数.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub headcount: Option<u32>,
    /// Members who signed in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sign_ins: Vec<Uuid>,
    /// 发放资料, pieces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handouts: Option<u32>,
    /// 经费.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub money: Option<Fen>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub archived: bool,
}

impl Noun for Activity {
    const KIND: Kind = Kind::Activity;
    const SHAPE: Shape = Shape {
        is_work: true,
        home: Home::Activities,
        initials: "djhd",
        empty: ("这里会列出办过的活动", "讲座、义诊、“5.29”会员活动日，办完登记一场，月报自己就有数了。"),
        list: &[
            Column::field("name").width(18),
            Column::field("start").head("时间").width(11),
            Column::field("place").width(12).spare(),
            Column::field("project").head("项目").width(9),
            Column::field("headcount").head("人数").width(5),
            Column::field("head").width(7),
            Column::PLACE,
            Column::STATE,
        ],
        ..Shape::new::<Self>(
            "场",
            &[
                Field::new("name", "活动名称", Holds::Text)
                    .required()
                    .finds(&[Find::Name, Find::Words])
                    .must(),
                Field::new("start", "开始时间", Holds::Moment)
                    .required()
                    .roles(&[Role::Day])
                    .must()
                    .start(Start::Today),
                Field::new("project", "所属项目", Holds::Code(ProjectColumn::CHOICES))
                    .required()
                    .roles(&[Role::Category])
                    .must(),
                Field::new("place", "地点", Holds::Text).finds(&[Find::Words]).asked(),
                Field::new("headcount", "参加人数", Holds::Count).roles(&[Role::Number]).asked(),
                Field::new("head", "负责人", Holds::Text).finds(&[Find::Words]).start(Start::Me),
                Field::new("region", "举办地", Holds::Region).required().must().start(Start::Here),
                Field::new("summary", "小结", Holds::LongText)
                    .note()
                    .finds(&[Find::Words])
                    .hint("办了什么，大家反映怎样"),
                Field::new("key_task", "重点任务", Holds::Code(KeyTask::CHOICES)).fold("更多"),
                Field::new("end", "结束时间", Holds::Moment)
                    .with(&["start"])
                    .roles(&[Role::Until])
                    .fold("更多"),
                Field::new("handouts", "发放资料（份）", Holds::Count).fold("更多"),
                Field::new("money", "经费", Holds::Money).fold("更多"),
                Field::new("approval", "审核", Holds::Text).fold("更多"),
                Field::new("archived", "资料已归档", Holds::Flag).bits(&[("true", 1)]).fold("更多"),
                // Who signed in stands for the number of people where nobody wrote one.
                Field::new("sign_ins", "签到会员", Holds::References(&["member"])).roles(&[Role::Number]),
            ],
        )
    };
    fn region(&self) -> &RegionCode {
        &self.region
    }
    fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if self.name.trim().is_empty() {
            problems.push(Problem::new("name", "name_missing", "请填写活动名称"));
        }
        if self.end.is_some_and(|end| end < self.start) {
            problems.push(Problem::new("end", "period_invalid", "结束时间早于开始时间，请核对"));
        }
        problems
    }
    fn gaps(&self) -> Vec<Gap> {
        if self.headcount.is_none() && self.sign_ins.is_empty() {
            return vec![Gap::new("headcount", "headcount_missing", "缺参加人数")];
        }
        Vec::new()
    }
    fn title(&self) -> String {
        self.name.clone()
    }
}
