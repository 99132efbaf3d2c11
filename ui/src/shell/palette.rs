//! Ctrl+K: everything in one list, grouped, within a frame of typing.

use super::navigation::WORK;
use crate::components::{Icon, Sign};
use crate::hooks::{composing, use_composed};
use crate::record::noun;
use crate::routes::Route;
use crate::transport::call;
use gloo::timers::callback::Timeout;
use tiexin_contract::records::{Hit, Search};
use tiexin_domain::Kind;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, HtmlInputElement};
use yew::platform::spawn_local;
use yew::prelude::*;
use yew_router::prelude::*;

/// Asked side by side, so that no kind crowds out another: families first.
const ASKED: [(&[&str], u32); 4] = [
    (&["household", "support_file"], 6),
    (&["person"], 6),
    (&["member", "volunteer"], 5),
    (&["visit", "activity", "need_survey", "insurance_claim", "counselling"], 6),
];

#[derive(Clone, PartialEq)]
struct Entry {
    group: String,
    sign: Sign,
    title: String,
    beside: String,
    route: Route,
}

/// Pages and actions by word; a few initials help those who type without an input method.
fn pages() -> Vec<(Entry, &'static str)> {
    let mut all: Vec<(Entry, &'static str)> = Vec::new();
    let initials = ["jr", "jttz", "zf", "hyyzyz", "hd", "bb", "dr", "tb", "dcl", "sz"];
    for ((route, sign, title), initials) in WORK.into_iter().zip(initials) {
        let entry = Entry { group: "页面".into(), sign, title: title.into(), beside: String::new(), route };
        all.push((entry, initials));
    }
    let actions: [(&str, &str, Route); 9] = [
        ("记一次走访", "jyczf", Route::VisitNew),
        ("登记家庭", "djjt", Route::FamilyNew),
        ("登记需求调查", "djxqdc", Route::RecordNew { kind: "need_survey".into() }),
        ("登记保险理赔", "djbxlp", Route::RecordNew { kind: "insurance_claim".into() }),
        ("登记心理健康服务", "djxljkfw", Route::RecordNew { kind: "counselling".into() }),
        ("登记会员", "djhy", Route::RecordNew { kind: "member".into() }),
        ("登记志愿者", "djzyz", Route::RecordNew { kind: "volunteer".into() }),
        ("登记活动", "djhd", Route::RecordNew { kind: "activity".into() }),
        ("核对可能重复的登记", "hdkncfddj", Route::Duplicates),
    ];
    for (title, initials, route) in actions {
        let entry = Entry {
            group: "办事".into(),
            sign: Sign::Pen,
            title: title.into(),
            beside: String::new(),
            route,
        };
        all.push((entry, initials));
    }
    all
}

fn from_hit(hit: Hit) -> Entry {
    let kind = Kind::from_code(&hit.kind);
    let sign = noun(&hit.kind).map_or(Sign::Sheet, |noun| noun.sign);
    let beside = if hit.matched.is_empty() {
        hit.region_name
    } else {
        format!("{} · {}", hit.region_name, hit.matched)
    };
    let route = Route::of_record(&hit.kind, hit.id, hit.household);
    Entry { group: kind.label().to_owned(), sign, title: hit.title, beside, route }
}

#[derive(Properties, PartialEq)]
pub(super) struct PaletteProps {
    pub(super) onclose: Callback<()>,
}

#[component]
pub(super) fn Palette(props: &PaletteProps) -> Html {
    let typed = use_state(String::new);
    let found = use_state(Vec::<Entry>::new);
    let at = use_state(|| 0usize);
    let turn = use_mut_ref(|| (0u64, None::<Timeout>));
    let parts = use_mut_ref(|| [const { Vec::<Entry>::new() }; ASKED.len()]);
    let node = use_node_ref();
    let navigator = use_navigator();
    {
        let node = node.clone();
        use_effect_with((), move |()| {
            let before =
                gloo::utils::document().active_element().and_then(|e| e.dyn_into::<HtmlElement>().ok());
            if let Some(input) = node.cast::<HtmlInputElement>() {
                let _ = input.focus();
            }
            move || {
                if let Some(before) = before {
                    let _ = before.focus();
                }
            }
        });
    }
    let ask = {
        let (found, turn, parts) = (found.setter(), turn.clone(), parts.clone());
        Callback::from(move |text: String| {
            let mut held = turn.borrow_mut();
            held.0 += 1;
            let (mine, again, found, parts) = (held.0, turn.clone(), found.clone(), parts.clone());
            held.1 = Some(Timeout::new(15, move || {
                for (n, (kinds, limit)) in ASKED.into_iter().enumerate() {
                    let (again, found, parts, text) =
                        (again.clone(), found.clone(), parts.clone(), text.trim().to_owned());
                    spawn_local(async move {
                        let kinds = kinds.iter().map(|kind| (*kind).to_owned()).collect();
                        let hits = match text.is_empty() {
                            true => Vec::new(),
                            false => call(Search { text, limit, kinds }).await.unwrap_or_default(),
                        };
                        // Something newer has been typed: this answer is stale.
                        if again.borrow().0 == mine {
                            let mut parts = parts.borrow_mut();
                            parts[n] = hits.into_iter().map(from_hit).collect();
                            found.set(parts.concat());
                        }
                    });
                }
            }));
        })
    };
    let can_write = crate::hooks::use_session().can_write();
    let mut entries = arrange(&typed, &found);
    // Who may not save is offered no form.
    let is_form =
        |route: &Route| matches!(route, Route::VisitNew | Route::FamilyNew | Route::RecordNew { .. });
    entries.retain(|entry| can_write || !is_form(&entry.route));
    let go = {
        let close = props.onclose.clone();
        Callback::from(move |route: Route| {
            close.emit(());
            if let Some(navigator) = &navigator {
                navigator.push(&route);
            }
        })
    };
    let oninput = {
        let (typed, at, ask) = (typed.setter(), at.setter(), ask.clone());
        Callback::from(move |event: InputEvent| {
            let text = crate::components::text_field::value_of(&event);
            at.set(0);
            typed.set(text.clone());
            if !event.is_composing() {
                ask.emit(text);
            }
        })
    };
    use_composed(node.clone(), ask.clone());
    let onkeydown = {
        let (entries, at, go, close) = (entries.clone(), at.clone(), go.clone(), props.onclose.clone());
        Callback::from(move |event: KeyboardEvent| {
            if composing(&event) {
                return;
            }
            let many = entries.len();
            match event.key().as_str() {
                "ArrowDown" if many > 0 => at.set((*at + 1) % many),
                "ArrowUp" if many > 0 => at.set((*at + many - 1) % many),
                "Enter" if *at < many => go.emit(entries[*at].route.clone()),
                "Escape" => close.emit(()),
                _ => return,
            }
            event.prevent_default();
            event.stop_propagation();
        })
    };
    let hold = Callback::from(|event: MouseEvent| event.stop_propagation());
    let mut group = "";
    html! {
        <div class="tx-veil tx-veil-top" onclick={props.onclose.reform(|_: MouseEvent| ())}>
            <div class="tx-palette" role="dialog" aria-modal="true" aria-label="查找" {onkeydown} onclick={hold}>
                <div class="tx-palette-input">
                    <Icon sign={Sign::Search} />
                    <input ref={node} type="text" value={(*typed).clone()} {oninput} autocomplete="off"
                        role="combobox" aria-expanded="true" aria-controls="palette" placeholder="姓名、拼音首字母、身份证尾号、电话、信息编码，或页面名称" />
                </div>
                <ul id="palette" role="listbox">
                    { for entries.iter().enumerate().map(|(n, entry)| {
                        let head = (entry.group != group).then(|| entry.group.clone());
                        group = &entry.group;
                        let (go, route) = (go.clone(), entry.route.clone());
                        let onclick = Callback::from(move |_: MouseEvent| go.emit(route.clone()));
                        html! {
                            <>
                                if let Some(head) = head { <li class="tx-group" role="presentation">{ head }</li> }
                                <li role="option" aria-selected={(n == *at).to_string()} {onclick}
                                    class={(n == *at).then_some("tx-chosen")}>
                                    <Icon sign={entry.sign} />
                                    <span>{ marked(&entry.title, &typed) }</span>
                                    <span class="tx-muted">{ marked(&entry.beside, &typed) }</span>
                                </li>
                            </>
                        }
                    }) }
                    if entries.is_empty() {
                        <li class="tx-menu-none">{ "没有找到。可以试试姓名的拼音首字母，或身份证后四位。" }</li>
                    }
                </ul>
            </div>
        </div>
    }
}

/// Records first, then pages and actions; before anything is typed, actions and pages.
fn arrange(typed: &str, found: &[Entry]) -> Vec<Entry> {
    let text = typed.trim().to_lowercase();
    let fits = |(entry, initials): &(Entry, &str)| entry.title.contains(&text) || initials.starts_with(&text);
    let mut own: Vec<Entry> = pages().into_iter().filter(fits).map(|(entry, _)| entry).collect();
    own.sort_by_key(|entry| entry.group == "页面");
    let mut records: Vec<Entry> = found.to_vec();
    let mut order: Vec<String> = Vec::new();
    for entry in &records {
        if !order.contains(&entry.group) {
            order.push(entry.group.clone());
        }
    }
    records.sort_by_key(|entry| order.iter().position(|group| *group == entry.group));
    if text.is_empty() { own } else { records.into_iter().chain(own).collect() }
}

/// The text with what was typed made visible in it.
fn marked(text: &str, typed: &str) -> Html {
    let typed = typed.trim();
    match text.find(typed).filter(|_| !typed.is_empty()) {
        Some(from) => {
            let to = from + typed.len();
            html! { <>{ &text[..from] }<mark>{ &text[from..to] }</mark>{ &text[to..] }</> }
        }
        None => html! { { text } },
    }
}
