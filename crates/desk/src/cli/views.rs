//! Filters under a name.

use clap::Args;
use serde_json::{Value, json};
use tiexin_contract::views::{DropView, ListViews, SaveView, View};
use tiexin_domain::Kind;

use super::at::{Door, Seat};
use super::exit::{Exit, Failure, Outcome};
use super::written;

#[derive(Debug, Args)]
pub(super) struct Views {
    /// 只看这一类
    #[arg(value_name = "类别")]
    kind: Option<String>,
    /// 用这个名称保存 --filter、--sort 写的条件；已有的换成新的
    #[arg(long, value_name = "名称", requires = "kind", conflicts_with = "drop")]
    save: Option<String>,
    /// 条件，写法同 list；可写多个
    #[arg(long, value_name = "条件", requires = "save")]
    filter: Vec<String>,
    /// 排序字段；前面加 - 为从大到小
    #[arg(long, value_name = "字段", allow_hyphen_values = true, requires = "save")]
    sort: Option<String>,
    /// 条数显示在窗口左边的导航里
    #[arg(long, requires = "save")]
    pin: bool,
    /// 删去这个名称的
    #[arg(long, value_name = "名称", requires = "kind")]
    drop: Option<String>,
}

/// The view of this name.
pub(super) async fn named(seat: &Seat, kind: &str, name: &str) -> Outcome<View> {
    let views = seat.desk.run(ListViews { kind: Some(kind.to_owned()) }).await?;
    views.into_iter().find(|view| view.name == name).ok_or_else(|| {
        let message = format!("没有这个常用筛选：{name}。有哪些见 tiexin-desk views {kind}。");
        Failure::new(Exit::NotFound, message)
    })
}

/// Frozen shape: `docs/command-line.md`.
pub(super) async fn views(door: Door, args: Views) -> Outcome {
    let kind = args.kind.as_deref().map(written::kind).transpose()?;
    let filters = args.filter.iter().map(|text| written::filter(text)).collect::<Outcome<Vec<_>>>()?;
    let seat = door.sign_in().await?;
    if let (Some(name), Some(kind)) = (args.save, &kind) {
        let sort = args.sort.as_deref().map(written::sort);
        let view = View {
            name,
            kind: kind.clone(),
            filters,
            text: None,
            sort,
            pinned: args.pin,
            built_in: false,
            why: None,
        };
        seat.desk.run(SaveView { view, over: true }).await?;
    }
    if let (Some(name), Some(kind)) = (args.drop, &kind) {
        seat.desk.run(DropView { kind: kind.clone(), name }).await?;
    }
    let views = seat.desk.run(ListViews { kind }).await?;
    let told: Vec<Value> = views
        .iter()
        .map(|view| {
            json!({
                "name": view.name, "kind": view.kind, "filters": view.filters, "text": view.text,
                "sort": view.sort, "pinned": view.pinned, "built_in": view.built_in,
                "why": view.why,
            })
        })
        .collect();
    seat.out.tell(&told, || {
        let line = |view: &View| {
            let pinned = if view.pinned { "\t在导航里" } else { "" };
            let why = view.why.as_ref().map(|why| format!("\t! 用不了：{why}")).unwrap_or_default();
            format!("{}\t{}{pinned}{why}", Kind::from_code(&view.kind).label(), view.name)
        };
        views.iter().map(line).collect()
    })
}
