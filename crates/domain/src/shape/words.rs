//! What a shape's parts are called in `tiexin-desk shape --json` and in the data dictionary. FROZEN: scripts read them.

use super::{Audience, Holds, Mask};
use crate::record::MergeClass;
use crate::region::Level;

impl Holds {
    pub fn code(self) -> &'static str {
        match self {
            Holds::Text => "text",
            Holds::LongText => "long_text",
            Holds::Texts => "texts",
            Holds::Code(_) => "code",
            Holds::Codes(_) => "codes",
            Holds::Day => "day",
            Holds::PartialDay => "partial_day",
            Holds::Moment => "moment",
            Holds::Instant => "instant",
            Holds::Money => "money",
            Holds::Count => "count",
            Holds::Minutes => "minutes",
            Holds::Flag => "flag",
            Holds::Region => "region",
            Holds::Reference(_) => "reference",
            Holds::References(_) => "references",
            Holds::Person => "person",
            Holds::People => "people",
            Holds::Parts(_) => "parts",
        }
    }

    /// In an office's words.
    pub fn label(self) -> &'static str {
        match self {
            Holds::Text => "文字",
            Holds::LongText => "长文字",
            Holds::Texts => "文字列表",
            Holds::Code(_) => "选项",
            Holds::Codes(_) => "选项列表",
            Holds::Day => "日期",
            Holds::PartialDay => "日期（可只到年、月）",
            Holds::Moment => "日期和时间",
            Holds::Instant => "时刻",
            Holds::Money => "金额（元）",
            Holds::Count => "整数",
            Holds::Minutes => "分钟数",
            Holds::Flag => "是否",
            Holds::Region => "地区代码",
            Holds::Reference(_) => "记录编号",
            Holds::References(_) => "记录编号列表",
            Holds::Person => "人（姓名）",
            Holds::People => "人的列表",
            Holds::Parts(_) => "明细",
        }
    }
}

impl Audience {
    pub fn code(self) -> &'static str {
        match self {
            Audience::Everyone => "everyone",
            Audience::OwnPage => "own_page",
            Audience::FamilyPage => "family_page",
            Audience::Supervisor => "supervisor",
            Audience::Author => "author",
            Audience::Nobody => "nobody",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Audience::Everyone => "",
            Audience::OwnPage => "只在记录自己的页面",
            Audience::FamilyPage => "只在本户的页面",
            Audience::Supervisor => "只有审核人、审计、管理员和登记人",
            Audience::Author => "只有登记人",
            Audience::Nobody => "不显示",
        }
    }
}

impl Mask {
    pub fn code(self) -> &'static str {
        match self {
            Mask::Phone => "phone",
            Mask::Number => "number",
        }
    }
}

impl MergeClass {
    pub fn code(self) -> &'static str {
        match self {
            MergeClass::Ordinary => "ordinary",
            MergeClass::Sensitive => "sensitive",
            MergeClass::Set => "set",
            MergeClass::LongNote => "long_note",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            MergeClass::Ordinary => "后收到的为准",
            MergeClass::Sensitive => "先收到的为准，不同的由人决定",
            MergeClass::Set => "逐项合并",
            MergeClass::LongNote => "两份都保留",
        }
    }
}

impl Level {
    pub fn code(self) -> &'static str {
        match self {
            Level::Province => "province",
            Level::City => "city",
            Level::County => "county",
            Level::Township => "township",
            Level::Village => "village",
        }
    }
}
