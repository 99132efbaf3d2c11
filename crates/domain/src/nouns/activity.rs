//! Activity 活动: 5.29 and all others.

mod signed_in;

use chrono::{NaiveDate, NaiveDateTime};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use signed_in::SIGNED_IN;

use super::checked::lacking;
use super::{Gap, Kind, Noun, Problem, tidy};
use crate::codes::codes;
use crate::limits::Limits;
use crate::money::Fen;
use crate::region::RegionCode;
use crate::shape::{Column, Field, Find, Holds, Home, Role, Shape, Start, Telling};

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

codes! {
    /// What the year's report (F5) counts apart within a column of the working report (`association.md` §2.10).
    Subproject {
        Theme = "theme", "主题宣传";
        Misc = "other", "其他宣传";
        Relief = "relief", "帮扶救助";
        Counselling = "counselling", "心理援助";
        Adolescents = "adolescents", "青少年";
        Parents = "parents", "家长";
        Teachers = "teachers", "师资培训";
        Peers = "peers", "高校同伴教育";
    }
}

impl Subproject {
    /// The column that it is part of; none of a newer program's.
    pub fn of(&self) -> Option<ProjectColumn> {
        Some(match self {
            Self::Theme | Self::Misc => ProjectColumn::Publicity,
            Self::Relief | Self::Counselling => ProjectColumn::FamilySupport,
            Self::Adolescents | Self::Parents | Self::Teachers | Self::Peers => ProjectColumn::Youth,
            Self::Other(_) => return None,
        })
    }
}

codes! {
    /// Who is trained.
    TrainingKind {
        YouthTeacher = "youth_teacher", "青春健康师资";
        Backbone = "backbone", "帮扶骨干";
        Officer = "officer", "项目官员";
        Misc = "other", "其他人员";
    }
}

codes! {
    /// The courses of 青春健康.
    Curriculum {
        Growth = "growth", "成长之道";
        Talk = "talk", "沟通之道";
        Misc = "other", "其他课程";
    }
}

