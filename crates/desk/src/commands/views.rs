//! Filters under a name: kept for their user in the book, counted where they are pinned.

use chrono::{Days, NaiveDate, NaiveTime, TimeDelta};
use serde_json::{Value, json};
use tiexin_contract::records::{Filter, FilterOp};
use tiexin_contract::session::Done;
use tiexin_contract::views::{CHANGED, CountViews, DropView, ListViews, SaveView, View, ViewCount};
use tiexin_contract::{ErrorCode, ErrorReply, Event};
use tiexin_domain::access::Action;
use tiexin_domain::nouns::tidy;
use tiexin_domain::shape::{self, Holds, Mask, Shape};
use tiexin_domain::{Kind, Problem, days};

use super::lists;
use crate::clock::OFFICE_MINUTES;
use crate::errors;
use crate::registry::{Registry, anywhere};
use crate::rights::{At, Need, Place, READ};

pub(super) fn register(registry: &mut Registry) {
    registry.add(Need::SignedIn, anywhere, list);
    registry.add(Need::SignedIn, anywhere, keep);
    registry.add(Need::SignedIn, anywhere, drop_view);
    registry.add(READ, |_, args: &CountViews| Ok(Place::In(vec![args.region.clone()])), counts);
}

/// Where they lie among the user's preferences.
const KEY: &str = "views";
const LONGEST_NAME: usize = 20;
const MOST_VIEWS: usize = 100;

