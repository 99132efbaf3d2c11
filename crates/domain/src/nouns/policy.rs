//! Policy 保单 (`association.md` §2.14): insurance that somebody takes out for people of many families.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::checked::{lacking, wrong};
use super::common::{ASKED_REGION, DAYS_OF_A_YEAR, FROM, TO, named};
use super::{Gap, Kind, Noun, PersonRef, Problem, tidy};
use crate::money::Fen;
use crate::region::{Level, RegionCode};
use crate::shape::{Column, Field, Find, Holds, Home, Mask, Role, Shape, Telling};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    pub region: RegionCode,
    pub product: String,
    pub insurer: Option<String>,
    /// 保险单号.
    pub no: Option<String>,
    pub from: NaiveDate,
    pub to: NaiveDate,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub insured: Vec<PersonRef>,
    pub premium: Option<Fen>,
    pub payer: Option<String>,
    /// For a day in hospital, at most so many days.
    pub daily: Option<Fen>,
    pub max_days: Option<u32>,
    pub death: Option<Fen>,
    pub disability: Option<Fen>,
}

impl Noun for Policy {
    const KIND: Kind = Kind::Policy;
    const SHAPE: Shape = Shape {
        level: Level::County,
        home: Home::Support,
        making: Some("登记保险单"),
        past: &[
            Telling::always("from", &["参加{product}", "保到{to}", "保费由{payer}出"]),
            Telling::once("to", &["{product}到期"]),
        ],
        initials: "djbxd",
        empty: ("这里会列出保单", "保到哪一天、一天补多少，到期前好续上。"),
        list: &[
            Column::field("product").width(16),
            Column::field("insurer").width(12),
            Column::PLACE,
            Column::field("no").width(12).unsorted().unfiltered(),
            Column::field("from").head("生效").width(8),
            Column::field("to").head("到期").width(8),
            Column::field("premium").head("保费（元）").width(9),
            Column::GAPS,
            Column::STATE,
        ],
        ..Shape::new::<Self>(
            "份",
            &[
                named("product", "险种").hint("如 住院护理补贴保险"),
                Field::new("insurer", "保险公司", Holds::Text).asked(),
                Field::new("no", "保险单号", Holds::Text)
                    .sensitive()
                    .tells()
                    .mask(Mask::Number)
                    .finds(&[Find::Words])
                    .asked(),
                FROM,
                TO.required().must(),
                Field::new("insured", "被保险人", Holds::People).roles(&[Role::Persons]).asked(),
                Field::new("premium", "保费", Holds::Money).roles(&[Role::Number]).asked(),
                Field::new("payer", "谁出保费", Holds::Text).asked(),
                Field::new("daily", "住院每天补贴", Holds::Money).fold("保额"),
                Field::new("max_days", "最多几天", Holds::Count).fold("保额"),
                Field::new("death", "身故", Holds::Money).fold("保额"),
                Field::new("disability", "伤残", Holds::Money).fold("保额"),
                ASKED_REGION.fold("更多"),
            ],
        )
    };
    fn region(&self) -> &RegionCode {
        &self.region
    }
    fn problems(&self) -> Vec<Problem> {
        let negative = |sum: Option<Fen>| sum.is_some_and(|sum| sum.0 < 0);
        wrong([
            (tidy(&self.product).is_none(), "product", "请填写险种"),
            (negative(self.premium), "premium", "保费不能为负"),
            (negative(self.daily), "daily", "补贴不能为负"),
            (self.max_days.is_some_and(|days| days > DAYS_OF_A_YEAR), "max_days", "天数超过一年，请核对"),
            (negative(self.death), "death", "保额不能为负"),
            (negative(self.disability), "disability", "保额不能为负"),
        ])
    }
    fn gaps(&self) -> Vec<Gap> {
        lacking([(self.insured.iter().all(PersonRef::is_nameless), "insured", "缺被保险人")])
    }
    fn title(&self) -> String {
        format!("{} {}年", self.product, self.from.format("%Y"))
    }
}