codes! {
    ActivityApproval {
        Pending = "pending", "审核中";
        Approved = "approved", "已通过";
        Declined = "declined", "未通过";
        Unneeded = "unneeded", "不用审核";
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activity {
    pub region: RegionCode,
    /// 活动名称.
    pub name: String,
    pub project: ProjectColumn,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subproject: Option<Subproject>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub training_kind: Option<TrainingKind>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub curriculum: Option<Curriculum>,
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
    pub approval_state: Option<ActivityApproval>,
    /// Who agreed, or why it was declined, in words: older programs and ledgers say no more of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<String>,
    /// The last day on which people enrol.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enrol_until: Option<NaiveDate>,
    /// 参加人数.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub headcount: Option<u32>,
    /// Members, and volunteers, who signed in.
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
    /// 亮点活动 (F8): shown elsewhere, with its photos.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub highlight: bool,
    /// Somebody looked through the photos: no family that must not be recognised is on them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub photos_cleared: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub archived: bool,
}

impl Noun for Activity {
    const KIND: Kind = Kind::Activity;
    const SHAPE: Shape = Shape {
        is_work: true,
        rules: &[SIGNED_IN],
        home: Home::Activities,
        past: &[Telling::always("start", &["参加活动“{name}”", "在{place}"])],
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
                Field::new("subproject", "子项目", Holds::Code(Subproject::CHOICES))
                    .with(&["project"])
                    .bits(&[
                        ("theme", 2),
                        ("other", 4),
                        ("relief", 8),
                        ("counselling", 16),
                        ("adolescents", 32),
                        ("parents", 64),
                        ("teachers", 128),
                        ("peers", 256),
                    ])
                    .hint("宣传教育、计生家庭帮扶、青春健康再分细一层，年报分开数"),
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
                    .roles(&[Role::Until, Role::EndsNothing])
                    .fold("更多"),
                Field::new("handouts", "发放资料（份）", Holds::Count).fold("更多"),
                Field::new("money", "经费", Holds::Money).fold("更多"),
                // 培训对象 and 课程 alone head columns of other words in offices' own lists.
                Field::new("training_kind", "培训类别", Holds::Code(TrainingKind::CHOICES))
                    .bits(&[("youth_teacher", 512), ("backbone", 1024), ("officer", 2048), ("other", 4096)])
                    .hint("业务培训填")
                    .fold("更多"),
                Field::new("curriculum", "青春健康课程", Holds::Code(Curriculum::CHOICES)).fold("更多"),
                Field::new("approval_state", "审核进度", Holds::Code(ActivityApproval::CHOICES))
                    .also(&["审核状态"])
                    .fold("更多"),
                Field::new("approval", "审核意见", Holds::Text)
                    .also(&["审核", "审核情况", "审核人"])
                    .hint("谁同意的；没有通过的写原因")
                    .fold("更多"),
                Field::new("enrol_until", "报名截止", Holds::Day).with(&["start"]).fold("更多"),
                Field::new("highlight", "亮点活动", Holds::Flag).bits(&[("true", 8192)]).fold("更多"),
                Field::new("photos_cleared", "照片看过，没有不便露面的家庭", Holds::Flag)
                    .bits(&[("true", 16384)])
                    .fold("更多"),
                Field::new("archived", "资料已归档", Holds::Flag).bits(&[("true", 1)]).fold("更多"),
                // Who signed in stands for the number of people where nobody wrote one.
                Field::new("sign_ins", "签到会员", Holds::References(&["member", "volunteer"]))
                    .roles(&[Role::Number]),
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
        if let Some(whole) =
            self.subproject.as_ref().and_then(Subproject::of).filter(|of| *of != self.project)
        {
            let message = format!("这个子项目属于“{}”，请核对所属项目", whole.label());
            problems.push(Problem::new("subproject", "not_of_project", message));
        }
        if self.enrol_until.is_some_and(|last| last > self.start.date()) {
            problems.push(Problem::new("enrol_until", "period_invalid", "报名截止晚于活动开始，请核对"));
        }
        problems
    }
    /// So many have written down who came. Of two desks one may count and the other sign people in.
    fn beyond(&self, _limits: &Limits) -> Vec<Problem> {
        let signed = self.sign_ins.len();
        let fewer = self.headcount.is_some_and(|people| (people as usize) < signed);
        let message = || format!("参加人数比签到的人少（签到 {signed} 人），请核对");
        Vec::from_iter(fewer.then(|| Problem::new("headcount", "headcount_few", message())))
    }
    fn gaps(&self) -> Vec<Gap> {
        let declined = self.approval_state == Some(ActivityApproval::Declined);
        let why = self.approval.as_deref().and_then(tidy);
        let trains = self.project == ProjectColumn::Training;
        lacking([
            (self.headcount.is_none() && self.sign_ins.is_empty(), "headcount", "缺参加人数"),
            (trains && self.training_kind.is_none(), "training_kind", "缺培训类别"),
            (declined && why.is_none(), "approval", "缺没有通过的原因"),
            (self.highlight && !self.photos_cleared, "photos_cleared", "亮点活动的照片还没有人看过"),
        ])
    }
    fn title(&self) -> String {
        self.name.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nouns;
    use serde_json::{Value, json};

    fn of(said: Value) -> Activity {
        let mut all = json!({"region": "340323100", "name": "讲座", "project": "youth", "headcount": 30,
            "start": "2026-10-05T09:00:00"});
        all.as_object_mut().unwrap().extend(said.as_object().unwrap().clone());
        Activity::from_fields(all.as_object().unwrap()).unwrap()
    }

    fn wrong(said: Value) -> Vec<String> {
        of(said).problems().into_iter().map(|problem| problem.field).collect()
    }

    fn lacks(said: Value) -> Vec<String> {
        of(said).gaps().into_iter().map(|gap| gap.field).collect()
    }

    #[test]
    fn a_subproject_is_of_its_project() {
        assert_eq!(wrong(json!({"subproject": "parents"})), [""; 0]);
        assert_eq!(wrong(json!({"subproject": "relief"})), ["subproject"]);
        // Of a newer program.
        assert_eq!(wrong(json!({"subproject": "of_the_future"})), [""; 0]);
        assert!(Subproject::ALL.iter().all(|one| one.of().is_some()));
    }

    #[test]
    fn no_fewer_came_than_signed_in() {
        let said = |people: u32| {
            let ids = [Uuid::from_u128(1), Uuid::from_u128(2)];
            of(json!({"headcount": people, "sign_ins": ids})).to_fields()
        };
        let told = |people: u32, limits: Option<&Limits>| {
            nouns::check_by("activity", &said(people), limits).unwrap().problems.len()
        };
        let limits = Limits::of_the_program();
        assert_eq!((told(1, Some(limits)), told(2, Some(limits))), (1, 0));
        assert_eq!(told(1, None), 0, "what two desks wrote is taken");
    }

    #[test]
    fn nobody_enrols_after_the_beginning() {
        assert_eq!(wrong(json!({"enrol_until": "2026-10-05"})), [""; 0]);
        assert_eq!(wrong(json!({"enrol_until": "2026-10-06"})), ["enrol_until"]);
    }

    #[test]
    fn what_the_year_s_report_needs_is_asked_for() {
        assert_eq!(lacks(json!({})), [""; 0]);
        assert_eq!(lacks(json!({"project": "training"})), ["training_kind"]);
        assert_eq!(lacks(json!({"approval_state": "declined"})), ["approval"]);
        assert_eq!(lacks(json!({"approval_state": "declined", "approval": "时间不合适"})), [""; 0]);
        assert_eq!(lacks(json!({"highlight": true})), ["photos_cleared"]);
    }

    /// Ledgers and older programs wrote into it who agreed.
    #[test]
    fn an_approval_in_words_still_reads() {
        let old = of(json!({"approval": "赵镇长", "sign_ins": []}));
        assert_eq!((old.approval.as_deref(), old.approval_state), (Some("赵镇长"), None));
    }
}
