//! A list that behaves like the spreadsheet people know.
//!
//! Pages come by key from the desk, a window of them is painted, so a hundred thousand rows scroll
//! like a hundred.

mod care;
mod choosing;
mod column;
mod copy;
mod export;
mod find;
mod fit;
mod focus;
mod head;
mod keys;
mod print;
mod row;
mod rows;
mod view;

pub(crate) use choosing::Handful;
pub(crate) use column::{Column, Show};
pub(crate) use export::exported;

use crate::components::{Button, Look, Sign, Trouble, Waiting};
use crate::hooks::{keep, left, use_preferences, use_region, use_session, use_toast};
use crate::transport::{call, listen};
use find::FindBox;
use gloo::timers::callback::Timeout;
use head::Head;
use print::{Paper, Which};
use rows::{Ground, PAGE, Rows};
use std::collections::BTreeSet;
use std::rc::Rc;
use tiexin_contract::records::{Filter, ListRecords, RecordRow, Sort};
use tiexin_contract::views;
use tiexin_domain::RegionCode;
use uuid::Uuid;
use view::View;
use web_sys::HtmlElement;
use yew::platform::spawn_local;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(crate) struct DataListProps {
    pub(crate) kind: &'static str,
    pub(crate) columns: Rc<[Column]>,
    /// Always in force, beside what the worker filters.
    #[prop_or_default]
    pub(crate) filters: Vec<Filter>,
    #[prop_or_default]
    pub(crate) sort: Option<Sort>,
    /// The picked region when absent.
    #[prop_or_default]
    pub(crate) region: Option<RegionCode>,
    pub(crate) onopen: Callback<RecordRow>,
    /// What would stand here, and how to bring it about.
    #[prop_or_default]
    pub(crate) empty: Html,
    /// The exported file's name, without ending.
    pub(crate) name: AttrValue,
    /// `户`, `人`, `条`
    #[prop_or(AttrValue::Static("条"))]
    pub(crate) unit: AttrValue,
    /// Further things on the list's bar.
    #[prop_or_default]
    pub(crate) tools: Html,
    /// A kept view to begin with.
    #[prop_or_default]
    pub(crate) view: Option<views::View>,
    /// What may be done with chosen rows; none: they are not chosen.
    #[prop_or_default]
    pub(crate) many: Option<Callback<Handful, Html>>,
    /// What is asked just now, to be kept under a name.
    #[prop_or_default]
    pub(crate) views: Option<Callback<Asking, Html>>,
}

/// What a list held when its page was left.
#[derive(Clone, Default)]
struct Left {
    view: View,
    scroll: f64,
    cursor: u64,
}

/// Whether the page is one that was come back to, and a list of this kind was left on it.
pub(crate) fn is_left(kind: &'static str) -> bool {
    left::<Left>(kind).is_some()
}

#[derive(Clone, PartialEq, Default)]
struct Hand {
    cursor: u64,
    anchor: u64,
    chosen: BTreeSet<Uuid>,
    /// Rows have tick boxes.
    choosing: bool,
    /// All of the list is chosen, also what is not at hand,
    everything: bool,
    /// but these.
    but: BTreeSet<Uuid>,
}

/// What a list asks just now besides what is always in force, and the way to have it show a kept view.
#[derive(Clone, PartialEq)]
pub(crate) struct Asking {
    pub(crate) list: ListRecords,
    pub(crate) show: Callback<views::View>,
}

const HEAD: f64 = 40.0;

/// Other kinds whose records the rows of a kind tell of.
fn shown_with(kind: &str) -> &'static [&'static str] {
    if kind == "support_file" { &["visit", "contact_pair"] } else { &[] }
}

