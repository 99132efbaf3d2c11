//! Publicity 公示公开 (`association.md` §2.1): what was shown where, from when to when, and what somebody had against it. It
//! shows at most village, name, neutral programme, sum: never ID, phone, account or health (D2).

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::checked::{lacking, wrong};
use super::common::{ASKED_REGION, FROM, NOTES, TO, named};
use super::{Gap, Kind, Noun, Problem, tidy};
use crate::codes::codes;
use crate::numbers_in_text;
use crate::region::RegionCode;
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
    /// What is shown.
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
            Column::field("answered_on").head("已答复").width(8),
            Column::GAPS,
            Column::STATE,
        ],
        ..Shape::new::<Self>(
            "次",
            &[
                named("name", "公示内容").hint("如 关怀帮扶对象名单"),
                Field::new("kind", "公示类别", Holds::Code(PublicityKind::CHOICES))
                    .required()
                    .roles(&[Role::Category])
                    .must()
                    .start(Start::Code("before")),
                Field::new("place", "公示地点", Holds::Code(PublicityPlace::CHOICES)).required().must(),
                FROM,
                TO.required().must(),
                Field::new("phone", "监督电话", Holds::Text)
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
                ASKED_REGION.fold("更多"),
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
    assert_eq!(Publicity { answered_on: None, ..shown }.gaps()[0].field, "answered_on");
}
