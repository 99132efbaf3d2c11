//! ContactPair 双岗联系人: one township leader and one village worker for each active file. History is kept.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::common::{FAMILY, REGION};
use super::support_file::Lack;
use super::{Gap, Kind, Noun, Problem, tidy_name};
use crate::around::{Beside, Look, Reach, Rule};
use crate::date::PartialDate;
use crate::region::RegionCode;
use crate::shape::{Column, Field, Find, Holds, Role, Shape, Start, Telling};
use crate::term::Term;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactPair {
    pub region: RegionCode,
    pub household: Uuid,
    pub file: Uuid,
    /// 镇联系人.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub township_leader: Option<String>,
    /// 村联系人.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub village_worker: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<NaiveDate>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<NaiveDate>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handover_note: Option<String>,
}

impl ContactPair {
    /// From when to when they look after the family.
    pub(super) fn term(&self) -> Term {
        Term { from: self.from.map(PartialDate::Day), to: self.to.map(PartialDate::Day) }
    }
}

/// Which pairs of the same file end, and on which day, when `new` begins: each file has one pair at a time.
///
/// # Errors
/// `from`: no day is given though somebody looks after the family, or another pair begins then or later.
pub fn ended_by(
    new: &ContactPair,
    former: &[(Uuid, ContactPair)],
) -> Result<Vec<(Uuid, NaiveDate)>, Problem> {
    let of_file = former.iter().filter(|(_, pair)| pair.file == new.file);
    let mut ended = Vec::new();
    for (id, pair) in of_file {
        // One is over before the other begins.
        let apart = |one: Option<NaiveDate>, other: Option<NaiveDate>| matches!((one, other), (Some(to), Some(from)) if to < from);
        if apart(pair.to, new.from) || apart(new.to, pair.from) {
            continue;
        }
        let problem = |code, message: String| Err(Problem::new("from", code, message));
        let Some(from) = new.from else {
            return problem("from_missing", "这一户已经有联系人，请写上从哪天起换".into());
        };
        let day = |day: NaiveDate| day.format("%Y年%-m月%-d日").to_string();
        match pair.from {
            Some(other) if other == from => {
                let message = format!(
                    "{}起已经登记了一对联系人：写错了名字请用“修改联系人”，换人请写后面的日期",
                    day(other)
                );
                return problem("period_overlaps", message);
            }
            Some(other) if other > from => {
                let message = format!("{}起另有一对联系人；补记从前的，请把“到哪天止”也写上", day(other));
                return problem("period_overlaps", message);
            }
            _ => {}
        }
        if same(&new.township_leader, &pair.township_leader)
            && same(&new.village_worker, &pair.village_worker)
        {
            let message = "两位联系人都和原来的一样，没有换人；要补写日期或交接说明，请用“修改联系人”";
            return Err(Problem::new("village_worker", "contacts_same", message));
        }
        if let Some(last) = from.pred_opt() {
            ended.push((*id, last));
        }
    }
    Ok(ended)
}

/// Who looks after the family again when `void` never was, and until when: the pair that had ended the day before it
/// began. None: there was nobody, or somebody else looks after the family then.
pub fn freed_by(void: &ContactPair, others: &[(Uuid, ContactPair)]) -> Option<(Uuid, Option<NaiveDate>)> {
    let from = void.from?;
    let of_file = || others.iter().filter(|(_, pair)| pair.file == void.file);
    let in_force = |pair: &ContactPair| {
        pair.from.is_none_or(|begins| begins <= from) && pair.to.is_none_or(|ends| from <= ends)
    };
    if of_file().any(|(_, pair)| in_force(pair)) {
        return None;
    }
    let former = of_file().filter(|(_, pair)| pair.to.is_some() && pair.to == from.pred_opt());
    former.max_by_key(|(_, pair)| pair.from).map(|(id, _)| (*id, void.to))
}

fn same(one: &Option<String>, other: &Option<String>) -> bool {
    let name = |name: &Option<String>| name.as_deref().map(tidy_name).unwrap_or_default();
    name(one) == name(other)
}

