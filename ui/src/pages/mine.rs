//! 我的一周、一月: what I did here and what is due, on a page that can be printed. Each worker sees the own one only; nobody
//! is ranked by it.

use crate::components::{Button, Card, Look, Page, Sign, Tab, Tabs, show, use_tab};
use crate::hooks::{use_query, use_query_when, use_region, use_session};
use crate::routes::Route;
use crate::text;
use chrono::{Datelike, Days, Months, NaiveDate, TimeDelta};
use tiexin_contract::mine::{Mine, MyDeed, MyDeeds, MyTally};
use tiexin_contract::today::{GetToday, Today, Todo, is_long_overdue};
use tiexin_domain::reminder::Weight;
use tiexin_domain::{Kind, shape};
use yew::prelude::*;
use yew_router::prelude::*;

pub(crate) const TITLE: &str = "我的一周、一月";

#[derive(Debug, Clone, Copy, PartialEq)]
enum Span {
    Week,
    Month,
}

impl Span {
    /// So many before this one: the first day and the last.
    fn days(self, today: NaiveDate, back: u32) -> (NaiveDate, NaiveDate) {
        match self {
            Span::Week => {
                let passed = today.weekday().num_days_from_monday() + 7 * back;
                let monday = today - Days::new(passed.into());
                (monday, monday + Days::new(6))
            }
            Span::Month => {
                let first = today.with_day(1).unwrap_or(today) - Months::new(back);
                (first, first + Months::new(1) - Days::new(1))
            }
        }
    }

    fn word(self) -> &'static str {
        match self {
            Span::Week => "周",
            Span::Month => "个月",
        }
    }
}

/// Weeks and months that one can go back.
const FARTHEST: u32 = 53;

#[component]
pub(crate) fn MinePage() -> Html {
    let session = use_session();
    let region = use_region();
    let (at, ontab) = use_tab();
    let back = use_state(|| 0_u32);
    let today = session.today();
    let span = if at == 0 { Span::Week } else { Span::Month };
    let (from, to) = span.days(today, *back);
    let mine = use_query(MyDeeds { from, to }, &["*"]);
    let this_week = span == Span::Week && *back == 0;
    let due = use_query_when(this_week.then(|| GetToday { region: region.code() }), &["*"]);
    let turn = |to: u32| {
        let back = back.setter();
        Callback::from(move |()| back.set(to))
    };
    let onchange = {
        let back = back.setter();
        Callback::from(move |at: usize| {
            back.set(0);
            ontab.emit(at);
        })
    };
    // A browser that may not print says so itself.
    let onprint = Callback::from(|()| drop(gloo::utils::window().print()));
    let action = html! { <Button label="打印" look={Look::Primary} sign={Sign::Sheet} onclick={onprint} /> };
    let me = session.me().map(|me| me.user.display_name.clone()).unwrap_or_default();
    let whole = |day: NaiveDate| format!("{}年{}月{}日", day.year(), day.month(), day.day());
    let lead =
        html! { { format!("{me} · {} 到 {} · 本机上自己登记的，只有自己看得到", whole(from), whole(to)) } };
    let tabs = vec![Tab::new("一周"), Tab::new("一月")];
    html! {
        <Page title={TITLE} {lead} {action}>
            <Tabs {tabs} chosen={at} {onchange} />
            <div class="tx-report-bar">
                <Button label={format!("上一{}", span.word())} look={Look::Link} sign={Sign::Left} disabled={*back >= FARTHEST}
                    onclick={turn(*back + 1)} />
                <Button label={format!("下一{}", span.word())} look={Look::Link} sign={Sign::Right} disabled={*back == 0}
                    onclick={turn(back.saturating_sub(1))} />
            </div>
            if let Some(now) = &due.data { { coming(now, to) } }
            { show(&mine, |mine| html! { <>{ tally(mine) }{ deeds(mine) }</> }) }
        </Page>
    }
}

/// By kind, how many.
fn tally(mine: &Mine) -> Html {
    let line = |tally: &MyTally| {
        let unit = shape::of(&tally.kind).map(|shape| shape.unit).unwrap_or_default();
        let of = |many: u64| if many == 0 { String::new() } else { format!("{} {unit}", text::count(many)) };
        html! {
            <tr key={tally.kind.clone()}>
                <td>{ Kind::from_code(&tally.kind).label().to_owned() }</td>
                <td class="tx-number">{ of(tally.made) }</td>
                <td class="tx-number">{ of(tally.mended) }</td>
            </tr>
        }
    };
    html! {
        <Card title="做了什么">
            if mine.tally.is_empty() {
                <p class="tx-muted">{ "这段时间没有在本机登记。" }</p>
            } else {
                <table class="tx-table">
                    <thead><tr><th>{ "种类" }</th><th class="tx-number">{ "登记" }</th><th class="tx-number">{ "修改以前的" }</th></tr></thead>
                    <tbody>{ for mine.tally.iter().map(line) }</tbody>
                </table>
            }
            if mine.imported > 0 {
                <p class="tx-muted">{ format!("另外从表格导入 {} 条。", text::count(mine.imported)) }</p>
            }
        </Card>
    }
}

/// The records, by the day at the desk.
fn deeds(mine: &Mine) -> Html {
    let mut deeds: Vec<&MyDeed> = mine.deeds.iter().collect();
    deeds.sort_by_key(|deed| std::cmp::Reverse(deed.date));
    let days = deeds.chunk_by(|one, other| one.date == other.date).map(|day| {
        html! {
            <Card title={text::day_long(day[0].date)}>
                <ul class="tx-soon">{ for day.iter().map(|deed| one(deed)) }</ul>
            </Card>
        }
    });
    let beyond = mine.total.saturating_sub(mine.deeds.len() as u64);
    html! {
        <>
            { for days }
            if beyond > 0 { <p class="tx-muted">{ format!("更早的 {} 条没有列出来。", text::count(beyond)) }</p> }
        </>
    }
}

