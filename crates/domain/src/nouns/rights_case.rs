//! RightsCase 权益维护 (`association.md` §2.12): a request that is answered, and of which the person was told. Who asked, about
//! what, how urgently and against whom is for who recorded it and from the supervisor up; that there is a case, and how
//! far it is, is for the office.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::checked::{lacking, wrong};
use super::common::ASKED_REGION;
use super::persons::is_named;
use super::{Gap, Kind, Noun, PersonRef, Problem, tidy_name};
use crate::codes::codes;
use crate::region::RegionCode;
use crate::shape::{Audience, Column, Field, Find, Holds, Home, Role, Shape, Start, Telling};

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
    /// 受理: by whom it is handled, and until when.
    pub accepted_on: Option<NaiveDate>,
    pub handler: Option<String>,
    pub due: Option<NaiveDate>,
    pub extended_why: Option<String>,
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
    /// 回访: by another than who handled it.
    pub revisited_on: Option<NaiveDate>,
    pub revisited_by: Option<String>,
}

/// Who it is about, and all that was told, is for who recorded it and from the supervisor up. So neither a family's page nor
/// a search leads to a case. What it is about and whether it is urgent are of these, whatever they say: were they hidden of
/// violence alone, that they are hidden would say it.
const RESTRICTED: Audience = Audience::Supervisor;

