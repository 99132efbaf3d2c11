//! The hours that lists of signatures propose (`association.md` §2.9): an hour is served once, wherever somebody signed.

use chrono::{NaiveDate, NaiveDateTime};
use uuid::Uuid;

/// An activity at which a volunteer signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    pub activity: Uuid,
    pub name: String,
    pub start: NaiveDateTime,
    pub end: Option<NaiveDateTime>,
    /// An entry of the volunteer's hours tells of it already.
    pub entered: bool,
    /// An entry of that day tells of no occasion: it may be this one.
    pub unnamed: bool,
}

/// What an entry of hours would say of an activity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposed {
    pub activity: Uuid,
    pub name: String,
    pub date: NaiveDate,
    /// 0: nobody can tell, or all of it was served elsewhere.
    pub minutes: u32,
    /// Chinese: why these are not simply the activity's, and what to do.
    pub gap: Option<String>,
}

/// What is not entered yet, in the order of time. Of two at one hour it is counted with the one that began first.
pub fn proposed(mut signed: Vec<SignedIn>) -> Vec<Proposed> {
    signed.sort_by(|a, b| a.start.cmp(&b.start).then(a.activity.cmp(&b.activity)));
    let mut proposed = Vec::new();
    let mut served: Option<(NaiveDateTime, String)> = None;
    for one in signed {
        let end = one.end.filter(|end| *end > one.start && end.date() == one.start.date());
        let before = served.as_ref().filter(|(until, _)| end.is_some() && *until > one.start);
        let gap = match (end, before) {
            (None, _) => Some("活动没有写当天的结束时间，时长请自己填".to_owned()),
            (Some(_), Some((_, other))) => Some(format!("与“{other}”的时间重叠，重叠的只算一次，请核对")),
            (Some(_), None) => None,
        };
        let same = "这一天已经记过工时，没有选是哪一次，请核对是不是同一件";
        let gap = if one.unnamed { Some(same.to_owned()) } else { gap };
        let from = before.map_or(one.start, |(until, _)| *until);
        let minutes = end.map_or(0, |end| (end - from).num_minutes().max(0));
        if let Some(end) = end.filter(|end| served.as_ref().is_none_or(|(until, _)| until < end)) {
            served = Some((end, one.name.clone()));
        }
        if !one.entered {
            let SignedIn { activity, name, start, .. } = one;
            let minutes = u32::try_from(minutes).unwrap_or(0);
            proposed.push(Proposed { activity, name, date: start.date(), minutes, gap });
        }
    }
    proposed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signed(nth: u128, name: &str, start: &str, end: Option<&str>) -> SignedIn {
        let at = |text: &str| format!("2026-10-{text}:00").parse().unwrap();
        SignedIn {
            activity: Uuid::from_u128(nth),
            name: name.into(),
            start: at(start),
            end: end.map(at),
            entered: false,
            unnamed: false,
        }
    }

    fn told(signed: Vec<SignedIn>) -> Vec<(String, u32, bool)> {
        proposed(signed).into_iter().map(|one| (one.name, one.minutes, one.gap.is_some())).collect()
    }

    /// `association.md` §7.1, 11.
    #[test]
    fn two_activities_at_one_hour_are_one_hour() {
        let clinic = signed(1, "义诊", "05T09:00", Some("05T10:00"));
        let lecture = signed(2, "讲座", "05T09:00", Some("05T10:00"));
        let both = vec![lecture.clone(), clinic.clone()];
        assert_eq!(told(both.clone()), [("义诊".to_owned(), 60, false), ("讲座".to_owned(), 0, true)]);
        assert!(proposed(both)[1].gap.as_ref().is_some_and(|gap| gap.contains("义诊")));
        // The first is entered already: nothing more is served in that hour.
        let entered = SignedIn { entered: true, ..clinic };
        assert_eq!(told(vec![entered, lecture]), [("讲座".to_owned(), 0, true)]);
    }

    /// Hours were entered by hand, without choosing the activity.
    #[test]
    fn an_entry_of_the_day_that_names_nothing_may_be_the_same() {
        let clinic = SignedIn { unnamed: true, ..signed(1, "义诊", "05T09:00", Some("05T10:00")) };
        let told = proposed(vec![clinic]);
        assert_eq!(told.len(), 1, "nobody can tell");
        assert!(told[0].minutes == 60 && told[0].gap.as_ref().is_some_and(|gap| gap.contains("已经记过")));
    }

    #[test]
    fn what_overlaps_in_part_is_counted_in_part() {
        let all = vec![
            signed(1, "长", "05T09:00", Some("05T12:00")),
            signed(2, "中", "05T10:00", Some("05T11:00")),
            signed(3, "后", "05T11:30", Some("05T13:00")),
            signed(4, "接着", "05T13:00", Some("05T13:30")),
            signed(5, "次日", "06T09:00", Some("06T09:45")),
        ];
        let want =
            [("长", 180, false), ("中", 0, true), ("后", 60, true), ("接着", 30, false), ("次日", 45, false)];
        assert_eq!(told(all), want.map(|(name, minutes, gap)| (name.to_owned(), minutes, gap)));
    }

    #[test]
    fn without_an_end_of_its_day_nobody_knows_how_long() {
        let all = vec![signed(1, "一", "05T09:00", None), signed(2, "二", "05T09:00", Some("07T17:00"))];
        assert_eq!(told(all), [("一".to_owned(), 0, true), ("二".to_owned(), 0, true)]);
    }
}