/// The user's own, as they are stored: what a newer program wrote and this one cannot read stays there.
fn stored(at: &At) -> Result<Vec<Value>, ErrorReply> {
    let kept = at.book().preference(at.user.id, KEY).map_err(errors::store)?;
    Ok(kept.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
}

fn store(at: &At, views: &[Value]) -> Result<Done, ErrorReply> {
    let text = serde_json::to_string(views).map_err(|_| errors::unreadable())?;
    at.book().set_preference(at.user.id, KEY, &text).map_err(errors::store)?;
    at.desk.tell(Event::Changed { kinds: vec![CHANGED.to_owned()] });
    Ok(Done { id: None })
}

fn all(at: &At) -> Result<Vec<View>, ErrorReply> {
    let own = stored(at)?.into_iter().filter_map(|view| serde_json::from_value::<View>(view).ok());
    let mut views: Vec<View> = own.filter(|view| Kind::from_code(&view.kind).is_known()).collect();
    for kind in Kind::ALL {
        let built_in = shape::of(kind.code()).into_iter().flat_map(|shape| built_in(kind.code(), shape));
        let new: Vec<View> =
            built_in.filter(|view| !views.iter().any(|own| is(own, &view.kind, &view.name))).collect();
        views.extend(new);
    }
    Ok(views)
}

fn is(view: &View, kind: &str, name: &str) -> bool {
    view.kind == kind && view.name == name
}

/// What follows from a noun's shape: what came this month, and what lacks the telephone that it may have.
fn built_in(kind: &str, shape: &Shape) -> Vec<View> {
    let view = |name: &str, field: &str, op, value: Value| View {
        name: name.into(),
        kind: kind.into(),
        filters: vec![Filter { field: field.into(), op, value }],
        text: None,
        sort: None,
        pinned: false,
        built_in: true,
    };
    if shape.list.is_empty() {
        return Vec::new();
    }
    let phone = shape.fields.iter().find(|field| field.mask == Some(Mask::Phone));
    let lacking = phone.map(|field| view("没有电话的", field.name, FilterOp::Missing, Value::Null));
    let new = view("本月新增", "recorded_at", FilterOp::During, json!("本月"));
    std::iter::once(new).chain(lacking).collect()
}

fn list(at: &At, args: ListViews) -> Result<Vec<View>, ErrorReply> {
    let mut views = all(at)?;
    views.retain(|view| args.kind.as_ref().is_none_or(|kind| *kind == view.kind));
    Ok(views)
}

fn keep(at: &At, args: SaveView) -> Result<Done, ErrorReply> {
    let wrong = |message: &str| ErrorReply::invalid(vec![Problem::new("name", "view_name", message)]);
    let name = tidy(&args.view.name).ok_or_else(|| wrong("请写一个名称"))?;
    if name.chars().count() > LONGEST_NAME {
        return Err(wrong("名称请不要超过20个字"));
    }
    if !Kind::from_code(&args.view.kind).is_known() {
        return Err(errors::unreadable());
    }
    if args.view.text.as_deref().is_some_and(tiexin_store::seeks_number) {
        let message = "按号码查找的不能存成常用筛选，没有保存。请去掉号码再存。";
        return Err(ErrorReply::new(ErrorCode::Invalid, message));
    }
    let view = View { name, built_in: false, ..args.view };
    // What cannot be asked for is not kept either.
    if let Some(region) = at.reach(Action::Read).into_iter().next() {
        lists::query(&view.list(region, 1), at.today)?;
    }
    let mut views = stored(at)?;
    let written = serde_json::to_value(&view).map_err(|_| errors::unreadable())?;
    match views.iter().position(|one| same(one, &view.kind, &view.name)) {
        Some(at) => views[at] = written,
        None if views.len() >= MOST_VIEWS => {
            return Err(ErrorReply::new(
                ErrorCode::Invalid,
                "常用筛选已经很多了，没有保存。请先删去不用的。",
            ));
        }
        None => views.push(written),
    }
    store(at, &views)
}

fn same(view: &Value, kind: &str, name: &str) -> bool {
    view["kind"] == kind && view["name"] == name
}

fn drop_view(at: &At, args: DropView) -> Result<Done, ErrorReply> {
    let mut views = stored(at)?;
    let before = views.len();
    views.retain(|view| !same(view, &args.kind, &args.name));
    if views.len() == before {
        let message = "没有这个自己保存的筛选，没有改动。程序自带的不能删去。";
        return Err(ErrorReply::new(ErrorCode::NotFound, message));
    }
    store(at, &views)
}

fn counts(at: &At, args: CountViews) -> Result<Vec<ViewCount>, ErrorReply> {
    let mut counts = Vec::new();
    for view in all(at)?.into_iter().filter(|view| view.pinned) {
        let (query, _) = lists::query(&view.list(args.region.clone(), 1), at.today)?;
        let count = at.book().list(&query).map_err(errors::store)?.total.unwrap_or_default();
        counts.push(ViewCount { kind: view.kind, name: view.name, count });
    }
    Ok(counts)
}

/// A filter by days as people write them becomes one from the first and one to the last of them; others stay.
pub(super) fn by_days(kind: &str, filter: &Filter, today: NaiveDate) -> Result<Vec<Filter>, ErrorReply> {
    if filter.op != FilterOp::During {
        return Ok(vec![filter.clone()]);
    }
    let typed = filter.value.as_str().unwrap_or_default();
    let (from, to) = days::between(typed, today);
    if (from, to) == (None, None) {
        let message = "这个日期看不懂，没有按它筛选。可以写 本月、近30天、10月、2026-10-05、9月~10月。";
        return Err(ErrorReply::new(ErrorCode::Invalid, message));
    }
    let instant = shape::field(kind, &filter.field).is_some_and(|field| field.holds == Holds::Instant);
    let bound = |op, value: Value| Filter { field: filter.field.clone(), op, value };
    let from = from.map(|date| match date.begins() {
        Some(day) if instant => bound(FilterOp::From, json!(begins_ms(day))),
        _ => bound(FilterOp::From, json!(date)),
    });
    let to = to.map(|date| match days::ends(date).and_then(|day| day.checked_add_days(Days::new(1))) {
        Some(after) if instant => bound(FilterOp::To, json!(begins_ms(after) - 1)),
        _ => bound(FilterOp::To, json!(date)),
    });
    Ok(from.into_iter().chain(to).collect())
}

/// When a day begins at the office; milliseconds since 1970 UTC.
fn begins_ms(day: NaiveDate) -> i64 {
    let utc = day.and_time(NaiveTime::MIN) - TimeDelta::minutes(OFFICE_MINUTES.into());
    utc.and_utc().timestamp_millis()
}