impl Noun for RightsCase {
    const KIND: Kind = Kind::RightsCase;
    const SHAPE: Shape = Shape {
        is_work: true,
        home: Home::Support,
        // Never what it is about, nor who was asked for help: the page may be open in the very home.
        past: &[
            Telling::always("asked_on", &["提出诉求", "{came_by}"]),
            Telling::once("accepted_on", &["受理了诉求", "承办人{handler}"]),
            Telling::once("referred_on", &["诉求转办"]),
            Telling::once("closed_on", &["诉求有了结果", "{result}"]),
            Telling::once("told_on", &["把结果告诉了本人", "{satisfied}"]),
            Telling::once("revisited_on", &["回访了诉求", "回访人{revisited_by}"]),
        ],
        initials: "djqywh",
        empty: ("这里会列出权益维护", "来访来电的诉求，谁接的、办到哪一步、有没有告诉本人，都在这里。"),
        list: &[
            Column::field("asked_on").head("登记").width(8),
            Column::TITLE.head("编号"),
            Column::PLACE,
            Column::field("handler").width(8),
            Column::field("due").head("期限").width(8),
            Column::field("referred_to").width(10).spare(),
            Column::field("closed_on").head("办结").width(8),
            Column::GAPS,
            Column::STATE,
        ],
        ..Shape::new::<Self>(
            "件",
            &[
                Field::new("matter", "事项", Holds::Code(Matter::CHOICES))
                    .required()
                    .tells()
                    .audience(RESTRICTED)
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
                    .audience(RESTRICTED)
                    .hint("不愿留名的空着，下面打勾"),
                Field::new("anonymous", "不愿留名", Holds::Flag).asked(),
                // The case is led to from the family, and is none of what is hidden, moved or counted with it.
                Field::new("household", "家庭", Holds::Reference(&["household"]))
                    .audience(RESTRICTED)
                    .roles(&[Role::Names])
                    .asked(),
                Field::new("head_name", "户主", Holds::Text).audience(RESTRICTED),
                Field::new("urgent", "紧急", Holds::Flag)
                    .audience(RESTRICTED)
                    .hint("家庭暴力、儿童有危险的，先打电话"),
                Field::new("wish", "诉求", Holds::LongText).note().audience(RESTRICTED).asked(),
                Field::new("facts", "情况", Holds::LongText).note().audience(RESTRICTED).asked(),
                Field::new("against", "对方", Holds::Text).audience(RESTRICTED).asked(),
                Field::new("accepted_on", "受理日期", Holds::Day).past().not_before("asked_on").fold("受理"),
                Field::new("handler", "承办人", Holds::Text).finds(&[Find::Words]).fold("受理"),
                Field::new("due", "办理期限", Holds::Day)
                    .not_before("asked_on")
                    .fold("受理")
                    .hint("一般 15 天，信访件 60 天"),
                Field::new("extended_why", "延期原因", Holds::Text).free().audience(RESTRICTED).fold("受理"),
                Field::new("referred_to", "转给谁", Holds::Text).finds(&[Find::Words]).fold("转办"),
                Field::new("referred_on", "转办日期", Holds::Day).past().not_before("asked_on").fold("转办"),
                Field::new("referred_due", "要求答复", Holds::Day).not_before("referred_on").fold("转办"),
                Field::new("referred_answer", "对方答复", Holds::LongText)
                    .note()
                    .audience(RESTRICTED)
                    .fold("转办"),
                Field::new("result", "结果", Holds::Code(CaseResult::CHOICES)).fold("办结"),
                Field::new("result_note", "结果说明", Holds::LongText)
                    .note()
                    .audience(RESTRICTED)
                    .fold("办结"),
                Field::new("closed_on", "办结日期", Holds::Day)
                    .past()
                    .not_before("accepted_on")
                    .roles(&[Role::Until])
                    .fold("办结"),
                Field::new("told_on", "告诉本人的日期", Holds::Day)
                    .past()
                    .not_before("asked_on")
                    .fold("办结"),
                Field::new("satisfied", "本人评价", Holds::Code(Satisfaction::CHOICES)).fold("办结"),
                Field::new("revisited_on", "回访日期", Holds::Day).past().not_before("asked_on").fold("办结"),
                Field::new("revisited_by", "回访人", Holds::Text)
                    .finds(&[Find::Words])
                    .fold("办结")
                    .hint("请承办人以外的同事回访"),
                Field::new("no", "编号", Holds::Text).tells().fold("更多"),
                ASKED_REGION.fold("更多"),
            ],
        )
    };
    fn region(&self) -> &RegionCode {
        &self.region
    }
    fn problems(&self) -> Vec<Problem> {
        let unnamed = !is_named(self.person.as_ref()) && !self.anonymous;
        wrong([(unnamed, "person", "请填写诉求人；不愿留名的，请勾选“不愿留名”")])
    }
    fn gaps(&self) -> Vec<Gap> {
        let closed = self.closed_on.is_some();
        let name = |name: &Option<String>| name.as_deref().map(tidy_name);
        let own_work = self.revisited_by.is_some() && name(&self.revisited_by) == name(&self.handler);
        let guided = self.result_note.is_some() || self.result != Some(CaseResult::NotOurs);
        lacking([
            (
                is_named(self.person.as_ref()) && self.anonymous,
                "anonymous",
                "勾了不愿留名，又写了姓名，请核对",
            ),
            (self.accepted_on.is_some() && self.handler.is_none(), "handler", "缺承办人"),
            (self.accepted_on.is_some() && self.due.is_none(), "due", "缺办理期限"),
            (closed && self.result.is_none(), "result", "缺结果"),
            (!closed && self.result.is_some(), "closed_on", "缺办结日期"),
            (!guided, "result_note", "不属受理范围的，请写明请他去找谁"),
            (closed && self.told_on.is_none() && !self.anonymous, "told_on", "办结了，还没有告诉本人"),
            (self.referred_to.is_some() && self.referred_on.is_none(), "referred_on", "缺转办日期"),
            (own_work, "revisited_by", "回访人就是承办人，请换一位同事回访"),
        ])
    }
    /// Never who, about what, against whom or what was said, of whichever case.
    fn title(&self) -> String {
        let kind = Self::KIND;
        let word = kind.label();
        match &self.no {
            Some(no) => format!("{no} {word}"),
            None => format!("{} {word}", self.asked_on.format("%Y-%m-%d")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case() -> RightsCase {
        let case = RightsCase::from_fields(&crate::shape::samples(RightsCase::SHAPE.fields)).unwrap();
        RightsCase { anonymous: false, urgent: false, revisited_by: Some("乙".into()), ..case }
    }

    fn lacks(case: &RightsCase) -> Vec<String> {
        case.gaps().into_iter().map(|gap| gap.field).collect()
    }

    #[test]
    fn a_closed_case_is_done_when_the_person_was_told() {
        assert!(lacks(&case()).is_empty());
        let untold = RightsCase { told_on: None, result: None, ..case() };
        assert_eq!(lacks(&untold), ["result", "told_on"]);
        assert_eq!(lacks(&RightsCase { anonymous: true, person: None, ..untold }), ["result"]);
        let not_ours = RightsCase { result: Some(CaseResult::NotOurs), result_note: None, ..case() };
        assert_eq!(lacks(&not_ours), ["result_note"]);
    }

    #[test]
    fn a_case_is_closed_neither_before_it_was_accepted_nor_before_it_was_asked() {
        let told = |accepted: Option<&str>, closed: &str| {
            let mut fields = crate::shape::valid(&RightsCase::KIND).unwrap();
            fields.insert("asked_on".into(), "2026-10-05".into());
            fields.insert("closed_on".into(), closed.into());
            fields.extend(accepted.map(|on| ("accepted_on".to_owned(), on.into())));
            let found = crate::nouns::turned(RightsCase::KIND.code(), &fields);
            found.into_iter().map(|problem| problem.message).collect::<String>()
        };
        assert_eq!(told(Some("2026-10-08"), "2026-10-07"), "办结日期早于受理日期，请核对");
        assert_eq!(told(None, "2026-10-04"), "办结日期早于登记日期，请核对");
        assert_eq!((told(Some("2026-10-08"), "2026-10-08"), told(None, "2026-10-05")), Default::default());
    }

    #[test]
    fn another_than_the_handler_asks_again() {
        let handler = case().handler;
        assert!(handler.is_some());
        assert_eq!(lacks(&RightsCase { revisited_by: handler, ..case() }), ["revisited_by"]);
    }

    #[test]
    fn no_list_tells_who_or_what_it_is_about() {
        for field in [
            "matter",
            "urgent",
            "person",
            "household",
            "head_name",
            "wish",
            "facts",
            "against",
            "extended_why",
            "referred_answer",
            "result_note",
        ] {
            let audience = RightsCase::SHAPE.field(field).map(|field| field.audience);
            assert_eq!(audience, Some(Audience::Supervisor), "{field}");
        }
        assert!(!RightsCase::SHAPE.lists("matter"));
        let told = RightsCase::SHAPE.past.iter().flat_map(|telling| telling.says);
        let fields: Vec<&str> = told.flat_map(|clause| Telling::fields_of(clause)).collect();
        assert!(!fields.is_empty() && !fields.contains(&"matter") && !fields.contains(&"referred_to"));
        // One title tells as little as another: else the one that says nothing would tell of violence.
        for no in [None, Some("谷阳维字第7号".to_owned())] {
            let title =
                |matter: Matter, urgent| RightsCase { matter, urgent, no: no.clone(), ..case() }.title();
            let usual = title(Matter::Labour, false);
            assert!(usual.ends_with("权益维护"), "{usual}");
            assert_eq!(
                (title(Matter::Violence, false), title(Matter::LeftBehindChild, true)),
                (usual.clone(), usual)
            );
        }
    }
}
