//! ServiceHours 服务工时 (`association.md` §2.9): what one volunteer did on one day, for how long, and who says so. Who organises
//! records, who records attests (民政部令67号).

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::checked::{lacking, too_long, wrong};
use super::common::{NOTES, SEAT, on_day};
use super::{Gap, Kind, Noun, Problem, tidy_name};
use crate::codes::codes;
use crate::limits::Limits;
use crate::region::RegionCode;
use crate::shape::{Audience, Column, Field, Find, Holds, Home, Role, Shape, Start, Telling};

mod beside;
mod proposed;

use beside::{NOT_EARLY, ON_ITS_DAY, ONCE, ONE_DAY, SERVES};
pub use proposed::{Proposed, SignedIn, proposed};

codes! {
    /// What was done.
    HoursFor {
        Activity = "activity", "活动";
        Visit = "visit", "走访";
        Pairing = "pairing", "结对";
        Misc = "other", "其他";
    }
}

/// Of one day there is no more.
const DAY: u32 = 24 * 60;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hours {
    pub region: RegionCode,
    /// Whose they are, where they have a record: hours are hidden with the volunteer.
    pub volunteer: Option<Uuid>,
    pub volunteer_name: String,
    pub date: NaiveDate,
    pub minutes: u32,
    pub what: HoursFor,
    /// The activity, the visit, the pairing. Whose family that is stands on this record's own page only.
    #[serde(rename = "ref")]
    pub done_at: Option<Uuid>,
    pub ref_name: Option<String>,
    pub attested_by: Option<String>,
    pub attested_on: Option<NaiveDate>,
    pub notes: Option<String>,
}

