//! RightsCase 权益维护 (`association.md` §2.12): a request that is answered, and of which the person was told. Who asked, for
//! what and against whom stands on the case's own page only.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::checked::{lacking, wrong};
use super::common::{ASKED_REGION, MAYBE_FAMILY, MAYBE_HEAD};
use super::{Gap, Kind, Noun, PersonRef, Problem};
use crate::codes::codes;
use crate::region::RegionCode;
use crate::shape::{Audience, Column, Field, Find, Holds, Home, Role, Shape, Start};

codes! {
    /// What it is about.
    Matter {
        Support = "support", "奖扶特扶未落实";
        OldAge = "old_age", "养老";
        Medical = "medical", "医疗";
        Inheritance = "inheritance", "财产继承";
        Labour = "labour", "劳动";
        Maternity = "maternity", "女职工孕产哺";
        LeftBehindChild = "left_behind_child", "留守儿童";
        Violence = "violence", "家庭暴力";
        Adoption = "adoption", "收养";
        PublicOpinion = "public_opinion", "舆情";
        Misc = "other", "其他";
    }
}

codes! {
    /// How it came.
    CameBy {
        Visit = "visit", "来访";
        Call = "call", "来电";
        Letter = "letter", "来信";
        Online = "online", "网上";
        Found = "found", "走访发现";
        FromAbove = "from_above", "上级转办";
    }
}

codes! {
    /// How it ended.
    CaseResult {
        Satisfied = "satisfied", "办结-满意";
        Explained = "explained", "办结-解释";
        Referred = "referred", "转办";
        Mediated = "mediated", "调解成功";
        LegalAid = "legal_aid", "法律援助";
        NotOurs = "not_ours", "不属受理范围";
        Withdrawn = "withdrawn", "本人撤回";
    }
}

