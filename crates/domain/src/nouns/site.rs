//! Site 阵地 (`association.md` §2.8): a place where members meet and are served, of whichever kind; an official account is one,
//! too.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::checked::{lacking, wrong};
use super::common::{NOTES, ORGANISATION, ORGANISATION_NAME, SEAT, named};
use super::{Gap, Kind, Noun, Problem, tidy};
use crate::codes::codes;
use crate::date::PartialDate;
use crate::money::Fen;
use crate::region::{Level, RegionCode};
use crate::shape::{Column, Field, Find, Holds, Home, Role, Shape, Start};

codes! {
    SiteKind {
        MemberHome = "member_home", "会员之家";
        YouthBase = "youth_base", "青春健康基地";
        YouthClub = "youth_club", "青春健康俱乐部";
        PeerClub = "peer_club", "高校同伴社";
        WarmHome = "warm_home", "暖心家园";
        ParentChild = "parent_child", "亲子小屋";
        RightsPoint = "rights_point", "维权点";
        ParentingStation = "parenting_station", "优生指导站";
        ReproductivePoint = "reproductive_point", "生殖健康咨询点";
        CultureClub = "culture_club", "文化社团";
        WechatAccount = "wechat_account", "官方微信";
        Misc = "other", "其他";
    }
}

codes! {
    /// Who gave the title: a rating, a model branch, an honour.
    TitleLevel {
        Nation = "nation", "国家";
        Province = "province", "省";
        City = "city", "市";
        County = "county", "县";
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Site {
    pub region: RegionCode,
    pub name: String,
    pub kind: SiteKind,
    pub address: Option<String>,
    pub area_m2: Option<u32>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub functions: Vec<String>,
    pub opened: PartialDate,
    pub closed_on: Option<PartialDate>,
    pub head: Option<String>,
    pub rated: Option<TitleLevel>,
    pub rated_on: Option<PartialDate>,
    pub rated_until: Option<PartialDate>,
    /// Of a peer club: at which college (F5 counts colleges).
    pub school: Option<String>,
    pub cost: Option<Fen>,
    /// Whose it is.
    pub organisation: Option<Uuid>,
    pub organisation_name: Option<String>,
    pub notes: Option<String>,
}

const RATING: &str = "评定";

impl Noun for Site {
    const KIND: Kind = Kind::Site;
    const SHAPE: Shape = Shape {
        level: Level::County,
        home: Home::Association,
        initials: "djzd",
        empty: ("这里会列出阵地", "会员之家、暖心家园、青春健康基地，在哪里、有什么用、谁负责。"),
        list: &[
            Column::field("name").width(15),
            Column::field("kind").width(10),
            Column::PLACE,
            Column::field("address").width(14).spare(),
            Column::field("head").width(8),
            Column::field("opened").width(8),
            Column::field("rated").width(6),
            Column::GAPS,
            Column::STATE,
        ],
        ..Shape::new::<Self>(
            "处",
            &[
                named("name", "名称").also(&["阵地名称"]).roles(&[Role::Sort]).hint("如 东关社区会员之家"),
                Field::new("kind", "类别", Holds::Code(SiteKind::CHOICES))
                    .also(&["阵地类别", "类型"])
                    .required()
                    .roles(&[Role::Category])
                    .must()
                    .start(Start::Code("member_home")),
                SEAT,
                Field::new("opened", "启用时间", Holds::PartialDay)
                    .also(&["建成时间", "成立时间"])
                    .required()
                    .past()
                    .roles(&[Role::Day])
                    .must(),
                Field::new("address", "地址", Holds::Text).finds(&[Find::Words]).asked(),
                Field::new("area_m2", "面积（平方米）", Holds::Count).roles(&[Role::Number]).asked(),
                Field::new("functions", "功能", Holds::Texts).hint("写一项按回车，如 会员活动、亲子阅读"),
                Field::new("head", "负责人", Holds::Text).finds(&[Find::Words]).asked(),
                Field::new("rated", "评定级别", Holds::Code(TitleLevel::CHOICES)).fold(RATING),
                Field::new("rated_on", "评定时间", Holds::PartialDay).past().fold(RATING),
                Field::new("rated_until", "有效期到", Holds::PartialDay).not_before("rated_on").fold(RATING),
                ORGANISATION.fold("更多"),
                ORGANISATION_NAME,
                Field::new("school", "所在高校", Holds::Text).hint("高校同伴社要填").fold("更多"),
                Field::new("cost", "建设经费", Holds::Money).fold("更多"),
                Field::new("closed_on", "停用时间", Holds::PartialDay)
                    .past()
                    .not_before("opened")
                    .roles(&[Role::Until])
                    .fold("更多"),
                NOTES.fold("更多"),
            ],
        )
    };
    fn region(&self) -> &RegionCode {
        &self.region
    }
    fn problems(&self) -> Vec<Problem> {
        wrong([
            (tidy(&self.name).is_none(), "name", "请填写名称"),
            (self.cost.is_some_and(|cost| cost.0 < 0), "cost", "经费不能为负"),
        ])
    }
    fn gaps(&self) -> Vec<Gap> {
        let without_school = self.kind == SiteKind::PeerClub && self.school.is_none();
        lacking([
            (without_school, "school", "缺所在高校"),
            (self.rated.is_some() && self.rated_on.is_none(), "rated_on", "缺评定时间"),
            (self.rated.is_none() && self.rated_on.is_some(), "rated", "缺评定级别"),
        ])
    }
    fn title(&self) -> String {
        self.name.clone()
    }
}

#[cfg(test)]
#[test]
fn a_peer_club_is_at_a_college_and_a_rating_has_level_and_day() {
    let site = Site::from_fields(&crate::shape::samples(Site::SHAPE.fields)).unwrap();
    let lacks = |site: Site| site.gaps().into_iter().map(|gap| gap.field).collect::<Vec<_>>();
    assert!(lacks(Site { school: None, ..site.clone() }).is_empty());
    assert_eq!(lacks(Site { kind: SiteKind::PeerClub, school: None, ..site.clone() }), ["school"]);
    assert_eq!(lacks(Site { rated: None, ..site.clone() }), ["rated"]);
    assert_eq!(lacks(Site { rated_on: None, ..site }), ["rated_on"]);
}
