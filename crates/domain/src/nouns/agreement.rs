//! Agreement 职能承接 (`association.md` §2.19): what the government hands over comes with people and money.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::checked::{lacking, wrong};
use super::common::{FROM, NOTES, SEAT, TO, named};
use super::{Gap, Kind, Noun, Problem, tidy};
use crate::codes::codes;
use crate::money::Fen;
use crate::region::{Level, RegionCode};
use crate::shape::{Column, Field, Find, Holds, Home, Role, Shape, Start};

codes! {
    AgreementKind {
        Transfer = "transfer", "直接转移";
        Project = "project", "项目运作";
        Purchase = "purchase", "购买服务";
        Partner = "partner", "合作";
    }
}

/// 任务: what is to be done, how much of it, and by what it is measured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    pub what: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measure: Option<String>,
}

const TASK: &[Field] = &[
    Field::new("what", "事项", Holds::Text).required().must().hint("如 健康讲座"),
    Field::new("target", "数量", Holds::Count).asked(),
    Field::new("unit", "单位", Holds::Text).hint("如 场、人、户"),
    Field::new("measure", "考核方式", Holds::Text).free().hint("如 看签到表和照片"),
];

/// 拨付: when money comes, how much, and on which condition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instalment {
    pub due: NaiveDate,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Fen>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
}

const INSTALMENT: &[Field] = &[
    Field::new("due", "日期", Holds::Day).required().must(),
    Field::new("amount", "金额", Holds::Money).asked(),
    Field::new("condition", "条件", Holds::Text).free().hint("如 中期验收合格"),
];

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agreement {
    pub region: RegionCode,
    pub name: String,
    pub kind: AgreementKind,
    /// 政府方.
    pub party_gov: String,
    pub doc_no: Option<String>,
    pub signed_on: NaiveDate,
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub budget: Option<Fen>,
    pub staff_moved: Option<u32>,
    /// 验收.
    pub accepted_on: Option<NaiveDate>,
    pub acceptance: Option<String>,
    /// Before its time; one that goes on is registered anew.
    pub ended_on: Option<NaiveDate>,
    pub why_ended: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tasks: Vec<Task>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub schedule: Vec<Instalment>,
    pub notes: Option<String>,
}

const ENDING: &str = "验收、终止";

impl Noun for Agreement {
    const KIND: Kind = Kind::Agreement;
    const SHAPE: Shape = Shape {
        level: Level::Province,
        home: Home::Works,
        initials: "djzncj",
        empty: ("这里会列出承接的职能", "承接什么、到哪一天、人和经费是不是跟着来。"),
        list: &[
            Column::field("name").width(18),
            Column::field("kind").width(8),
            Column::field("party_gov").width(12),
            Column::PLACE,
            Column::field("from").head("开始").width(8),
            Column::field("to").head("到期").width(8),
            Column::field("budget").head("经费（元）").width(9),
            Column::GAPS,
            Column::STATE,
        ],
        ..Shape::new::<Self>(
            "份",
            &[
                named("name", "事项名称").also(&["承接事项", "项目名称"]).hint("如 家庭健康促进行动"),
                Field::new("kind", "承接类别", Holds::Code(AgreementKind::CHOICES))
                    .also(&["承接方式", "类别"])
                    .required()
                    .roles(&[Role::Category])
                    .must(),
                Field::new("party_gov", "委托单位", Holds::Text)
                    .also(&["政府方", "委托方", "甲方"])
                    .required()
                    .finds(&[Find::Words])
                    .must(),
                Field::new("signed_on", "签订日期", Holds::Day)
                    .required()
                    .past()
                    .with(&["to"])
                    .must()
                    .start(Start::Today),
                FROM,
                TO.required().must(),
                Field::new("budget", "经费", Holds::Money)
                    .also(&["预算"])
                    .sensitive()
                    .roles(&[Role::Number])
                    .hint("费随事转：随事项转来的经费"),
                Field::new("staff_moved", "转来几人", Holds::Count)
                    .also(&["转来人数", "划转人员"])
                    .hint("人随事走：随事项转来的人"),
                Field::new("tasks", "任务", Holds::Parts(TASK)).asked(),
                Field::new("schedule", "拨付", Holds::Parts(INSTALMENT)).asked(),
                Field::new("doc_no", "文号", Holds::Text).also(&["协议编号"]).asked(),
                Field::new("accepted_on", "验收日期", Holds::Day).past().not_before("from").fold(ENDING),
                Field::new("acceptance", "验收意见", Holds::LongText).note().fold(ENDING),
                Field::new("ended_on", "提前终止日期", Holds::Day)
                    .also(&["终止日期"])
                    .past()
                    .not_before("from")
                    .fold(ENDING),
                Field::new("why_ended", "终止原因", Holds::Text).free().fold(ENDING),
                NOTES.fold("更多"),
                SEAT.fold("更多"),
            ],
        )
    };
    fn region(&self) -> &RegionCode {
        &self.region
    }
    fn problems(&self) -> Vec<Problem> {
        let mut problems = wrong([
            (tidy(&self.name).is_none(), "name", "请填写事项名称"),
            (tidy(&self.party_gov).is_none(), "party_gov", "请填写委托单位"),
            (self.signed_on > self.to, "signed_on", "签订日期晚于到期日期，请核对"),
            (self.budget.is_some_and(|budget| budget.0 < 0), "budget", "经费不能为负"),
        ]);
        for (nth, _) in self.tasks.iter().enumerate().filter(|(_, task)| tidy(&task.what).is_none()) {
            problems.push(Problem::new(&format!("tasks.{nth}.what"), "invalid", "请填写任务的事项"));
        }
        let negative = |one: &Instalment| one.amount.is_some_and(|amount| amount.0 < 0);
        for (nth, _) in self.schedule.iter().enumerate().filter(|(_, one)| negative(one)) {
            problems.push(Problem::new(&format!("schedule.{nth}.amount"), "invalid", "拨付金额不能为负"));
        }
        problems
    }
    /// 人随事走、费随事转.
    fn gaps(&self) -> Vec<Gap> {
        let money = self.budget.is_some_and(|budget| budget.0 > 0);
        let people = self.staff_moved.is_some_and(|people| people > 0);
        let paid = self.schedule.iter().filter_map(|one| one.amount);
        let paid = paid.fold(0_i64, |sum, amount| sum.saturating_add(amount.0));
        let more = self.budget.is_some_and(|budget| paid > budget.0);
        lacking([
            (!money && !people, "budget", "事来了，人和经费都没有来"),
            (more, "schedule", "拨付合起来比经费多，请核对"),
            (self.accepted_on.is_some() && self.acceptance.is_none(), "acceptance", "缺验收意见"),
            (self.ended_on.is_some() && self.why_ended.is_none(), "why_ended", "缺终止原因"),
            (self.why_ended.is_some() && self.ended_on.is_none(), "ended_on", "缺终止日期"),
        ])
    }
    fn title(&self) -> String {
        self.name.clone()
    }
}