codes! {
    /// What the person says of it. Not to wish to judge is no minus.
    Satisfaction {
        Yes = "yes", "满意";
        Mostly = "mostly", "基本满意";
        No = "no", "不满意";
        NotSaid = "not_said", "不愿评价";
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RightsCase {
    pub region: RegionCode,
    /// 编号: stays when it is taken up again.
    pub no: Option<String>,
    pub matter: Matter,
    pub asked_on: NaiveDate,
    pub came_by: Option<CameBy>,
    /// Absent: who asked wished not to be named.
    pub person: Option<PersonRef>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub anonymous: bool,
    pub household: Option<Uuid>,
    pub head_name: Option<String>,
    pub wish: Option<String>,
    pub facts: Option<String>,
    pub against: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub urgent: bool,
    /// The newest referral; the former ones are in the history.
    pub referred_to: Option<String>,
    pub referred_on: Option<NaiveDate>,
    pub referred_due: Option<NaiveDate>,
    pub referred_answer: Option<String>,
    pub result: Option<CaseResult>,
    pub result_note: Option<String>,
    pub closed_on: Option<NaiveDate>,
    pub told_on: Option<NaiveDate>,
    pub satisfied: Option<Satisfaction>,
}

const OWN: Audience = Audience::OwnPage;

impl Noun for RightsCase {
    const KIND: Kind = Kind::RightsCase;
    const SHAPE: Shape = Shape {
        is_work: true,
        home: Home::Support,
        initials: "djqywh",
        empty: ("这里会列出权益维护", "来访来电的诉求，谁接的、办到哪一步、有没有告诉本人，都在这里。"),
        list: &[
            Column::field("asked_on").head("登记").width(8),
            Column::field("no").width(9),
            Column::field("matter").width(10),
            Column::PLACE,
            Column::field("urgent").width(6),
            Column::field("referred_to").width(10),
            Column::field("closed_on").head("办结").width(8),
            Column::field("told_on").head("告诉本人").width(8),
            Column::GAPS,
            Column::STATE,
        ],
        ..Shape::new::<Self>(
            "件",
            &[
                Field::new("matter", "事项", Holds::Code(Matter::CHOICES))
                    .required()
                    .tells()
                    .roles(&[Role::Category])
                    .must(),
                Field::new("asked_on", "登记日期", Holds::Day)
                    .required()
                    .sensitive()
                    .past()
                    .roles(&[Role::Day])
                    .must()
                    .start(Start::Today),
                Field::new("came_by", "来源", Holds::Code(CameBy::CHOICES)).asked(),
                Field::new("person", "诉求人", Holds::Person)
                    .with(&["anonymous"])
                    .audience(OWN)
                    .hint("不愿留名的空着，下面打勾"),
                Field::new("anonymous", "不愿留名", Holds::Flag).asked(),
                MAYBE_FAMILY,
                MAYBE_HEAD,
                Field::new("urgent", "紧急", Holds::Flag).hint("家庭暴力、儿童有危险的，先打电话"),
                Field::new("wish", "诉求", Holds::LongText).note().audience(OWN).asked(),
                Field::new("facts", "情况", Holds::LongText).note().audience(OWN).asked(),
                Field::new("against", "对方", Holds::Text).audience(OWN).asked(),
                Field::new("referred_to", "转给谁", Holds::Text).finds(&[Find::Words]).fold("转办"),
                Field::new("referred_on", "转办日期", Holds::Day).past().not_before("asked_on").fold("转办"),
                Field::new("referred_due", "要求答复", Holds::Day).not_before("referred_on").fold("转办"),
                Field::new("referred_answer", "对方答复", Holds::LongText).note().audience(OWN).fold("转办"),
                Field::new("result", "结果", Holds::Code(CaseResult::CHOICES)).fold("办结"),
                Field::new("result_note", "结果说明", Holds::LongText).note().audience(OWN).fold("办结"),
                Field::new("closed_on", "办结日期", Holds::Day)
                    .past()
                    .not_before("asked_on")
                    .roles(&[Role::Until])
                    .fold("办结"),
                Field::new("told_on", "告诉本人的日期", Holds::Day)
                    .past()
                    .not_before("asked_on")
                    .fold("办结"),
                Field::new("satisfied", "本人评价", Holds::Code(Satisfaction::CHOICES)).fold("办结"),
                Field::new("no", "编号", Holds::Text).tells().fold("更多"),
                ASKED_REGION.fold("更多"),
            ],
        )
    };
    fn region(&self) -> &RegionCode {
        &self.region
    }
    fn problems(&self) -> Vec<Problem> {
        let unnamed = self.person.is_none() && !self.anonymous;
        wrong([(unnamed, "person", "请填写诉求人；不愿留名的，请勾选“不愿留名”")])
    }
    fn gaps(&self) -> Vec<Gap> {
        let closed = self.closed_on.is_some();
        lacking([
            (closed && self.result.is_none(), "result", "缺结果"),
            (closed && self.told_on.is_none() && !self.anonymous, "told_on", "办结了，还没有告诉本人"),
            (self.referred_to.is_some() && self.referred_on.is_none(), "referred_on", "缺转办日期"),
        ])
    }
    /// Never who, against whom or what was said.
    fn title(&self) -> String {
        match &self.no {
            Some(no) => format!("{no} {}", self.matter.label()),
            None => format!("{} {}", self.asked_on.format("%Y-%m-%d"), self.matter.label()),
        }
    }
}

#[cfg(test)]
#[test]
fn a_closed_case_is_done_when_the_person_was_told() {
    let case = RightsCase::from_fields(&crate::shape::samples(RightsCase::SHAPE.fields)).unwrap();
    let named = RightsCase { anonymous: false, ..case };
    let lacks = |case: &RightsCase| case.gaps().into_iter().map(|gap| gap.field).collect::<Vec<_>>();
    assert!(lacks(&named).is_empty());
    let untold = RightsCase { told_on: None, result: None, ..named };
    assert_eq!(lacks(&untold), ["result", "told_on"]);
    assert_eq!(lacks(&RightsCase { anonymous: true, ..untold }), ["result"]);
}
