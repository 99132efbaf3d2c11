//! Filters under a name: kept for their user in the book, counted where they are pinned.

use chrono::NaiveDate;
use serde_json::{Value, json};
use tiexin_contract::records::{Filter, FilterOp};
use tiexin_contract::session::Done;
use tiexin_contract::views::{
    CHANGED, CountViews, DropView, ListViews, PinView, SaveView, TAKEN, View, ViewCount,
};
use tiexin_contract::{ErrorCode, ErrorReply, Event};
use tiexin_domain::access::Action;
use tiexin_domain::nouns::tidy;
use tiexin_domain::shape::{self, Mask, Shape};
use tiexin_domain::{Kind, Problem, RegionCode};

use super::asked;
use crate::errors;
use crate::registry::{Registry, anywhere};
use crate::rights::{At, Need, Place, READ};

pub(super) fn register(registry: &mut Registry) {
    registry.add(Need::SignedIn, anywhere, list);
    registry.add(Need::SignedIn, anywhere, keep);
    registry.add(Need::SignedIn, anywhere, pin);
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

/// Of what is stored, what this program can read.
fn readable(stored: &[Value]) -> Vec<View> {
    let own = stored.iter().filter_map(|view| serde_json::from_value::<View>(view.clone()).ok());
    own.filter(|view| Kind::from_code(&view.kind).is_known()).collect()
}

fn with_built_in(mut views: Vec<View>) -> Vec<View> {
    for kind in Kind::ALL {
        let built_in = shape::of(kind.code()).into_iter().flat_map(|shape| built_in(kind.code(), shape));
        let new: Vec<View> =
            built_in.filter(|view| !views.iter().any(|own| is(own, &view.kind, &view.name))).collect();
        views.extend(new);
    }
    views
}

/// Pinned, but written by a newer program, in a way or of a kind that this one does not know.
fn unknown_and_pinned(stored: &[Value]) -> Vec<ViewCount> {
    let text = |view: &Value, part: &str| view[part].as_str().unwrap_or_default().to_owned();
    let unknown =
        stored.iter().filter(|view| view["pinned"] == true && readable(&[(*view).clone()]).is_empty());
    let why = "是新版本的程序存的，这一版还看不懂。更新程序以后就能用";
    let count = |view: &Value| ViewCount {
        kind: text(view, "kind"),
        name: text(view, "name"),
        count: None,
        why: Some(why.to_owned()),
    };
    unknown.map(count).filter(|view| !view.name.is_empty()).collect()
}

fn is(view: &View, kind: &str, name: &str) -> bool {
    view.kind == kind && view.name == name
}

/// The label of somebody's own telephone.
const OWN_PHONE: &str = "联系电话";

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
        why: None,
    };
    if shape.list.is_empty() {
        return Vec::new();
    }
    let phone = shape.fields.iter().find(|field| field.mask == Some(Mask::Phone));
    // Called by its label where that is another telephone than one's own: 没有紧急联系电话的.
    let lacking = phone.map(|field| {
        let which = if field.label == OWN_PHONE { "电话" } else { field.label };
        view(&format!("没有{which}的"), field.name, FilterOp::Missing, Value::Null)
    });
    let new = view("本月新增", "recorded_at", FilterOp::During, json!("本月"));
    std::iter::once(new).chain(lacking).collect()
}

fn list(at: &At, args: ListViews) -> Result<Vec<View>, ErrorReply> {
    let mut views = with_built_in(readable(&stored(at)?));
    views.retain(|view| args.kind.as_ref().is_none_or(|kind| *kind == view.kind));
    if let Some(region) = at.reach(Action::Read).into_iter().next() {
        for view in &mut views {
            let refused = asked::query(&view.list(region.clone(), 1), at.today).is_err();
            view.why = refused.then(|| why(view, &region, at.today));
        }
    }
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
    let view = View { name, built_in: false, why: None, ..args.view };
    // What cannot be asked for is not kept either.
    if let Some(region) = at.reach(Action::Read).into_iter().next() {
        asked::query(&view.list(region, 1), at.today)?;
    }
    let mut views = stored(at)?;
    match views.iter().position(|one| same(one, &view.kind, &view.name)) {
        Some(_) if !args.over => {
            let message = "已经有叫这个名称的常用筛选，没有保存。要换成现在的请按“换成现在的”，或换个名称";
            return Err(ErrorReply::invalid(vec![Problem::new("name", TAKEN, message)]));
        }
        Some(place) => {
            let pinned = view.pinned || views[place]["pinned"] == true;
            views[place] = written(&View { pinned, ..view })?;
        }
        None => add(&mut views, &view)?,
    }
    store(at, &views)
}

fn written(view: &View) -> Result<Value, ErrorReply> {
    serde_json::to_value(view).map_err(|_| errors::unreadable())
}

fn add(views: &mut Vec<Value>, view: &View) -> Result<(), ErrorReply> {
    if views.len() >= MOST_VIEWS {
        let message = "常用筛选已经很多了，没有保存。请先删去不用的。";
        return Err(ErrorReply::new(ErrorCode::Invalid, message));
    }
    views.push(written(view)?);
    Ok(())
}

