//! The one table of fields and of the heads that mean them. A new synonym is one word here.
//!
//! `{man}` and its like stand for each of a group's words. Words in `hints` are tried when no head is
//! equal: one of each list must stand in the head.

use tiexin_domain::shape::{self, Audience, Find, Holds};

use super::registers::{ACTIVITIES, FAMILIES, MEMBERS};
use super::services::{CLAIMS, COUNSELLING, SURVEYS, VISITS};
use crate::kind::SheetKind;

/// A field of a kind of sheet.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) code: &'static str,
    pub(crate) label: &'static str,
    /// Heads that mean it, by `|`, with groups.
    pub(crate) heads: &'static str,
    pub(crate) hints: &'static [&'static [&'static str]],
    /// The fields of records that its column fills, by `|`. Of several columns for one field the table has the
    /// one that says it best first.
    pub(crate) fills: &'static str,
    /// Of a list of records: the field of the noun's shape, or of a part in it.
    pub(crate) own: Option<&'static shape::Field>,
    /// The list of parts to which it belongs, and to which of them.
    pub(crate) part_of: Option<(&'static shape::Field, usize)>,
}

impl Field {
    /// Whether a record's field comes from this column.
    pub(crate) fn fills(&self, field: &str) -> bool {
        self.fills.split('|').any(|own| own == field)
    }

    /// Who reads what stands in it, of a list of records: who reads a list of parts reads its parts.
    pub(crate) fn audience(&self) -> Option<Audience> {
        self.part_of.map(|(whole, _)| whole).or(self.own).map(|own| own.audience)
    }

    /// Of a list of records: a record cannot be without it.
    pub(crate) fn is_needed(&self) -> bool {
        self.own.is_some_and(|own| own.required || own.form.is_some_and(|form| form.must))
    }

    /// Of a list of records: it belongs to one record alone, and no mark for 'as above' can mean it.
    pub(crate) fn is_ones_own(&self) -> bool {
        let names = |own: &shape::Field| {
            own.finds
                .iter()
                .any(|find| matches!(find, Find::Name | Find::IdNumber | Find::Phone | Find::Code))
        };
        self.own.is_some_and(|own| own.mask.is_some() || own.holds == Holds::Person || names(own))
    }

    /// Whether a list's row that has nothing but such cells is empty: templates fill them in beforehand.
    pub(crate) fn is_prefilled(&self) -> bool {
        let chosen = |own: &shape::Field| matches!(own.holds, Holds::Code(_) | Holds::Codes(_) | Holds::Flag);
        self.own.is_some_and(chosen)
    }

    /// Of a couple's columns: whose it is (`wife` of `wife.id`).
    pub(crate) fn whose(&self) -> Option<&'static str> {
        self.code.split_once('.').map(|(whose, _)| whose)
    }
}

/// All that makes a sheet a list of its kind.
#[derive(Debug)]
pub(crate) struct Form {
    pub(crate) kind: SheetKind,
    pub(crate) fields: &'static [Field],
    /// Of each list one must be found; `title` is met by a word of `titles` above the head or on the tab.
    pub(crate) must: &'static [&'static [&'static str]],
    pub(crate) titles: &'static [&'static str],
    /// Words above the head that say it is another list: money handed out is no register of families.
    pub(crate) never: &'static [&'static str],
}