fn one(deed: &MyDeed) -> Html {
    let kind = Kind::from_code(&deed.kind);
    let what = if deed.made { kind.making() } else { kind.mending() };
    let to = Route::of_record(&deed.kind, deed.record, deed.household);
    html! {
        <li key={deed.record.to_string()}>
            <span>{ what }</span>
            <Link<Route> {to}>{ &deed.title }</Link<Route>>
            <span class="tx-muted">{ &deed.place }</span>
        </li>
    }
}

/// More things of one sort than so many are one line with their number.
const FEW: usize = 5;

/// Things to be done that are of one sort stand together, each sort where its first one stands.
fn by_sort<'t>(todo: impl Iterator<Item = &'t Todo>) -> Vec<Vec<&'t Todo>> {
    let mut sorts: Vec<Vec<&Todo>> = Vec::new();
    for one in todo {
        let same = |sort: &&mut Vec<&Todo>| {
            sort.iter().any(|other| other.rule == one.rule && other.kind == one.kind)
        };
        match sorts.iter_mut().find(same) {
            Some(sort) => sort.push(one),
            None => sorts.push(vec![one]),
        }
    }
    sorts
}

/// What is due until the last day: families to see, things to be done, days to think of. What has been overdue for more
/// than a month is counted.
fn coming(now: &Today, to: NaiveDate) -> Html {
    let left = (to - now.date).num_days();
    let line = |says: String, title: &str, route: Option<Route>, day: NaiveDate| {
        let title = title.to_owned();
        html! {
            <li>
                <span>{ says }</span>
                if let Some(to) = route { <Link<Route> {to}>{ title }</Link<Route>> } else { <span>{ title }</span> }
                <span class="tx-muted">{ text::day(day, now.date) }</span>
            </li>
        }
    };
    // Above the township no single family is told.
    let families = now.due.iter().filter(|family| now.units.is_empty() && family.overdue_days >= -left);
    let is_late = |days: i64| is_long_overdue(Weight::Family, -days);
    let (late, families): (Vec<_>, Vec<_>) = families.partition(|family| is_late(family.overdue_days));
    let families = families.into_iter().map(|family| {
        let day = now.date - TimeDelta::days(family.overdue_days);
        line("该走访了".to_owned(), &family.name, Some(Route::Family { id: family.household }), day)
    });
    let todo = now.todo.iter().filter(|todo| todo.days_ahead <= left);
    let (old, todo): (Vec<_>, Vec<_>) = todo.partition(|todo| is_long_overdue(todo.weight, todo.days_ahead));
    let todo = by_sort(todo.into_iter()).into_iter().flat_map(|sort| match sort.as_slice() {
        [first, ..] if sort.len() > FEW => {
            vec![many(&first.says, sort.len(), Route::list_of(&first.kind))]
        }
        few => few
            .iter()
            .map(|todo| {
                let route = Route::of_record(&todo.kind, todo.record, todo.household);
                line(todo.says.clone(), &todo.title, Some(route), todo.date)
            })
            .collect(),
    });
    let days = now.reminders.iter().filter(|day| day.days_ahead <= left).map(|day| {
        let route = day.household.map(|id| Route::Family { id });
        line(String::new(), &day.text, route, day.date)
    });
    let long = [("过了一个月还没走访的", late.len()), ("过了一个月还没办的", old.len())].into_iter();
    let long = long.filter(|(_, count)| *count > 0).map(|(says, count)| many(says, count, Route::Today));
    let lines: Vec<Html> = families.chain(todo).chain(days).chain(long).collect();
    html! {
        <Card title="这周该办的">
            if lines.is_empty() {
                <p class="tx-muted">{ "这周没有到期的事。" }</p>
            } else {
                <ul class="tx-soon">{ for lines }</ul>
            }
        </Card>
    }
}

/// One line for all of a sort, with the way to them.
fn many(says: &str, count: usize, to: Route) -> Html {
    let words = format!("{} 件", text::count(count as u64));
    html! { <li><span>{ says.to_owned() }</span><Link<Route> {to}>{ words }</Link<Route>></li> }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tiexin_domain::reminder::Act;

    #[test]
    fn things_of_one_sort_stand_together() {
        let one = |rule: &str| Todo {
            rule: rule.into(),
            weight: Weight::Paper,
            kind: "service_hours".into(),
            record: uuid::Uuid::nil(),
            title: String::new(),
            place: String::new(),
            says: String::new(),
            date: NaiveDate::MIN,
            days_ahead: -1,
            act: Act::Open,
            household: None,
        };
        let all = ["a", "b", "a", "a"].map(one);
        let sorts: Vec<usize> = by_sort(all.iter()).iter().map(Vec::len).collect();
        assert_eq!(sorts, [3, 1]);
    }

    #[test]
    fn a_week_begins_on_monday_and_a_month_on_the_first() {
        let day = |month, day| NaiveDate::from_ymd_opt(2026, month, day).unwrap();
        // A Sunday.
        assert_eq!(Span::Week.days(day(11, 29), 0), (day(11, 23), day(11, 29)));
        assert_eq!(Span::Week.days(day(11, 23), 1), (day(11, 16), day(11, 22)));
        assert_eq!(Span::Month.days(day(3, 31), 1), (day(2, 1), day(2, 28)));
        assert_eq!(Span::Month.days(day(12, 1), 0), (day(12, 1), day(12, 31)));
    }
}