#[cfg(test)]
#[test]
fn what_comes_with_neither_people_nor_money_is_told() {
    let agreement = Agreement::from_fields(&crate::shape::samples(Agreement::SHAPE.fields)).unwrap();
    let told = |budget: Option<i64>, staff_moved: Option<u32>| {
        let schedule = Vec::new();
        Agreement { budget: budget.map(Fen), staff_moved, schedule, ..agreement.clone() }.gaps().len()
    };
    assert_eq!((told(Some(1), None), told(None, Some(1))), (0, 0));
    assert_eq!((told(None, None), told(Some(0), Some(0))), (1, 1));
}

#[cfg(test)]
#[test]
fn what_is_accepted_or_ended_says_why_and_on_which_day() {
    let whole = Agreement::from_fields(&crate::shape::samples(Agreement::SHAPE.fields)).unwrap();
    let lacks = |one: Agreement| one.gaps().into_iter().map(|gap| gap.field).collect::<Vec<_>>();
    assert!(whole.problems().is_empty() && lacks(whole.clone()).is_empty());
    assert_eq!(lacks(Agreement { acceptance: None, ..whole.clone() }), ["acceptance"]);
    assert_eq!(lacks(Agreement { why_ended: None, ..whole.clone() }), ["why_ended"]);
    assert_eq!(lacks(Agreement { ended_on: None, ..whole.clone() }), ["ended_on"]);
    let more = Agreement { budget: Some(Fen(29_999)), ..whole.clone() };
    assert_eq!(lacks(more), ["schedule"]);
    let late = Agreement { signed_on: whole.to.succ_opt().unwrap(), ..whole };
    assert_eq!(late.problems()[0].field, "signed_on");
}

#[cfg(test)]
#[test]
fn what_is_wrong_with_a_part_is_told_at_its_place() {
    let mut agreement = Agreement::from_fields(&crate::shape::samples(Agreement::SHAPE.fields)).unwrap();
    assert!(agreement.problems().is_empty());
    agreement.tasks.push(Task { what: " ".into(), ..agreement.tasks[0].clone() });
    agreement.schedule.push(Instalment { amount: Some(Fen(-1)), ..agreement.schedule[0].clone() });
    let told: Vec<String> = agreement.problems().into_iter().map(|problem| problem.field).collect();
    assert_eq!(told, ["tasks.1.what", "schedule.1.amount"]);
    let mut stored = agreement.to_fields();
    stored["schedule"][0].as_object_mut().unwrap().remove("due");
    assert_eq!(Agreement::from_fields(&stored).unwrap_err().field, "schedule.0.due");
}
