//! Wish 微心愿 (`association.md` §2.14): a small thing somebody of a family longs for, taken up by a helper.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::checked::{lacking, wrong};
use super::common::{ASKED_REGION, FAMILY, HEAD_NAME, NOTES, on_day};
use super::persons::{IN_FAMILY, alive_then, of_the_family};
use super::{Gap, Kind, Noun, PersonRef, Problem, tidy};
use crate::money::Fen;
use crate::region::RegionCode;
use crate::shape::{Column, Field, Find, Holds, Home, Role, Shape, Telling};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wish {
    pub region: RegionCode,
    pub household: Uuid,
    pub head_name: String,
    pub person: PersonRef,
    pub date: NaiveDate,
    pub wish: String,
    pub cost: Option<Fen>,
    /// 公布: helpers may be told of it, by first name and age band only.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub published: bool,
    /// Who takes it up, where they have a record.
    pub claimer: Option<Uuid>,
    pub claimed_by: Option<String>,
    pub claimed_on: Option<NaiveDate>,
    pub fulfilled_on: Option<NaiveDate>,
    pub amount: Option<Fen>,
    pub notes: Option<String>,
}

impl Noun for Wish {
    const KIND: Kind = Kind::Wish;
    const SHAPE: Shape = Shape {
        is_work: true,
        rules: &[of_the_family::<Self>(), alive_then::<Self>(IN_FAMILY)],
        past: &[
            Telling::always("date", &["{person}的微心愿：{wish}"]),
            Telling::once("claimed_on", &["有人认领了微心愿：{wish}", "认领人{claimed_by}"]),
            Telling::once("fulfilled_on", &["微心愿实现了：{wish}", "花费{amount}"]),
        ],
        home: Home::Visits,
        initials: "djwxy",
        empty: ("这里会列出微心愿", "家里人盼着的一件小事，记下来，有人认领了就帮着实现。"),
        list: &[
            Column::field("date").head("征集").width(8),
            Column::field("head_name").width(8),
            Column::PLACE,
            Column::field("wish").width(20).unsorted(),
            Column::field("claimed_by").width(9),
            Column::field("fulfilled_on").head("实现").width(8),
            Column::GAPS,
            Column::STATE,
        ],
        ..Shape::new::<Self>(
            "个",
            &[
                FAMILY.must(),
                HEAD_NAME,
                Field::new("person", "谁的心愿", Holds::Person)
                    .required()
                    .with(&["household"])
                    .roles(&[Role::Persons])
                    .must(),
                on_day("date", "征集日期"),
                Field::new("wish", "心愿", Holds::Text).required().free().finds(&[Find::Words]).must(),
                Field::new("cost", "预计费用", Holds::Money).asked(),
                Field::new("published", "已公布", Holds::Flag).bits(&[("true", 1)]).asked(),
                Field::new("claimer", "认领人", Holds::Reference(&["volunteer", "member"]))
                    .named_by("claimed_by")
                    .roles(&[Role::Names])
                    .asked(),
                Field::new("claimed_by", "认领人", Holds::Text).finds(&[Find::Words]),
                Field::new("claimed_on", "认领日期", Holds::Day).past().with(&["date"]).asked(),
                Field::new("fulfilled_on", "实现日期", Holds::Day).past().with(&["date"]).asked(),
                Field::new("amount", "实际花费", Holds::Money).roles(&[Role::Number]).asked(),
                NOTES.finds(&[Find::Words]).fold("更多"),
                ASKED_REGION.fold("更多"),
            ],
        )
    };
    fn region(&self) -> &RegionCode {
        &self.region
    }
    fn problems(&self) -> Vec<Problem> {
        let early = |on: Option<NaiveDate>| on.is_some_and(|on| on < self.date);
        wrong([
            (self.person.is_nameless(), "person", "请填写是谁的心愿"),
            (tidy(&self.wish).is_none(), "wish", "请写下心愿，如“一辆轮椅”"),
            (early(self.claimed_on), "claimed_on", "认领日期早于征集日期，请核对"),
            (early(self.fulfilled_on), "fulfilled_on", "实现日期早于征集日期，请核对"),
        ])
    }
    fn gaps(&self) -> Vec<Gap> {
        let unclaimed = self.claimed_on.is_some() && self.claimed_by.is_none();
        lacking([(unclaimed, "claimed_by", "缺认领人")])
    }
    fn title(&self) -> String {
        format!("{} {} 微心愿", self.person.name, self.date.format("%Y-%m-%d"))
    }
}

#[cfg(test)]
#[test]
fn a_wish_is_taken_up_by_somebody_after_it_was_told() {
    let fields = crate::shape::samples(Wish::SHAPE.fields);
    let wish = Wish { date: "2026-10-06".parse().unwrap(), ..Wish::from_fields(&fields).unwrap() };
    let problems = wish.problems();
    assert_eq!(problems.iter().map(|one| &one.field).collect::<Vec<_>>(), ["claimed_on", "fulfilled_on"]);
    assert!(problems.iter().all(|one| one.code == "invalid"), "called as with other nouns: {problems:?}");
    assert_eq!((wish.gaps().len(), Wish { claimed_by: None, ..wish }.gaps().len()), (0, 1));
}
