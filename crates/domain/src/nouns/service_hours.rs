//! ServiceHours 服务工时 (`association.md` §2.9): what one volunteer did on one day, for how long, and who says so. Who organises
//! records, who records attests (民政部令67号).

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::checked::{lacking, wrong};
use super::common::{ASKED_REGION, NOTES, on_day};
use super::{Gap, Kind, Noun, Problem, tidy_name};
use crate::codes::codes;
use crate::region::RegionCode;
use crate::shape::{Column, Field, Find, Holds, Home, Role, Shape, Start};

codes! {
    /// What was done.
    HoursFor {
        Activity = "activity", "活动";
        Visit = "visit", "走访";
        Pairing = "pairing", "结对";
        Misc = "other", "其他";
    }
}

/// Of one day: more cannot be, and more than half of it is doubted.
const DAY: u32 = 24 * 60;
const DOUBTED: u32 = 12 * 60;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hours {
    pub region: RegionCode,
    /// 志愿者.
    pub name: String,
    pub date: NaiveDate,
    pub minutes: u32,
    pub what: HoursFor,
    pub attested_by: Option<String>,
    pub attested_on: Option<NaiveDate>,
    pub notes: Option<String>,
}

impl Noun for Hours {
    const KIND: Kind = Kind::Hours;
    const SHAPE: Shape = Shape {
        is_work: true,
        home: Home::Association,
        initials: "djfwgs",
        empty: ("这里会列出服务工时", "谁组织谁记录，谁记录谁证明；一天一条，开证明时有据可查。"),
        list: &[
            Column::field("date").head("日期").width(8),
            Column::field("name").width(9),
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
                Field::new("name", "志愿者", Holds::Text).required().finds(&[Find::Name]).must(),
                on_day("date", "服务日期"),
                Field::new("minutes", "服务时长", Holds::Minutes)
                    .required()
                    .roles(&[Role::Number])
                    .must()
                    .hint("3小时、1小时30分钟"),
                Field::new("what", "做了什么", Holds::Code(HoursFor::CHOICES))
                    .required()
                    .roles(&[Role::Category])
                    .must()
                    .start(Start::Code("activity")),
                Field::new("attested_by", "证明人", Holds::Text).finds(&[Find::Words]).asked(),
                Field::new("attested_on", "证明日期", Holds::Day).past().not_before("date").asked(),
                NOTES.fold("更多"),
                ASKED_REGION.fold("更多"),
            ],
        )
    };
    fn region(&self) -> &RegionCode {
        &self.region
    }
    fn problems(&self) -> Vec<Problem> {
        wrong([
            (tidy_name(&self.name).is_empty(), "name", "请填写志愿者姓名"),
            (
                self.minutes == 0 || self.minutes > DAY,
                "minutes",
                "一天的服务时长在 1 分钟到 24 小时之间，请核对",
            ),
        ])
    }
    fn gaps(&self) -> Vec<Gap> {
        let by_self = self.attested_by.as_deref().is_some_and(|by| tidy_name(by) == tidy_name(&self.name));
        lacking([
            (self.minutes > DOUBTED, "minutes", "一天超过 12 小时，请核对"),
            (self.attested_by.is_none(), "attested_by", "缺证明人"),
            (by_self, "attested_by", "本人不能给自己证明"),
        ])
    }
    fn title(&self) -> String {
        format!("{} {} 服务工时", self.name, self.date.format("%Y-%m-%d"))
    }
}

#[cfg(test)]
#[test]
fn hours_are_of_one_day_and_attested_by_somebody_else() {
    let hours = Hours::from_fields(&crate::shape::samples(Hours::SHAPE.fields)).unwrap();
    let hours = Hours { name: "王丽".into(), attested_by: Some("李芳".into()), ..hours };
    let found = |minutes: u32, by: &str| {
        let hours = Hours { minutes, attested_by: Some(by.into()), ..hours.clone() };
        (hours.problems().len(), hours.gaps().len())
    };
    assert_eq!([found(1, "李芳"), found(720, "李芳"), found(721, "李芳")], [(0, 0), (0, 0), (0, 1)]);
    assert_eq!([found(0, "李芳").0, found(1441, "李芳").0, found(90, "王 丽").1], [1, 1, 1]);
}