/// Of what this program cannot read, all else stays as it is.
fn pin(at: &At, args: PinView) -> Result<Done, ErrorReply> {
    let mut views = stored(at)?;
    if let Some(own) = views.iter_mut().find(|one| same(one, &args.kind, &args.name)) {
        own["pinned"] = args.pinned.into();
        return store(at, &views);
    }
    let known = with_built_in(Vec::new()).into_iter().find(|view| is(view, &args.kind, &args.name));
    let Some(view) = known else {
        return Err(ErrorReply::new(ErrorCode::NotFound, "这个常用筛选已经删去了，没有改动。"));
    };
    add(&mut views, &View { pinned: args.pinned, built_in: false, ..view })?;
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
    let stored = stored(at)?;
    let mut counts = Vec::new();
    for view in with_built_in(readable(&stored)).into_iter().filter(|view| view.pinned) {
        let (count, why) = match counted(at, &view, &args.region)? {
            Ok(many) => (Some(many), None),
            Err(why) => (None, Some(why)),
        };
        counts.push(ViewCount { kind: view.kind, name: view.name, count, why });
    }
    counts.extend(unknown_and_pinned(&stored));
    Ok(counts)
}

/// How many records a view has; else why it is not counted, which says nothing about the others.
fn counted(at: &At, view: &View, region: &RegionCode) -> Result<Result<u64, String>, ErrorReply> {
    // Each look at it would be a search for the number that nobody asked for.
    if view.text.as_deref().is_some_and(tiexin_store::seeks_number) {
        return Ok(Err("按号码查找的不在这里计数。请删去它，要找时再查".to_owned()));
    }
    let query = asked::query(&view.list(region.clone(), 1), at.today);
    match query.and_then(|query| at.book().list(&query).map_err(errors::store)) {
        Ok(page) => Ok(Ok(page.total.unwrap_or_default())),
        // A disk that cannot be read is no fault of the view.
        Err(error) if matches!(error.code, ErrorCode::Invalid | ErrorCode::NoRight) => {
            Ok(Err(why(view, region, at.today)))
        }
        Err(error) => Err(error),
    }
}

/// Which column of a view it is that cannot be asked for or sorted by, and what to do. Of a field that nobody knows it is
/// called as it was written.
fn why(view: &View, region: &RegionCode, today: NaiveDate) -> String {
    let refused = |filter: &&Filter| {
        let alone = View { filters: vec![(*filter).clone()], text: None, sort: None, ..view.clone() };
        asked::query(&alone.list(region.clone(), 1), today).is_err()
    };
    let sorted = View { filters: Vec::new(), text: None, ..view.clone() };
    let sort_refused = asked::query(&sorted.list(region.clone(), 1), today).is_err();
    let sort = view.sort.as_ref().filter(|_| sort_refused).map(|sort| sort.field.as_str());
    let field = view.filters.iter().find(refused).map(|filter| filter.field.as_str()).or(sort);
    let column = field.map(|field| shape::field(&view.kind, field).map_or(field, |known| known.label));
    match column {
        Some(column) => format!("里面“{column}”的条件现在用不了。请删去它，重新筛选了再存"),
        None => "里面有的条件现在用不了。请删去它，重新筛选了再存".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An older program kept what it was told, a slip of the pen too.
    #[test]
    fn what_cannot_be_asked_any_more_is_named() {
        let (region, today) = ("340323100".parse().unwrap(), NaiveDate::from_ymd_opt(2026, 11, 29).unwrap());
        let told = |filters: serde_json::Value, sort: serde_json::Value| {
            let kept = json!({"kind": "person", "name": "某", "filters": filters, "sort": sort});
            why(&serde_json::from_value::<View>(kept).unwrap(), &region, today)
        };
        let slip = json!([{"field": "nmae", "op": "missing", "value": ""}]);
        assert!(told(slip, json!(null)).contains("“nmae”"));
        let word = json!([{"field": "sex", "op": "is", "value": "男的"}]);
        assert!(told(word, json!(null)).contains("“性别”"));
        assert!(told(json!([]), json!({"field": "nmae", "descending": false})).contains("“nmae”"));
    }

    #[test]
    fn what_a_newer_program_pinned_is_told_and_not_passed_over() {
        let of = |kind: &str, name: &str, op: &str| {
            let filters = json!([{"field": "date", "op": op, "value": "本月"}]);
            json!({"kind": kind, "name": name, "filters": filters, "pinned": true})
        };
        let stored =
            [of("visit", "能用的", "during"), of("visit", "新写法", "nearly"), of("newer", "新类别", "is")];
        assert_eq!(readable(&stored).len(), 1);
        let told = unknown_and_pinned(&stored);
        assert_eq!(told.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["新写法", "新类别"]);
        assert!(told.iter().all(|one| one.count.is_none() && one.why.is_some()));
    }
}