impl Noun for Hours {
    const KIND: Kind = Kind::Hours;
    const SHAPE: Shape = Shape {
        is_work: true,
        rules: &[ONE_DAY, ONCE, SERVES, NOT_EARLY, ON_ITS_DAY],
        home: Home::Association,
        past: &[Telling::always("date", &["志愿服务{minutes}", "{what}", "证明人{attested_by}"])],
        initials: "djfwgs",
        empty: ("这里会列出服务工时", "谁组织谁记录，谁记录谁证明；一天一条，开证明时有据可查。"),
        list: &[
            Column::field("date").head("日期").width(8),
            Column::field("volunteer_name").width(9),
            Column::PLACE,
            Column::field("what").width(7),
            Column::field("minutes").head("时长").width(8),
            Column::field("attested_by").width(9),
            Column::field("attested_on").width(8),
            Column::GAPS,
            Column::STATE,
        ],
        ..Shape::new::<Self>(
            "条",
            &[
                Field::new("volunteer", "志愿者", Holds::Reference(&["volunteer"]))
                    .named_by("volunteer_name")
                    .also(&["志愿者姓名", "姓名"])
                    .roles(&[Role::Parent])
                    .must(),
                Field::new("volunteer_name", "志愿者", Holds::Text).required().finds(&[Find::Name]),
                on_day("date", "服务日期"),
                Field::new("minutes", "服务时长", Holds::Minutes)
                    .also(&["时长", "工时", "服务小时"])
                    .required()
                    .sensitive()
                    .with(&["volunteer", "date"])
                    .roles(&[Role::Number])
                    .must()
                    .hint("3小时、1小时30分钟"),
                Field::new("what", "做了什么", Holds::Code(HoursFor::CHOICES))
                    .also(&["服务类别", "服务项目"])
                    .required()
                    .roles(&[Role::Category])
                    .must()
                    .start(Start::Code("activity")),
                Field::new("ref", "哪一次", Holds::Reference(&["activity", "visit", "pairing"]))
                    .named_by("ref_name")
                    .with(&["volunteer", "date"])
                    .audience(Audience::OwnPage)
                    .roles(&[Role::Names])
                    .hint("活动的名称，或哪一次走访、哪一对结对"),
                Field::new("ref_name", "哪一次", Holds::Text).audience(Audience::OwnPage),
                Field::new("attested_by", "证明人", Holds::Text)
                    .with(&["volunteer_name"])
                    .finds(&[Find::Words])
                    .hint("办这次活动的人，或服务队队长"),
                Field::new("attested_on", "证明日期", Holds::Day).past().not_before("date").asked(),
                NOTES.fold("更多"),
                SEAT.fold("更多"),
            ],
        )
    };
    fn region(&self) -> &RegionCode {
        &self.region
    }
    fn problems(&self) -> Vec<Problem> {
        let name = tidy_name(&self.volunteer_name);
        let by_self = self.attested_by.as_deref().is_some_and(|by| tidy_name(by) == name);
        wrong([
            (name.is_empty(), "volunteer_name", "请填写志愿者姓名"),
            (self.minutes == 0 || self.minutes > DAY, "minutes", "一次服务至少 1 分钟，不超过一天，请核对"),
            (by_self, "attested_by", "本人不能给自己证明，请写办这次活动的人或队长"),
        ])
    }
    fn beyond(&self, limits: &Limits) -> Vec<Problem> {
        // Longer than a day it is wrong everywhere.
        let minutes = Some(self.minutes).filter(|minutes| *minutes <= DAY);
        Vec::from_iter(too_long(minutes, limits, &self.region, self.date))
    }
    fn gaps(&self) -> Vec<Gap> {
        lacking([
            (self.attested_by.is_none(), "attested_by", "缺证明人"),
            (self.attested_by.is_some() && self.attested_on.is_none(), "attested_on", "缺证明日期"),
        ])
    }
    fn title(&self) -> String {
        format!("{} {} 服务工时", self.volunteer_name, self.date.format("%Y-%m-%d"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nouns;

    fn entry(minutes: u32, by: &str) -> Hours {
        let hours = Hours::from_fields(&crate::shape::samples(Hours::SHAPE.fields)).unwrap();
        Hours { volunteer_name: "王丽".into(), minutes, attested_by: Some(by.into()), ..hours }
    }

    #[test]
    fn an_entry_is_of_one_day_and_attested_by_somebody_else() {
        let wrong = |minutes: u32, by: &str| {
            let problems = entry(minutes, by).problems();
            problems.into_iter().map(|problem| problem.field).collect::<Vec<_>>()
        };
        assert!(wrong(1, "李芳").is_empty() && wrong(DAY, "李芳").is_empty());
        assert_eq!([wrong(0, "李芳"), wrong(DAY + 1, "李芳")], [["minutes"], ["minutes"]]);
        assert_eq!(wrong(90, "王 丽"), ["attested_by"]);
    }

    #[test]
    fn an_entry_is_as_long_as_its_place_lets_it_be_on_its_day() {
        let rows = r#"[{"code": "entry_minutes", "value": 90, "from": "2026-10-05", "place": "340323"}]"#;
        let own = Limits::with_own(serde_json::from_str(rows).unwrap());
        let told = |hours: &Hours, limits: &Limits| {
            let fields = hours.to_fields();
            let found = nouns::check_by("service_hours", &fields, Some(limits)).unwrap().problems;
            found.into_iter().map(|problem| problem.message).collect::<Vec<_>>()
        };
        let program = Limits::of_the_program();
        assert!(told(&entry(720, "李芳"), program).is_empty());
        assert_eq!(told(&entry(721, "李芳"), program), ["一次服务最多 12 小时，请核对"]);
        assert_eq!(told(&entry(DAY + 1, "李芳"), program).len(), 1);
        assert_eq!(told(&entry(91, "李芳"), &own), ["一次服务最多 90 分钟，请核对"]);
        let before = Hours { date: entry(91, "李芳").date.pred_opt().unwrap(), ..entry(91, "李芳") };
        assert!(told(&before, &own).is_empty());
        // The province takes what another office lets be.
        assert!(entry(721, "李芳").problems().is_empty());
    }
}
