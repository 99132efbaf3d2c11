//! Choosing a region: walk down the tree, or type its name.

use super::field::{use_field_id, use_problem};
use super::menu::{Offer, Step, menu, step_of};
use super::text_field::value_of;
use super::{Button, Field, Icon, Look, Sign, go_on_from};
use crate::hooks::{RegionKeeper, composing, use_query, use_query_when};
use tiexin_contract::regions::{RegionChildren, RegionGet, RegionName, RegionSearch};
use tiexin_domain::{Level, RegionCode};
use web_sys::HtmlInputElement;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(crate) struct RegionPanelProps {
    /// The region in force.
    #[prop_or_default]
    pub(crate) chosen: Option<RegionName>,
    pub(crate) onpick: Callback<RegionName>,
    #[prop_or_default]
    pub(crate) onclose: Callback<()>,
}

/// The tree and its search field, as a panel that something else opens.
#[component]
pub(crate) fn RegionPanel(props: &RegionPanelProps) -> Html {
    let start = props.chosen.as_ref().and_then(|name| match name.code.level() {
        Level::Village => name.code.parent(),
        _ => Some(name.code.clone()),
    });
    let open_at = use_state(|| start);
    let typed = use_state(String::new);
    let at = use_state(|| 0usize);
    let node = use_node_ref();
    let below = use_query(RegionChildren { of: (*open_at).clone() }, &[]);
    let here = use_query_when((*open_at).clone().map(|code| RegionGet { code }), &[]);
    let text = typed.trim().to_owned();
    let searching = !text.is_empty();
    let found = use_query_when(searching.then_some(RegionSearch { text, limit: 12 }), &[]);
    {
        let node = node.clone();
        use_effect_with((), move |()| {
            if let Some(input) = node.cast::<HtmlInputElement>() {
                let _ = input.focus();
            }
        });
    }
    let rows: Vec<RegionName> = match searching {
        true => found.data.as_deref().cloned().unwrap_or_default(),
        false => below.data.as_deref().cloned().unwrap_or_default(),
    };
    let go = |code: Option<RegionCode>| {
        let (open_at, at) = (open_at.setter(), at.setter());
        Callback::from(move |event: MouseEvent| {
            event.stop_propagation();
            at.set(0);
            open_at.set(code.clone());
        })
    };
    let onkeydown = {
        let (rows, at, open_at, typed) = (rows.clone(), at.clone(), open_at.clone(), typed.clone());
        let (pick, close) = (props.onpick.clone(), props.onclose.clone());
        Callback::from(move |event: KeyboardEvent| {
            if composing(&event) {
                return;
            }
            let many = rows.len();
            match (event.key().as_str(), step_of(&event, Some((*at).min(many.saturating_sub(1))), many)) {
                (_, Some(Step::To(line))) => at.set(line),
                (_, Some(Step::Take(line))) => pick.emit(rows[line].clone()),
                (_, Some(Step::Close)) => close.emit(()),
                ("ArrowRight", _)
                    if *at < many && typed.is_empty() && rows[*at].code.level() != Level::Village =>
                {
                    open_at.set(Some(rows[*at].code.clone()));
                    at.set(0);
                }
                ("ArrowLeft", _) if typed.is_empty() => {
                    open_at.set(open_at.as_ref().and_then(RegionCode::parent));
                    at.set(0);
                }
                // Nothing found yet: Enter waits with the worker and never leaves the field.
                ("Enter", _) if many == 0 => {}
                _ => return,
            }
            event.prevent_default();
            event.stop_propagation();
        })
    };
    let oninput = {
        let (typed, at) = (typed.setter(), at.setter());
        Callback::from(move |event: InputEvent| {
            at.set(0);
            typed.set(value_of(&event));
        })
    };
    let whole = here.data.clone().filter(|_| !searching && open_at.is_some());
    html! {
        <div class="tx-regions" {onkeydown}>
            <span class="pf-v6-c-form-control">
                <input ref={node} type="text" value={(*typed).clone()} {oninput} autocomplete="off"
                    placeholder="村、镇、县的名称或拼音" aria-label="查找地区" />
            </span>
            if let Some(whole) = whole {
                <div class="tx-crumbs">
                    <button type="button" onclick={go(None)}>{ "全部" }</button>
                    { for ancestors(&whole).into_iter().map(|(code, name)| html! {
                        <><Icon sign={Sign::Right} /><button type="button" onclick={go(Some(code))}>{ name }</button></>
                    }) }
                </div>
                <button type="button" class="tx-region-whole" onclick={
                    let (pick, whole) = (props.onpick.clone(), (*whole).clone());
                    Callback::from(move |_: MouseEvent| pick.emit(whole.clone()))
                }>{ format!("选整个{}", whole.name) }</button>
            }
            <ul role="listbox" aria-label="地区">
                { for rows.iter().enumerate().map(|(n, row)| {
                    let deep = row.code.level() != Level::Village;
                    let (pick, name) = (props.onpick.clone(), row.clone());
                    let onclick = Callback::from(move |_: MouseEvent| pick.emit(name.clone()));
                    let upper = row.path.split_last().map(|(_, above)| above.join(" ")).unwrap_or_default();
                    let now = props.chosen.as_ref().is_some_and(|chosen| chosen.code == row.code);
                    html! {
                        <li role="option" aria-selected={(n == *at).to_string()} {onclick}
                            class={classes!((n == *at).then_some("tx-chosen"), now.then_some("tx-now"))}>
                            <span>{ &row.name }</span>
                            if searching { <span class="tx-muted">{ upper }</span> }
                            if deep && !searching {
                                <button type="button" tabindex="-1" class="tx-region-in" aria-label={format!("看{}下面的", row.name)}
                                    onclick={go(Some(row.code.clone()))}>{ "下级" }<Icon sign={Sign::Right} /></button>
                            }
                        </li>
                    }
                }) }
                if rows.is_empty() && searching {
                    <li class="tx-menu-none">
                        { if found.pending { "正在查找……" } else { "没有找到这个地方，请换个写法。" } }
                    </li>
                }
            </ul>
        </div>
    }
}

