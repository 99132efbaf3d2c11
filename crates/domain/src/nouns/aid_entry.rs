//! AidEntry 慰问救助 (`association.md` §2.14): money or goods given by hand to a family or to one of its people. Insert-only:
//! what was given is neither changed nor made void, and what was wrong is taken back by an entry that names it (冲正).
//!
//! A record of what happened, so it counts at once. Fund money is not given here: it needs an application.

mod catalogue;
mod number;
mod payment;

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use catalogue::{PERIOD, period_by};
pub use number::{NUMBER, lacks_number, number_among};
use payment::{Payment, named};

use super::checked::wrong;
use super::common::{ASKED_REGION, FAMILY, HEAD_NAME, NOTES, on_day};
use super::persons::{IN_FAMILY, dead_told, of_the_family};
use super::{Kind, Noun, PersonRef, Problem, tidy};
use crate::around::{Beside, Look, Reach, Rule};
use crate::codes::codes;
use crate::date::PartialDate;
use crate::id_number::IdNumber;
use crate::limits::Limits;
use crate::money::Fen;
use crate::programmes::{Every, Unit};
use crate::record::{Fields, Record};
use crate::region::RegionCode;
use crate::shape::{Audience, Column, Field, Find, Holds, Home, Mask, Role, Shape, Start, Telling};

codes! {
    /// On which occasion.
    Occasion {
        Spring = "spring", "春节";
        DragonBoat = "dragon_boat", "端午";
        MidAutumn = "mid_autumn", "中秋";
        MemberDay = "member_day", "5.29";
        DoubleNinth = "double_ninth", "重阳";
        Hospital = "hospital", "住院";
        Sudden = "sudden", "临时";
        Misc = "other", "其他";
    }
}

codes! {
    /// In which form it was given.
    AidForm {
        Cash = "cash", "现金";
        Card = "card", "打卡";
        Goods = "goods", "实物";
    }
}

codes! {
    /// Whose money it was. Not the fund's.
    AidSource {
        Association = "association", "协会";
        Fiscal = "fiscal", "财政";
        Unit = "unit", "单位捐赠";
        Person = "person", "个人捐赠";
    }
}

/// No gift by hand is of more, 一千万元: with such an amount every sum would be wrong, or too large to be told.
const MOST: Fen = Fen(1_000_000_000);

/// The field of an entry that takes another one back: the one.
pub const REVERSES: &str = "reverses";

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AidEntry {
    pub region: RegionCode,
    pub household: Uuid,
    pub head_name: String,
    /// Of a gift to one of the family; none: to the family.
    pub person: Option<PersonRef>,
    pub date: NaiveDate,
    pub occasion: Option<Occasion>,
    /// By its name in the catalogue ([`crate::programmes`]).
    pub programme: Option<String>,
    /// Once in which it is given: a year, or a month.
    pub period: Option<PartialDate>,
    pub form: AidForm,
    /// What goods are worth. Below zero where the entry takes another one back.
    pub amount: Fen,
    pub items: Option<String>,
    pub source: AidSource,
    pub signed_by: Option<String>,
    /// The person's, or the head's of the family, as it was then: by it a payment in another township is known.
    pub recipient_number: Option<String>,
    /// The card to which it was paid, as it was then.
    pub account: Option<String>,
    pub visit: Option<Uuid>,
    pub visit_name: Option<String>,
    /// 冲正: the entry that this one takes back, and why.
    pub reverses: Option<Uuid>,
    pub reverses_name: Option<String>,
    pub reason: Option<String>,
    pub notes: Option<String>,
}

/// What an entry claims in the whole province: a payment by the year, so that those of a month and of its year meet.
/// FROZEN: the province keeps them.
fn claims(fields: &Fields) -> Vec<String> {
    let payments = Payment::read(fields).into_iter().flat_map(|own| {
        let of = format!("{}|{}", own.programme, own.period.year());
        own.whose.into_iter().map(move |whose| format!("{of}|{whose}"))
    });
    let reverses = fields.get(REVERSES).and_then(named).map(|entry| format!("{REVERSES}|{entry}"));
    payments.chain(reverses).collect()
}

