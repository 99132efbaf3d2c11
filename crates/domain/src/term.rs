//! From when to when something holds: a pair of contacts, a membership, an office.

use chrono::NaiveDate;

use crate::date::PartialDate;

/// A time of which begin, end, or both may be unknown; without an end it goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Term {
    pub from: Option<PartialDate>,
    /// The last day.
    pub to: Option<PartialDate>,
}

impl Term {
    /// Of which the first day is known.
    pub fn days(from: NaiveDate, to: Option<NaiveDate>) -> Term {
        Term { from: Some(PartialDate::Day(from)), to: to.map(PartialDate::Day) }
    }

    /// Of somebody who leaves: on that day the next may begin, so it is no longer theirs.
    pub fn left(from: Option<PartialDate>, left: Option<PartialDate>) -> Term {
        let last = |left: PartialDate| left.begins()?.pred_opt().map(PartialDate::Day);
        Term { from, to: left.and_then(last) }
    }

    /// Whether the two certainly have a day in common, whatever is not known of them. Two that go on do: whoever holds
    /// both today holds them at once.
    pub fn meets(&self, other: &Term) -> bool {
        let (one, two) = (self.certain(), other.certain());
        one.0.max(two.0) <= one.1.min(two.1)
    }

    /// Of others the most that certainly hold on one and the same day of it. Those that follow on each other hold one
    /// after the other, however many they are.
    pub fn most_at_once(&self, others: impl IntoIterator<Item = Term>) -> usize {
        let own = self.certain();
        let shared = others.into_iter().map(|other| {
            let (begin, end) = other.certain();
            (begin.max(own.0), end.min(own.1))
        });
        let (mut begins, mut ends): (Vec<NaiveDate>, Vec<NaiveDate>) =
            shared.filter(|(begin, end)| begin <= end).unzip();
        begins.sort_unstable();
        ends.sort_unstable();
        // There are never more than on a day on which one of them begins.
        let held = begins.iter().enumerate().map(|(before, begin)| {
            let over = ends.partition_point(|end| end < begin);
            before + 1 - over
        });
        held.max().unwrap_or(0)
    }

    /// The days that belong to it in any case.
    fn certain(&self) -> (NaiveDate, NaiveDate) {
        let end = self.to.map_or(NaiveDate::MAX, |to| to.begins().unwrap_or(NaiveDate::MIN));
        let begin = self.from.map_or(end, |from| from.ends().unwrap_or(NaiveDate::MAX));
        (begin, end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::date::YearHint;

    fn term(from: &str, to: &str) -> Term {
        let date = |text: &str| PartialDate::parse(text, YearHint::None).ok();
        Term { from: date(from), to: date(to) }
    }

    #[test]
    fn two_terms_meet_only_where_they_certainly_do() {
        for (one, two, meet) in [
            (("2026-03-01", ""), ("2026-11-01", ""), true),
            (("2026-03-01", "2026-10-31"), ("2026-11-01", ""), false),
            (("2026-03-01", "2026-11-01"), ("2026-11-01", ""), true),
            (("", ""), ("", ""), true),
            (("", ""), ("2026-11-01", ""), true),
            // Since when is not known: perhaps only after the other had ended.
            (("", ""), ("2026-03-01", "2026-10-31"), false),
            (("", "2026-10-31"), ("2026-03-01", "2026-11-30"), true),
            (("2026", ""), ("2025", "2026"), false),
            (("2024", ""), ("2025", "2026"), true),
            (("2026-10", "2026-12"), ("2026-11-15", "2026-11-20"), true),
            // The end before the beginning: its own rule tells.
            (("2026-03-01", "2026-02-01"), ("2026-01-01", ""), false),
        ] {
            let (a, b) = (term(one.0, one.1), term(two.0, two.1));
            assert_eq!((a.meets(&b), b.meets(&a)), (meet, meet), "{one:?} {two:?}");
        }
    }

    #[test]
    fn on_the_day_on_which_one_leaves_the_next_may_begin() {
        for (left, meet) in [("2026-10-01", false), ("2026-10", false), ("2026-10-02", true), ("", true)] {
            let Term { from, to } = term("2023-10-01", left);
            let next = term("2026-10-01", "");
            assert_eq!(Term::left(from, to).meets(&next), meet, "{left}");
        }
    }

    #[test]
    fn terms_that_follow_on_each_other_are_never_held_at_once() {
        let most = |own: (&str, &str), others: &[(&str, &str)]| {
            term(own.0, own.1).most_at_once(others.iter().map(|(from, to)| term(from, to)))
        };
        let year = ("2026-01-01", "2026-12-31");
        let (spring, summer, autumn) =
            (("2026-02-01", "2026-04-30"), ("2026-05-01", "2026-07-31"), ("2026-08-01", "2026-10-31"));
        assert_eq!(most(year, &[]), 0);
        assert_eq!(most(year, &[autumn, spring, summer]), 1);
        assert_eq!(most(year, &[autumn, spring, summer, ("2026-07-31", "")]), 2, "the last day is held");
        assert_eq!(most(year, &[spring, spring, summer]), 2);
        assert_eq!(
            most(("2026-05-01", ""), &[spring, spring, ("2026-06-01", "")]),
            1,
            "only days of its own"
        );
        assert_eq!(most(year, &[("2025-01-01", ""), ("2025-06-01", "2027"), ("2026-12-31", "")]), 3);
        // Not known since when, not certain, or ended before it began.
        assert_eq!(most(year, &[("", ""), ("2026", "2026"), ("2026-03-01", "2026-02-01")]), 0);
        assert_eq!(most(("2026-03-01", ""), &[("", ""), ("2026-04-01", "")]), 2, "all of them go on");
    }
}