pub(crate) const GROUPS: &[(&str, &str)] = &[
    ("{man}", "男方|丈夫|父亲|男|夫|父|男主人|夫方|父方|爸爸"),
    ("{woman}", "女方|妻子|母亲|女|妻|母|女主人|妻方|母方|妈妈"),
    (
        "{child}",
        "子女情况|子女|孩子|独生子女|死亡子女|伤残子女|失独子女|残疾子女|亡故子女|子女信息|独生子女情况|\
         死亡伤残子女|死亡或伤残子女|孩子情况|子女基本情况|死亡伤残子女情况",
    ),
    ("{name}", "姓名|名字|名"),
    (
        "{id}",
        "身份证|身份证号|身份证号码|身份证件号码|身份证件号|身份证编号|公民身份号码|公民身份证号码|公民身份证号|\
         居民身份证号|居民身份证号码|居民身份证|证件号码|证件号|身份号码|证件编号",
    ),
    (
        "{phone}",
        "联系电话|电话|手机|手机号|手机号码|联系方式|电话号码|联系号码|联系手机|手机电话|固定电话|家庭电话|本人电话|\
         移动电话|常用电话",
    ),
    (
        "{village}",
        "村社区|社区村|村居|居村|村|社区|行政村|所属村|所在村|村居名称|村名|村名称|村委会|居委会|村居委会|村社区名称|所属村居|\
         所属村社区|所在村居|所在村社区|村或社区|村别|村居社区|所属社区|所在社区|社区名称|户籍村|户籍所在村|所属行政村|\
         所在行政村|村居民委员会|村委|村居单位",
    ),
    (
        "{code}",
        "信息编码|家庭编码|档案编号|档案号|家庭编号|信息编号|台账编号|信息码|编码|系统编码|家庭信息编码|户编码|档案编码|\
         特殊家庭编码|特殊家庭信息编码|家庭档案编号|家庭信息编号",
    ),
    (
        "{host}",
        "户主|户主姓名|家庭|走访对象|走访家庭|慰问对象|对象姓名|走访户|被走访户|户名|家庭户主|被走访人|特殊家庭户主|\
         慰问户|户主名字|户主名|走访对象姓名|家庭户主姓名|慰问家庭",
    ),
    ("{seq}", "序号|序|编号|序列|序列号|no|号"),
    ("{notes}", "备注|说明|备注说明|其他说明|备考|附注"),
    (
        "{pair}",
        "联系人|双岗联系人|帮扶联系人|包保联系人|结对联系人|帮扶人|双岗|包保人|责任人|双岗联系|帮扶责任人",
    ),
    (
        "{town}",
        "镇|乡镇|镇级|乡级|镇街|乡|街道|镇干部|乡镇干部|乡镇级|镇领导|乡镇领导|镇街干部|镇联系人|乡镇街道",
    ),
    (
        "{township}",
        "乡镇|乡镇街道|所属乡镇|乡镇名称|镇街|镇|街道|所在乡镇|乡镇街道名称|镇街道|所属镇街|所属街道|所在镇|所属镇",
    ),
    ("{worker}", "村|村级|社区|村居|村干部|村专干|村社区|村居干部|社区干部|村级专干|村联系人|村居级|专干"),
    (
        "{loss}",
        "死亡|伤残|失独|残疾|亡故|去世|死亡伤残|失独伤残|死亡或伤残|死亡残疾|伤残死亡|失独或伤残|离世",
    ),
    ("{when}", "时间|日期|年月|年月日"),
];

/// All forms, in the order of [`SheetKind::ALL`].
pub(crate) const FORMS: &[Form] = &[
    Form {
        kind: SheetKind::SpecialFamilies,
        fields: FAMILIES,
        must: &[
            &["husband.name", "wife.name", "head.name"],
            &["category", "loss_date", "grade", "assistance", "child.name", "title"],
            &["category", "loss_date", "file_code", "husband.id", "wife.id", "head.id"],
        ],
        titles: &["特殊家庭", "失独", "特扶", "伤残家庭", "死亡家庭"],
        never: &["发放", "领取", "打卡", "兑付"],
    },
    Form {
        kind: SheetKind::Members,
        fields: MEMBERS,
        must: &[&["name"], &["type", "group", "tags", "volunteer", "joined", "residence", "title"]],
        titles: &["会员", "花名册", "志愿者"],
        never: &[],
    },
    Form {
        kind: SheetKind::Visits,
        fields: VISITS,
        must: &[&["date"], &["visitors", "met", "kind"], &["file_code", "head", "met"]],
        titles: &["走访", "慰问", "探访", "看望"],
        never: &[],
    },
    Form {
        kind: SheetKind::NeedSurveys,
        fields: SURVEYS,
        must: &[&["needs"], &["person", "head", "file_code"]],
        titles: &["需求"],
        never: &[],
    },
    Form {
        kind: SheetKind::InsuranceClaims,
        fields: CLAIMS,
        must: &[
            &["amount"],
            &["insured", "head", "file_code"],
            &["date", "days", "policy"],
            &["insured", "days", "title"],
        ],
        titles: &["理赔", "保险"],
        never: &[],
    },
    Form {
        kind: SheetKind::Counselling,
        fields: COUNSELLING,
        must: &[&["opened", "assessed", "counsellor"], &["person", "head", "file_code"]],
        titles: &["心理"],
        never: &[],
    },
    Form {
        kind: SheetKind::Activities,
        fields: ACTIVITIES,
        must: &[&["name"], &["start", "headcount"], &["project", "headcount", "place", "title"]],
        titles: &["活动"],
        never: &[],
    },
];