#[component]
pub(crate) fn DataList(props: &DataListProps) -> Html {
    let picked = use_region();
    let today = use_session().today();
    let large = use_preferences().kept.large_type;
    let toast = use_toast();
    // Who comes back from a record finds the list as it was.
    let left = use_memo((), |()| left::<Left>(props.kind));
    let view = use_state(|| match (&*left, &props.view) {
        (Some(left), _) => left.view.clone(),
        (None, Some(kept)) => View::of(kept, &props.columns, props.sort.clone(), today),
        (None, None) => View { sort: props.sort.clone(), ..View::default() },
    });
    let hand = use_state(Hand::default);
    let scroll = use_state(|| left.as_ref().as_ref().map_or(0.0, |left| left.scroll));
    let back_to = use_mut_ref(|| left.as_ref().as_ref().map(|left| (left.scroll, left.cursor)));
    keep(props.kind, Left { view: (*view).clone(), scroll: *scroll, cursor: hand.cursor });
    let rows = use_mut_ref(Rows::default);
    let error = use_state(|| None);
    let repaint = use_force_update();
    let scroller = use_node_ref();
    let row_height = if large { 48.0 } else { 40.0 };
    let wide = fit::list_rem(f64::from(gloo::utils::body().client_width()), large);
    let wide = if hand.choosing { wide - choosing::TICK } else { wide };
    let columns: Rc<[Column]> = fit::fit(&props.columns, wide).into();

    let list = ListRecords {
        kind: props.kind.to_owned(),
        region: props.region.clone().unwrap_or_else(|| picked.code()),
        filters: props.filters.iter().cloned().chain(view.filters(&props.columns, today)).collect(),
        text: (!view.text.trim().is_empty()).then(|| view.text.trim().to_owned()),
        sort: view.sort.clone(),
        after: None,
        skip: 0,
        limit: PAGE as u32,
        columns: None,
    };

    // One page, under the question of its time.
    let fetch = {
        let (rows, error, repaint) = (rows.clone(), error.setter(), repaint.clone());
        Callback::from(move |(list, page, turn): (ListRecords, u64, u64)| {
            let (rows, error, repaint) = (rows.clone(), error.clone(), repaint.clone());
            spawn_local(async move {
                let fresh = rows.borrow().turn != turn;
                let (after, skip) = if fresh { (None, page * PAGE) } else { rows.borrow().way_to(page) };
                let outcome = call(ListRecords { after, skip, ..list }).await;
                let mut held = rows.borrow_mut();
                match outcome {
                    Ok(reply) if held.turn < turn => {
                        // The first answer to a new question takes the place of the old rows.
                        *held = Rows::of_turn(turn);
                        held.put(page, reply);
                        error.set(None);
                    }
                    Ok(reply) if held.turn == turn => held.put(page, reply),
                    Ok(_) => {}
                    Err(cause) => {
                        held.failed(page);
                        error.set(Some(Rc::new(cause)));
                    }
                }
                drop(held);
                repaint.force_update();
            });
        })
    };

    let total = rows.borrow().total.unwrap_or(0);
    let view_height = scroller.cast::<HtmlElement>().map_or(800.0, |e| f64::from(e.client_height()));
    let bars = if view.filtering { HEAD * 2.0 } else { HEAD };
    let ground = Ground { total, row: row_height, view: (view_height - bars).max(row_height) };
    let printing = print::use_printing();
    let (window, top) = ground.window(*scroll);

    // A new question: its first page, from the top. Words being typed wait a moment.
    let asked = use_mut_ref(|| (0u64, None::<Timeout>));
    {
        let (fetch, asked, scroller) = (fetch.clone(), asked.clone(), scroller.clone());
        let (choosing, hand) = (hand.choosing, hand.setter());
        let back_to = back_to.clone();
        let text = serde_json::to_string(&list).unwrap_or_default();
        let list = list.clone();
        use_effect_with(text, move |_| {
            let mut held = asked.borrow_mut();
            held.0 += 1;
            let turn = held.0;
            let back = *back_to.borrow();
            if let Some((scroll, cursor)) = back.filter(|_| turn == 1) {
                // The rows that were in view; where they stand is set once the list's length is known.
                hand.set(Hand { cursor, anchor: cursor, choosing, ..Hand::default() });
                let page = (scroll / row_height) as u64 / PAGE;
                held.1 = Some(Timeout::new(0, move || fetch.emit((list, page, turn))));
                return;
            }
            *back_to.borrow_mut() = None;
            hand.set(Hand { choosing, ..Hand::default() });
            let wait = if turn == 1 { 0 } else { 60 };
            held.1 = Some(Timeout::new(wait, move || {
                if let Some(element) = scroller.cast::<HtmlElement>() {
                    element.set_scroll_top(0);
                }
                fetch.emit((list, 0, turn));
            }));
        });
    }
    {
        let (back_to, scroller) = (back_to.clone(), scroller.clone());
        use_effect_with(rows.borrow().total.is_some(), move |known| {
            let back = if *known { back_to.borrow_mut().take() } else { None };
            if let (Some((scroll, _)), Some(element)) = (back, scroller.cast::<HtmlElement>()) {
                element.set_scroll_top(scroll as i32);
            }
        });
    }
    // Records changed: the same question anew, the rows stay where they are.
    let newest = use_mut_ref(|| (list.clone(), 0u64));
    *newest.borrow_mut() = (list.clone(), window.start / PAGE);
    {
        let (fetch, asked, newest, kind) = (fetch.clone(), asked.clone(), newest.clone(), props.kind);
        use_effect_with(kind, move |_| {
            let hearing = listen(move |event| {
                if event.concerns(&[kind]) || event.concerns(shown_with(kind)) {
                    asked.borrow_mut().0 += 1;
                    let turn = asked.borrow().0;
                    let (list, page) = newest.borrow().clone();
                    fetch.emit((list, page, turn));
                }
            });
            || drop(hearing)
        });
    }
    // What came into view and is not here yet; while the thumb is dragged, only where it rests.
    let resting = use_mut_ref(|| None::<Timeout>);
    {
        let (rows, fetch, list, window) = (rows.clone(), fetch.clone(), list.clone(), window.clone());
        use_effect(move || {
            let known = rows.borrow().total.is_some();
            let missing = window.clone().any(|at| rows.borrow().row(at).is_none());
            *resting.borrow_mut() = (known && missing).then(|| {
                Timeout::new(40, move || {
                    let (pages, turn) = {
                        let mut held = rows.borrow_mut();
                        (held.wanted(window), held.turn)
                    };
                    for page in pages {
                        fetch.emit((list.clone(), page, turn));
                    }
                })
            });
        });
    }

    focus::use_focus(scroller.clone(), hand.choosing);
    let onscroll = {
        let scroll = scroll.setter();
        Callback::from(move |event: yew::Event| {
            if let Some(element) = event.target_dyn_into::<HtmlElement>() {
                scroll.set(f64::from(element.scroll_top()));
            }
        })
    };
    let reveal = {
        let scroller = scroller.clone();
        Rc::new(move |at: u64| {
            let Some(element) = scroller.cast::<HtmlElement>() else { return };
            if let Some(to) = ground.reveal(at, f64::from(element.scroll_top())) {
                element.set_scroll_top(to as i32);
            }
        })
    };
    let copy_rows = {
        let (rows, columns, hand) = (rows.clone(), columns.clone(), hand.clone());
        Callback::from(move |()| {
            let held = rows.borrow();
            let cursor = held.row(hand.cursor).map(|row| row.id);
            let none = hand.chosen.is_empty() && !hand.everything;
            let wanted = |row: &RecordRow| if none { Some(row.id) == cursor } else { hand.has(row.id) };
            let chosen: Vec<&RecordRow> = held.all().map(|(_, row)| row).filter(|row| wanted(row)).collect();
            let many = chosen.len();
            if many > 0 && copy::put(&copy::table(&columns, chosen.into_iter())) {
                toast.good(format!("已复制 {many} 行，可以直接粘贴到表格里"));
            }
        })
    };
    let onkeydown = keys::pressed(keys::Board {
        rows: rows.clone(),
        hand: hand.clone(),
        total,
        page: (ground.view / row_height).max(1.0) as u64,
        reveal: reveal.clone(),
        open: props.onopen.clone(),
        copy: copy_rows.clone(),
        may_choose: props.many.is_some(),
    });

    let on_export = {
        let (list, columns, name) = (list.clone(), props.columns.clone(), props.name.clone());
        Callback::from(move |()| export::run(list.clone(), &columns, &name))
    };
    let turns = view::turns(&view);
    let asking = Asking {
        list: ListRecords { filters: list.filters[props.filters.len()..].to_vec(), ..list.clone() },
        show: {
            let (view, columns, sort) = (view.setter(), props.columns.clone(), props.sort.clone());
            Callback::from(move |kept| view.set(View::of(&kept, &columns, sort.clone(), today)))
        },
    };
    let held = rows.borrow();
    let known = held.total.is_some();
    // A day that cannot be read leaves no row out.
    let narrowed = list.text.is_some() || list.filters.len() > props.filters.len();
    let ticks = hand.choosing.then(|| format!("{}rem", choosing::TICK));
    let tracks = ticks.into_iter().chain(columns.iter().map(Column::track)).collect::<Vec<_>>().join(" ");
    let which = Which::of(&hand, narrowed);
    let paper = printing.paper(|| Paper::at_hand(&held, &hand, which));
    let print = printing.button(&list, &rows, &hand, which, total == 0);
    // Where a family has several rows, families are 户 and rows are not.
    let families = held.families.filter(|families| *families != total);
    let unit = if families.is_some() { AttrValue::Static("份") } else { props.unit.clone() };
    let rows_of = families.map(|_| format!("（{} {unit}）", crate::text::count(total))).unwrap_or_default();
    let many = crate::text::count(families.unwrap_or(total));
    let all = format!("{} {many} {}{rows_of}", if narrowed { "查到" } else { "共" }, props.unit);
    let count = match (&paper, known, hand.chosen.len()) {
        (Some(paper), ..) => paper.words(&unit),
        (None, false, _) => String::new(),
        (None, true, many) if many > 1 && !hand.choosing => format!("已选 {many} {unit}，{all}"),
        _ => all,
    };
    let paint = |at, row| row::paint(at, row, props, &columns, &tracks, &hand, &rows);
    html! {
        <div class="tx-list">
            <div class="tx-list-bar">
                <FindBox value={view.text.clone()} kind={props.kind} onchange={turns.text} />
                <Button label={if view.filtering { "不按列筛选" } else { "按列筛选" }} look={Look::Link} sign={Sign::Filter}
                    small=true onclick={turns.filtering} expanded={view.filtering} />
                if let Some(views) = &props.views { { views.emit(asking) } }
                if props.many.is_some() && !hand.choosing {
                    <Button label="选择" look={Look::Link} sign={Sign::Check} small=true disabled={total == 0} onclick={choosing::turn(&hand)} />
                }
                { props.tools.clone() }
                if let Some(name) = &view.name { <span class="tx-list-view">{ name }</span> }
                { find::beside(&view, props.kind, &turns.let_go) }
                <span class="tx-list-count" aria-live="polite">{ count }</span>
                if narrowed { <Button label="看全部" look={Look::Link} sign={Sign::Close} small=true onclick={turns.see_all} /> }
                if hand.chosen.len() > 1 && !hand.choosing {
                    <Button label="复制" look={Look::Link} small=true onclick={copy_rows} hint="Ctrl+C" />
                }
                if !hand.choosing { { print.clone() } }
                <Button label="导出" look={Look::Link} sign={Sign::Export} small=true disabled={total == 0} onclick={on_export} />
            </div>
            if let (Some(many), true) = (&props.many, hand.choosing) { { choosing::bar(&hand, &list, total, &unit, many, print) } }
            if let Some(cause) = (*error).clone() { <Trouble error={cause} /> }
            <div ref={scroller} class="tx-scroller" {onscroll} {onkeydown} tabindex="0" role="grid" aria-multiselectable="true"
                aria-rowcount={total.to_string()} aria-label={props.name.clone()}
                aria-activedescendant={(total > 0).then(|| format!("row-{}", hand.cursor))}>
                <Head columns={columns.clone()} tracks={tracks.clone()} sort={view.sort.clone()} on_sort={turns.sort}
                    filtering={view.filtering} typed={view.typed.clone()} on_filter={turns.filter} lead={choosing::head(&hand)} />
                if known && total == 0 {
                    <div role="row"><div role="gridcell">
                        { if narrowed { find::nothing(props.kind, list.text.is_some()) } else { props.empty.clone() } }
                    </div></div>
                } else if !known && error.is_none() {
                    <Waiting />
                }
                <div class="tx-spacer" style={format!("height:{}px", ground.height())}>
                    <div class="tx-rows" style={format!("transform:translateY({top}px)")}>
                        { match &paper {
                            Some(paper) => paper.rows.iter().zip(0..).map(|(row, at)| paint(at, Some(row))).collect::<Html>(),
                            None => window.map(|at| paint(at, held.row(at))).collect::<Html>(),
                        } }
                    </div>
                </div>
            </div>
        </div>
    }
}
