//! Publicity 公示公开 (`association.md` §2.1): what was shown where, from when to when, and what somebody had against it. It
//! shows at most village, name, neutral programme, sum: never ID, phone, account or health (D2).

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::checked::{lacking, wrong};
use super::common::{FROM, NOTES, SEAT, TO, named_beside};
use super::{Gap, Kind, Noun, Problem, tidy};
use crate::codes::codes;
use crate::numbers_in_text;
use crate::region::{Level, RegionCode};
use crate::shape::{Column, Field, Find, Holds, Home, Role, Shape, Start};

codes! {
    PublicityKind {
        Before = "before", "事前公示";
        After = "after", "事后公开";
    }
}

codes! {
    PublicityPlace {
        Village = "village", "村务公开栏";
        Township = "township", "镇公示栏";
        Web = "web", "网站";
        Platform = "platform", "全国慈善信息平台";
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Publicity {
    pub region: RegionCode,
    /// What is shown, where it has a record. That it was shown stays true when the record is void.
    pub of: Option<Uuid>,
    pub name: String,
    pub kind: PublicityKind,
    pub place: PublicityPlace,
    pub from: NaiveDate,
    pub to: NaiveDate,
    /// 监督电话: an office's, shown to everybody.
    pub phone: String,
    pub objection: Option<String>,
    pub objected_on: Option<NaiveDate>,
    pub answer: Option<String>,
    pub answered_on: Option<NaiveDate>,
    pub notes: Option<String>,
}

impl Noun for Publicity {
    const KIND: Kind = Kind::Publicity;
    const SHAPE: Shape = Shape {
        level: Level::Province,
        home: Home::Works,
        initials: "djgsgk",
        empty: ("这里会列出公示公开", "公示了什么、在哪里、到哪一天；有人提出异议，先停下来答复。"),
        list: &[
            Column::field("name").width(18),
            Column::field("kind").width(8),
            Column::field("place").width(10),
            Column::PLACE,
            Column::field("from").head("开始").width(8),
            Column::field("to").head("结束").width(8),
            Column::field("objected_on").head("异议").width(8),
            Column::field("answered_on").head("已答复").width(8).spare(),
            Column::GAPS,
            Column::STATE,
        ],
        ..Shape::new::<Self>(
            "次",
            &[
                Field::new("of", "公示内容", Holds::Reference(&["honour", "topic", "agreement"]))
                    .named_by("name")
                    .also(&["公开内容", "公示名称"])
                    .roles(&[Role::Names])
                    .must()
                    .hint("名称里不写号码和家里的事，如 关怀帮扶资金使用情况"),
                named_beside("name", "公示内容"),
                Field::new("kind", "公示类别", Holds::Code(PublicityKind::CHOICES))
                    .also(&["类别", "公示类型"])
                    .required()
                    .roles(&[Role::Category])
                    .must()
                    .start(Start::Code("before")),
                Field::new("place", "公示地点", Holds::Code(PublicityPlace::CHOICES))
                    .also(&["公开地点", "公示位置"])
                    .required()
                    .must(),
                FROM.also(&["公示开始日期", "开始日期"]),
                TO.also(&["公示结束日期", "结束日期"]).required().must(),
                Field::new("phone", "监督电话", Holds::Text)
                    .also(&["投诉电话", "举报电话"])
                    .roles(&[Role::Phone])
                    .required()
                    .must()
                    .hint("办公室的电话，会对外公布"),
                Field::new("objected_on", "提出异议的日期", Holds::Day)
                    .past()
                    .not_before("from")
                    .fold("异议"),
                Field::new("objection", "异议内容", Holds::LongText).note().fold("异议"),
                Field::new("answered_on", "答复日期", Holds::Day)
                    .past()
                    .not_before("objected_on")
                    .fold("异议"),
                Field::new("answer", "怎么答复的", Holds::LongText).note().finds(&[Find::Words]).fold("异议"),
                NOTES.fold("更多"),
                SEAT.fold("更多"),
            ],
        )
    };
    fn region(&self) -> &RegionCode {
        &self.region
    }
    fn problems(&self) -> Vec<Problem> {
        let numbers = numbers_in_text::mask(&self.name).is_some();
        wrong([
            (tidy(&self.name).is_none(), "name", "请填写公示内容"),
            (numbers, "name", "公示内容里不要写号码"),
            (tidy(&self.phone).is_none(), "phone", "请填写监督电话"),
        ])
    }
    fn gaps(&self) -> Vec<Gap> {
        lacking([
            (self.objected_on.is_some() && self.answered_on.is_none(), "answered_on", "有异议还没有答复"),
            (self.objected_on.is_some() && self.objection.is_none(), "objection", "缺异议内容"),
            (self.objection.is_some() && self.objected_on.is_none(), "objected_on", "缺提出异议的日期"),
            (self.answered_on.is_some() && self.answer.is_none(), "answer", "缺怎么答复的"),
        ])
    }
    fn title(&self) -> String {
        self.name.clone()
    }
}

#[cfg(test)]
#[test]
fn nothing_with_a_number_is_shown_and_an_objection_is_answered() {
    let shown = Publicity::from_fields(&crate::shape::samples(Publicity::SHAPE.fields)).unwrap();
    assert!(shown.problems().is_empty() && shown.gaps().is_empty());
    let numbered = Publicity { name: "名单 34052419800101001X".into(), ..shown.clone() };
    assert_eq!(numbered.problems()[0].field, "name");
    let lacks = |one: Publicity| one.gaps().into_iter().map(|gap| gap.field).collect::<Vec<_>>();
    assert_eq!(lacks(Publicity { answered_on: None, ..shown.clone() }), ["answered_on"]);
    assert_eq!(lacks(Publicity { answer: None, ..shown.clone() }), ["answer"]);
    assert_eq!(lacks(Publicity { objected_on: None, ..shown }), ["objected_on"]);
}