/// One pair of a file at a time.
pub const ONE_AT_A_TIME: Rule = Rule {
    code: "period_overlaps",
    reach: Reach::Province,
    looks: &[Look { kind: "contact_pair", their: "file", own: "file" }],
    check: crate::around::check_of(one_at_a_time),
};

fn one_at_a_time(beside: &Beside<'_>) -> Vec<Problem> {
    let Some((own, mut others)) = beside.read::<ContactPair, ContactPair>() else { return Vec::new() };
    let twice = others.any(|other| own.term().meets(&other.term()));
    let message = "这一户在这段时间已有另一对联系人：换人请用“换联系人”，补记从前的请把起止日期写全";
    Vec::from_iter(twice.then(|| Problem::new("from", ONE_AT_A_TIME.code, message)))
}

impl Noun for ContactPair {
    const KIND: Kind = Kind::ContactPair;
    const SHAPE: Shape = Shape {
        making: Some("登记联系人"),
        mending: Some("修改联系人"),
        follows_family: true,
        rules: &[ONE_AT_A_TIME],
        past: &[
            Telling::always(
                "from",
                &["开始联系这一家", "镇联系人{township_leader}", "村联系人{village_worker}"],
            ),
            Telling::once(
                "to",
                &[
                    "联系人交接",
                    "原镇联系人{township_leader}",
                    "原村联系人{village_worker}",
                    "。{handover_note}",
                ],
            ),
        ],
        empty: ("这里是双岗联系人", "每户一位镇里的、一位村里的。"),
        list: &[
            Column::TITLE.head("哪一户"),
            Column::field("township_leader").width(8),
            Column::field("village_worker").width(8),
            Column::PLACE,
            Column::field("from").width(8),
            Column::field("to").width(8),
            Column::GAPS,
            Column::STATE,
        ],
        ..Shape::new::<Self>(
            "对",
            &[
                FAMILY.carried(),
                Field::new("file", "台账", Holds::Reference(&["support_file"]))
                    .required()
                    .roles(&[Role::Parent])
                    .carried(),
                REGION.carried(),
                Field::new("township_leader", "镇联系人", Holds::Text)
                    .also(&["镇级联系人", "乡镇联系人", "镇干部", "镇包保人"])
                    .roles(&[Role::Sort])
                    .bits(&[("*", 1)])
                    .finds(&[Find::Name])
                    .asked(),
                Field::new("village_worker", "村联系人", Holds::Text)
                    .with(&["township_leader"])
                    .also(&["村级联系人", "社区联系人", "村干部", "村包保人"])
                    .roles(&[Role::Sort])
                    .bits(&[("*", 2)])
                    .finds(&[Find::Name])
                    .asked(),
                Field::new("from", "从哪天起", Holds::Day)
                    .also(&["开始日期", "开始时间", "起始日期"])
                    .roles(&[Role::Day])
                    .start(Start::Today),
                Field::new("to", "到哪天止", Holds::Day)
                    .with(&["from"])
                    .also(&["结束日期", "结束时间", "截止日期"])
                    .roles(&[Role::Until, Role::LastDay])
                    .hint("平时空着；以后换人时会自动填上"),
                Field::new("handover_note", "交接说明", Holds::LongText).note().asked(),
            ],
        )
    };
    fn region(&self) -> &RegionCode {
        &self.region
    }
    fn problems(&self) -> Vec<Problem> {
        let named = |n: &Option<String>| n.as_deref().is_some_and(|n| !tidy_name(n).is_empty());
        let mut problems = Vec::new();
        if !named(&self.township_leader) && !named(&self.village_worker) {
            problems.push(Problem::new("village_worker", "contact_missing", "请至少填写一位联系人"));
        }
        if let (Some(from), Some(to)) = (self.from, self.to)
            && to < from
        {
            problems.push(Problem::new("to", "period_invalid", "结束日期早于开始日期，请核对"));
        }
        problems
    }
    fn gaps(&self) -> Vec<Gap> {
        let mut gaps = Vec::new();
        if self.township_leader.is_none() {
            gaps.push(Lack::TownshipLeader.gap("contact_missing"));
        }
        if self.village_worker.is_none() {
            gaps.push(Lack::VillageWorker.gap("contact_missing"));
        }
        gaps
    }
    fn title(&self) -> String {
        let name = |n: &Option<String>| n.clone().unwrap_or_else(|| "（缺）".into());
        format!("{}、{}", name(&self.township_leader), name(&self.village_worker))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(month: u32, day: u32) -> Option<NaiveDate> {
        NaiveDate::from_ymd_opt(2026, month, day)
    }

    fn pair(from: Option<NaiveDate>, to: Option<NaiveDate>) -> ContactPair {
        ContactPair {
            region: "340323100001".parse().unwrap(),
            household: Uuid::nil(),
            file: Uuid::nil(),
            township_leader: Some("赵".into()),
            village_worker: None,
            from,
            to,
            handover_note: None,
        }
    }

    fn next(from: Option<NaiveDate>, to: Option<NaiveDate>) -> ContactPair {
        ContactPair { township_leader: Some("钱".into()), ..pair(from, to) }
    }

    #[test]
    fn the_former_pair_ends_the_day_before() {
        let id = Uuid::from_u128(1);
        let ended = |new, old| ended_by(&new, &[(id, old)]);
        let last = day(10, 31).unwrap();
        assert_eq!(ended(next(day(11, 1), None), pair(None, None)), Ok(vec![(id, last)]));
        assert_eq!(ended(next(day(11, 1), None), pair(day(3, 1), None)), Ok(vec![(id, last)]));
        // Its end was known already, and lies later.
        assert_eq!(ended(next(day(11, 1), None), pair(day(3, 1), day(12, 31))), Ok(vec![(id, last)]));
        // It was over by then; or the new one tells of a time before.
        assert_eq!(ended(next(day(11, 1), None), pair(None, day(10, 31))), Ok(vec![]));
        assert_eq!(ended(pair(None, day(2, 28)), pair(day(3, 1), None)), Ok(vec![]));
        let other_file = ContactPair { file: Uuid::from_u128(2), ..pair(None, None) };
        assert_eq!(ended(next(day(11, 1), None), other_file), Ok(vec![]));
    }

    #[test]
    fn the_former_pair_goes_on_when_the_next_never_was() {
        let (former, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let ended = (former, pair(day(3, 1), day(10, 31)));
        assert_eq!(freed_by(&next(day(11, 1), None), std::slice::from_ref(&ended)), Some((former, None)));
        // A third pair takes over later: until then.
        let third = (other, next(day(12, 1), None));
        let until = day(11, 30);
        assert_eq!(freed_by(&next(day(11, 1), until), &[ended.clone(), third]), Some((former, until)));
        // It had ended before, somebody else is there, or there was nobody.
        assert_eq!(freed_by(&next(day(11, 1), None), &[(former, pair(day(3, 1), day(10, 1)))]), None);
        assert_eq!(freed_by(&next(day(11, 1), None), &[ended, (other, next(day(11, 1), None))]), None);
        assert_eq!(freed_by(&next(day(11, 1), None), &[]), None);
    }

    #[test]
    fn the_same_two_are_no_change() {
        let told = ended_by(&pair(day(11, 1), None), &[(Uuid::nil(), pair(None, None))]).unwrap_err();
        assert_eq!((told.field.as_str(), told.code.as_str()), ("village_worker", "contacts_same"));
        // After a time without anybody they begin again.
        assert_eq!(ended_by(&pair(day(11, 1), None), &[(Uuid::nil(), pair(None, day(9, 1)))]), Ok(vec![]));
    }

    #[test]
    fn two_pairs_at_once_are_told() {
        let code = |new, old| ended_by(&new, &[(Uuid::nil(), old)]).unwrap_err().code;
        assert_eq!(code(pair(None, None), pair(None, None)), "from_missing");
        assert_eq!(code(pair(day(3, 1), None), pair(day(3, 1), None)), "period_overlaps");
        assert_eq!(code(pair(day(2, 1), None), pair(day(3, 1), None)), "period_overlaps");
    }
}