const OF_FAMILY: Look = Look { kind: "aid_entry", their: "household", own: "household" };

/// Of one programme nobody is paid twice in one period, in whichever township. What was taken back does not count.
const PAID_ONCE: Rule = Rule {
    code: "paid_twice",
    reach: Reach::Everywhere,
    looks: &[OF_FAMILY],
    check: crate::around::check_of(paid_once),
};

fn paid_once(beside: &Beside<'_>) -> Vec<Problem> {
    let Some(own) = Payment::read(beside.fields) else { return Vec::new() };
    if beside.fields.contains_key(REVERSES) {
        return Vec::new();
    }
    let taken_back: BTreeSet<Uuid> = beside.others().filter_map(|other| other.reference(REVERSES)).collect();
    let stands = |other: &Record| !other.fields.contains_key(REVERSES) && !taken_back.contains(&other.id);
    let same = |other: &Record| Payment::read(&other.fields).is_some_and(|theirs| own.is_again(&theirs));
    let twice = beside.others().any(|other| stands(other) && same(other));
    let message = "这一户（这个人）这一期的这个项目已经发过一次，也可能是在别的乡镇发的；是同一笔的不要再记，确实要再发的，请先冲正原来那一笔";
    Vec::from_iter(twice.then(|| Problem::new("programme", PAID_ONCE.code, message)))
}

/// An entry is taken back once, whole, and where it lies.
const TAKEN_BACK_ONCE: Rule = Rule {
    code: "reversal_wrong",
    reach: Reach::Everywhere,
    looks: &[OF_FAMILY],
    check: crate::around::check_of(taken_back_once),
};

fn taken_back_once(beside: &Beside<'_>) -> Vec<Problem> {
    let Ok(own) = AidEntry::from_fields(beside.fields) else { return Vec::new() };
    let Some(of) = own.reverses else { return Vec::new() };
    let again = beside.others().any(|other| other.reference(REVERSES) == Some(of));
    let first = beside.others().find(|other| other.id == of);
    let first = first.and_then(|first| AidEntry::from_fields(&first.fields).ok());
    let is_one = first.as_ref().is_some_and(|first| first.reverses.is_some());
    let whole = |first: &AidEntry| {
        let said = |entry: &AidEntry| {
            let what = (entry.region.clone(), entry.occasion.clone(), entry.programme.clone(), entry.period);
            // By the number what is taken back is known in another township, too.
            (what, entry.source.clone(), entry.recipient_number.clone())
        };
        said(first) == said(&own) && first.amount.0.checked_neg() == Some(own.amount.0)
    };
    let other = first.as_ref().is_some_and(|first| !whole(first));
    let told = [
        (again, "这一笔已经冲正过了，不能再冲"),
        (is_one, "冲正的那一条不能再冲正；冲错了的，请重新登记一笔"),
        (other, "冲正要和原来那一笔同村、同项目、同来源、同一个人，金额正好相反，请核对"),
    ];
    let found = told.into_iter().find(|(wrong, _)| *wrong);
    Vec::from_iter(found.map(|(_, message)| Problem::new(REVERSES, TAKEN_BACK_ONCE.code, message)))
}

impl AidEntry {
    /// The entry that takes this one back, given the words by which this one is named.
    pub fn reversal(&self, id: Uuid, name: &str, on: NaiveDate, reason: &str) -> Option<AidEntry> {
        Some(AidEntry {
            date: on.max(self.date),
            amount: Fen(self.amount.0.checked_neg()?),
            reverses: Some(id),
            reverses_name: Some(name.to_owned()),
            reason: Some(reason.to_owned()),
            // Whoever was visited then is not visited again by it.
            visit: None,
            visit_name: None,
            notes: None,
            ..self.clone()
        })
    }
}