/// Codes and names from the top down to the region itself, as far as its path is known.
fn ancestors(name: &RegionName) -> Vec<(RegionCode, String)> {
    let mut codes = vec![name.code.clone()];
    while let Some(up) = codes.last().and_then(RegionCode::parent) {
        codes.push(up);
    }
    codes.reverse();
    let skip = codes.len().saturating_sub(name.path.len());
    codes.into_iter().skip(skip).zip(name.path.iter().cloned()).collect()
}

#[derive(Properties, PartialEq)]
pub(crate) struct RegionFieldProps {
    pub(crate) label: AttrValue,
    /// The stored code; empty: none.
    pub(crate) value: AttrValue,
    pub(crate) onchange: Callback<String>,
    #[prop_or_default]
    pub(crate) name: AttrValue,
    #[prop_or_default]
    pub(crate) problem: Option<AttrValue>,
    #[prop_or_default]
    pub(crate) hint: Option<AttrValue>,
    #[prop_or_default]
    pub(crate) required: bool,
}

/// A region as a field of a form: its name or pinyin is typed, or one of those around is chosen.
#[component]
pub(crate) fn RegionField(props: &RegionFieldProps) -> Html {
    let id = use_field_id(&props.name);
    let problem = use_problem(&props.name, &props.problem);
    let keeper = use_context::<RegionKeeper>();
    let node = use_node_ref();
    let open = use_state(|| false);
    let tree = use_state(|| false);
    // What is being typed, and what stood there before.
    let typed = use_state(|| None::<String>);
    let before = use_mut_ref(String::new);
    let at = use_state(|| None::<usize>);
    let code = props.value.parse::<RegionCode>().ok();
    let named = use_query_when(code.clone().map(|code| RegionGet { code }), &[]);
    let around = around(code.or_else(|| keeper.map(|keeper| keeper.code())));
    let text = typed.as_deref().map(str::trim).unwrap_or_default().to_owned();
    let searching = !text.is_empty();
    let below = use_query_when((*open).then_some(RegionChildren { of: around }), &[]);
    let found = use_query_when(searching.then_some(RegionSearch { text, limit: 12 }), &[]);
    let rows: Vec<RegionName> = match searching {
        true => found.data.as_deref().cloned().unwrap_or_default(),
        false => below.data.as_deref().cloned().unwrap_or_default(),
    };
    let shown = match (&*typed, &named.data) {
        (Some(text), _) => text.clone(),
        (None, Some(name)) if !props.value.is_empty() => {
            name.path[name.path.len().saturating_sub(2)..].join(" ")
        }
        _ => String::new(),
    };
    let pick = {
        let (typed, open, tree, change) =
            (typed.setter(), open.setter(), tree.setter(), props.onchange.clone());
        let node = node.clone();
        Callback::from(move |name: RegionName| {
            typed.set(None);
            open.set(false);
            tree.set(false);
            change.emit(name.code.as_str().to_owned());
            if let Some(input) = node.cast::<HtmlInputElement>().filter(|input| !go_on_from(input)) {
                let _ = input.focus();
            }
        })
    };
    let oninput = {
        let (typed, before, at, open) = (typed.clone(), before.clone(), at.setter(), open.setter());
        let (value, change) = (props.value.clone(), props.onchange.clone());
        Callback::from(move |event: InputEvent| {
            if typed.is_none() {
                *before.borrow_mut() = value.to_string();
            }
            let text = value_of(&event);
            at.set((!text.trim().is_empty()).then_some(0));
            typed.set(Some(text));
            open.set(true);
            // What stood there is being written over: it is not saved behind the new text.
            if !value.is_empty() {
                change.emit(String::new());
            }
        })
    };
    let onkeydown = {
        let (rows, at, open, typed) = (rows.clone(), at.clone(), open.clone(), typed.clone());
        let (pick, change, before) = (pick.clone(), props.onchange.clone(), before.clone());
        Callback::from(move |event: KeyboardEvent| {
            if composing(&event) {
                return;
            }
            let many = rows.len();
            match step_of(&event, at.filter(|_| *open), many) {
                Some(Step::To(line)) => {
                    open.set(true);
                    at.set((many > 0).then_some(line));
                }
                Some(Step::Take(line)) => pick.emit(rows[line].clone()),
                Some(Step::Close) if typed.is_some() => {
                    change.emit(before.borrow().clone());
                    typed.set(None);
                    open.set(false);
                }
                Some(Step::Close) if *open => open.set(false),
                // Typed and not found yet: Enter waits with the worker.
                None if event.key() == "Enter" && searching && many == 0 => {}
                _ => return,
            }
            event.prevent_default();
            event.stop_propagation();
        })
    };
    let onfocus = {
        let (open, at, node) = (open.setter(), at.setter(), node.clone());
        Callback::from(move |_: FocusEvent| {
            at.set(None);
            open.set(true);
            if let Some(input) = node.cast::<HtmlInputElement>() {
                input.select();
            }
        })
    };
    let onblur = {
        let open = open.setter();
        Callback::from(move |_: FocusEvent| open.set(false))
    };
    let onclick = {
        let open = open.setter();
        Callback::from(move |_: MouseEvent| open.set(true))
    };
    let turn_tree = {
        let (tree, open) = (tree.clone(), open.setter());
        Callback::from(move |()| {
            open.set(false);
            tree.set(!*tree);
        })
    };
    let onclose = {
        let tree = tree.setter();
        Callback::from(move |()| tree.set(false))
    };
    // A text that names no place is told at once: it is not saved.
    let lost = (typed.is_some() && searching && !*open)
        .then_some(AttrValue::Static("这里还没有选定，请从列表里选一个地方"));
    let listed = *open && (!rows.is_empty() || searching);
    let onpick = {
        let rows = rows.clone();
        pick.reform(move |n: usize| rows[n].clone())
    };
    let offer = |row: &RegionName| {
        let upper = || row.path.split_last().map(|(_, above)| above.join(" ")).unwrap_or_default();
        Offer { title: row.name.clone().into(), beside: searching.then(|| upper().into()) }
    };
    let none = match (rows.is_empty(), found.pending) {
        (false, _) => None,
        (true, true) => Some("正在查找……"),
        (true, false) => Some("没有找到这个地方，请换个写法。"),
    };
    html! {
        <Field label={props.label.clone()} id={id.clone()} problem={problem.or(lost)} hint={props.hint.clone()}
            required={props.required}>
            <div class="tx-region-field tx-picker">
                <span class="pf-v6-c-form-control">
                    <input ref={node} id={id.clone()} type="text" value={shown} {oninput} {onkeydown} {onfocus} {onblur} {onclick}
                        data-field={props.name.clone()} role="combobox" autocomplete="off" aria-expanded={listed.to_string()}
                        aria-controls={format!("{id}-list")} aria-activedescendant={at.map(|at| format!("{id}-{at}"))}
                        placeholder="名称或拼音" />
                </span>
                <Button label="按层级选" look={Look::Plain} sign={Sign::Down} onclick={turn_tree} class="tx-region-tree" />
                if listed { { menu(&id, rows.iter().map(offer), *at, &onpick, none) } }
                if *tree {
                    <div class="tx-under" onclick={onclose.reform(|_: MouseEvent| ())} />
                    <div class="tx-popover">
                        <RegionPanel chosen={named.data.as_deref().cloned()} onpick={pick} {onclose} />
                    </div>
                }
            </div>
        </Field>
    }
}

/// The region whose parts are offered: the township of a village, else the region itself.
fn around(code: Option<RegionCode>) -> Option<RegionCode> {
    code.and_then(|code| if code.level() == Level::Village { code.parent() } else { Some(code) })
}