impl Noun for AidEntry {
    const KIND: Kind = Kind::AidEntry;
    const SHAPE: Shape = Shape {
        is_work: true,
        reversal: Some(REVERSES),
        claims: crate::around::claims_of(claims),
        rules: &[of_the_family::<Self>(), PAID_ONCE, TAKEN_BACK_ONCE, dead_told::<Self>(IN_FAMILY)],
        past: &[Telling::always(
            "date",
            &[
                "慰问救助{amount}",
                "{occasion}慰问",
                "{programme}项目",
                "给{person}",
                "物品：{items}",
                "冲正原因：{reason}",
            ],
        )],
        home: Home::Support,
        initials: "djwwjz",
        empty: ("这里会列出慰问救助", "钱物送到手就记一笔，不管谁出的钱；记错了用“冲正”，不能改。"),
        list: &[
            Column::field("date").head("日期").width(8),
            Column::field("head_name").width(7),
            Column::PLACE.width(8),
            Column::field("occasion").width(6),
            Column::field("programme").width(9),
            Column::field("period").head("年度").width(6),
            Column::field("amount").head("金额（元）").width(8),
            Column::TAKEN_BACK,
            Column::field("source").width(7),
            Column::field("signed_by").width(6),
            Column::GAPS,
            Column::STATE,
        ],
        ..Shape::new::<Self>(
            "笔",
            &[
                FAMILY.must(),
                HEAD_NAME,
                Field::new("person", "给谁", Holds::Person)
                    .also(&["受助人", "受助对象", "慰问对象"])
                    .with(&["household"])
                    .roles(&[Role::Persons])
                    .hint("给一个人的写姓名，给全家的空着"),
                on_day("date", "发放日期").also(&["慰问日期", "慰问时间", "领取日期", "领取时间"]),
                Field::new("occasion", "慰问时节", Holds::Code(Occasion::CHOICES))
                    .also(&["时节", "慰问类别"])
                    .with(&["programme"])
                    .roles(&[Role::Category])
                    .asked(),
                Field::new("programme", "项目", Holds::Text)
                    .also(&["项目名称", "救助项目", "慰问项目", "发放项目"])
                    .with(&["period", "household", "person", "recipient_number", "reverses"])
                    .tells()
                    .finds(&[Find::Words])
                    .hint("按项目目录里的名称写；节日慰问可以不写"),
                Field::new("period", "所属年度（期）", Holds::PartialDay)
                    .also(&["年度", "期次", "所属年度", "发放年度"])
                    .with(&["programme"])
                    .hint("有项目的要写：一年一次的写到年，一月一次的写到月"),
                Field::new("form", "发放形式", Holds::Code(AidForm::CHOICES))
                    .also(&["形式", "发放方式"])
                    .required()
                    .must()
                    .start(Start::Code("cash")),
                Field::new("amount", "金额", Holds::Money)
                    .also(&["慰问金", "慰问金额", "救助金", "救助金额", "发放金额", "折价"])
                    .required()
                    .with(&["reverses", "programme", "date"])
                    .roles(&[Role::Number])
                    .must()
                    .hint("实物写折合多少元"),
                Field::new("items", "物品", Holds::Text)
                    .also(&["慰问品", "物资"])
                    .tells()
                    .finds(&[Find::Words])
                    .asked(),
                Field::new("source", "资金来源", Holds::Code(AidSource::CHOICES))
                    .also(&["来源"])
                    .required()
                    .must()
                    .start(Start::Code("association"))
                    .hint("基金会的钱要走项目申请，不在这里登记"),
                Field::new("signed_by", "签收人", Holds::Text)
                    .also(&["领取人", "领取人签字", "领款人", "领款人签字", "签收人签字", "签字"])
                    .finds(&[Find::Words])
                    .hint("登记以后不能再补，请现在写上"),
                Field::new("recipient_number", "受益人身份证号", Holds::Text)
                    .mask(Mask::Number)
                    .finds(&[Find::IdNumber])
                    .fold("更多")
                    .hint("档案里有的自动带上；登记以后不能再补"),
                Field::new("account", "一卡通（银行卡）号", Holds::Text)
                    .also(&["银行卡号", "一卡通账号", "账号"])
                    .mask(Mask::Number)
                    .fold("更多"),
                Field::new("visit", "哪一次走访", Holds::Reference(&["visit"]))
                    .named_by("visit_name")
                    .audience(Audience::OwnPage)
                    .roles(&[Role::Names])
                    .fold("更多"),
                Field::new("visit_name", "哪一次走访", Holds::Text).audience(Audience::OwnPage),
                Field::new(REVERSES, "冲正哪一笔", Holds::Reference(&["aid_entry"]))
                    .named_by("reverses_name")
                    .with(&[
                        "amount",
                        "region",
                        "occasion",
                        "programme",
                        "period",
                        "source",
                        "recipient_number",
                    ])
                    .roles(&[Role::Names])
                    .bits(&[("*", 1)]),
                Field::new("reverses_name", "冲正哪一笔", Holds::Text),
                Field::new("reason", "冲正原因", Holds::Text).with(&["reverses"]).free(),
                NOTES.finds(&[Find::Words]).fold("更多"),
                ASKED_REGION.fold("更多"),
            ],
        )
    };
    fn region(&self) -> &RegionCode {
        &self.region
    }
    fn problems(&self) -> Vec<Problem> {
        let takes_back = self.reverses.is_some();
        let nameless = self.person.as_ref().is_some_and(PersonRef::is_nameless);
        let programme = self.programme.as_deref().and_then(tidy);
        let number = self.recipient_number.as_deref();
        wrong([
            (nameless, "person", "请填写给谁；给全家的请空着"),
            (self.occasion.is_none() && programme.is_none(), "occasion", "请选慰问时节，或写明项目"),
            (programme.is_some() && self.period.is_none(), "period", "请写明是哪一年度（期）的"),
            (!takes_back && self.amount.0 <= 0, "amount", "金额要大于零；要冲掉一笔，请在那一笔上点“冲正”"),
            (
                self.amount.0.unsigned_abs() > MOST.0.unsigned_abs(),
                "amount",
                "金额超过一千万元，请核对有没有多写",
            ),
            (takes_back && self.amount.0 >= 0, "amount", "冲正的金额是负数，和原来那一笔正好相反"),
            (takes_back && self.reason.as_deref().and_then(tidy).is_none(), "reason", "请写明冲正的原因"),
            (
                number.is_some_and(|number| IdNumber::read(number).is_err()),
                "recipient_number",
                "身份证号写法不对，请核对",
            ),
        ])
    }
    fn beyond(&self, limits: &Limits) -> Vec<Problem> {
        let named = self.programme.as_deref().and_then(tidy).filter(|_| self.reverses.is_none());
        let Some(name) = named else { return Vec::new() };
        let Some(programme) = limits.programme(&name, &self.region, self.date) else {
            return vec![catalogue::not_in_force(limits, &name, &self.region, self.date)];
        };
        let for_one = programme.unit == Unit::Person && self.person.is_none();
        let mut found = wrong([
            (for_one, "person", "这个项目按人发，请写明给谁"),
            (
                programme.unit == Unit::Household && self.person.is_some(),
                "person",
                "这个项目按户发，“给谁”请空着",
            ),
            (
                self.period.is_some_and(|period| !programme.every.is_told_by(period)),
                "period",
                match programme.every {
                    Every::Year => "这个项目一年一次，只写到年",
                    Every::Month => "这个项目一月一次，请写到月",
                },
            ),
        ]);
        if let Some(amount) = programme.amount.filter(|amount| *amount != self.amount) {
            found.push(Problem::new("amount", "invalid", format!("这个项目每次发 {amount} 元，请核对")));
        }
        found
    }
    fn title(&self) -> String {
        let word = if self.reverses.is_some() { "冲正慰问救助" } else { "慰问救助" };
        format!("{} {} {word}", self.head_name, self.date.format("%Y-%m-%d"))
    }
}

#[cfg(test)]
mod tests;
