//! Ctrl+K: everything in one list, grouped, within a frame of typing.

use super::navigation::WORK;
use crate::components::{Icon, Sign, Step, step_of, use_keys_outside};
use crate::hooks::{Toasts, composing, use_composed, use_region};
use crate::pages::{NOUNS, mine};
use crate::record::noun;
use crate::routes::{AskPart, AskView, AskVoided, Route};
use crate::transport::call;
use gloo::timers::callback::Timeout;
use tiexin_contract::records::{Hit, Search};
use tiexin_contract::regions::{RegionName, RegionSearch};
use tiexin_domain::{Kind, nouns};
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, HtmlInputElement};
use yew::platform::spawn_local;
use yew::prelude::*;
use yew_router::prelude::*;

/// Asked side by side, so that no kind crowds out another: families first; in the last place all that is not named.
const ASKED: [(&[&str], u32); 5] = [
    (&["household", "support_file"], 6),
    (&["person"], 6),
    (&["contact_pair"], 5),
    (&["member", "volunteer"], 5),
    (&[], 6),
];

/// The kinds of such a place; of the last one all that have a list and stand in no other.
fn asked(kinds: &[&str]) -> Vec<String> {
    let named = |kind: &str| ASKED.iter().any(|(kinds, _)| kinds.contains(&kind));
    let listed = |kind: &&Kind| nouns::shape(kind).is_some_and(|shape| !shape.list.is_empty());
    let others = Kind::ALL.iter().filter(listed).map(Kind::code).filter(|kind| !named(kind));
    match kinds {
        [] => others.map(str::to_owned).collect(),
        kinds => kinds.iter().map(|&kind| kind.to_owned()).collect(),
    }
}

#[derive(Clone, PartialEq)]
struct Entry {
    group: String,
    sign: Sign,
    title: String,
    beside: String,
    route: Route,
    /// A place that is picked on the way.
    place: Option<RegionName>,
    asks: Asks,
}

/// What a page is asked to begin with.
#[derive(Clone, PartialEq)]
enum Asks {
    Nothing,
    Voided(AskVoided),
    List(AskView),
    Part(AskPart),
    /// No page: letters become large, or usual again.
    Large,
}

impl Entry {
    fn to(group: &str, sign: Sign, title: impl Into<String>, route: Route) -> Entry {
        let (group, title, beside) = (group.to_owned(), title.into(), String::new());
        Entry { group, sign, title, beside, route, place: None, asks: Asks::Nothing }
    }
}

/// Places shown.
const PLACES: u32 = 4;

/// Pages and actions by word; a few initials help those who type without an input method.
fn pages() -> Vec<(Entry, String)> {
    let mut all: Vec<(Entry, String)> = Vec::new();
    let initials = ["jr", "jttz", "zf", "hyyzyz", "hd", "qblb", "bb", "dr", "tb", "dcl", "sz"];
    for ((route, sign, title), initials) in WORK.into_iter().zip(initials) {
        all.push((Entry::to("页面", sign, title, route), initials.to_owned()));
    }
    all.push((Entry::to("页面", Sign::Calendar, mine::TITLE, Route::Mine), "wdyzyy".to_owned()));
    for noun in NOUNS {
        let list = AskView { view: None, kind: noun.kind.to_owned() };
        let entry = Entry::to("页面", noun.sign, format!("{}列表", noun.label()), Route::list_of(noun.kind));
        let initials = noun.initials().trim_start_matches("dj").to_owned();
        all.push((Entry { asks: Asks::List(list), ..entry }, initials));
    }
    let act = |title: &str, route: Route| Entry::to("办事", Sign::Pen, title, route);
    let mut actions: Vec<(Entry, &str)> = Vec::new();
    for noun in NOUNS.iter().filter(|noun| !noun.initials().is_empty()) {
        actions.push((act(&noun.add(), Route::to_make(noun.kind)), noun.initials()));
    }
    // What is done most often comes first.
    actions.sort_by_key(|(entry, _)| entry.route != Route::VisitNew);
    actions.push((act("核对可能重复的登记", Route::Duplicates), "hdkncfddj"));
    actions.push((act("看已作废的记录，恢复", Route::Voided), "kyzfdjlhf"));
    actions.push((act("看月报、导出月报", Route::Reports), "kybdcyb"));
    let book = AskPart { part: AskPart::BOOK.to_owned() };
    let backup = act("备份台账", Route::Settings);
    actions.push((Entry { asks: Asks::Part(book), ..backup }, "bftz"));
    let large = act("换成大字，或换回来", Route::Settings);
    actions.push((Entry { asks: Asks::Large, ..large }, "hcdzhhhl"));
    all.extend(actions.into_iter().map(|(entry, initials)| (entry, initials.to_owned())));
    all
}

/// The form of a kind whose list has no entry in the navigation: found by whoever asks for it.
fn is_elsewhere(route: &Route) -> bool {
    matches!(route, Route::RecordNew { kind } if matches!(Route::home_of_kind(kind), Route::ListOf { .. }))
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
    Entry { beside, ..Entry::to(kind.label(), sign, hit.title, route) }
}

/// A village or township: its families.
fn from_place(place: RegionName) -> Entry {
    let above = place.path.len().saturating_sub(1);
    let beside = format!("{} · 看那里的家庭", place.path[..above].join(" "));
    let entry = Entry::to("地区", Sign::Pin, place.name.clone(), Route::Families);
    Entry { beside, place: Some(place), ..entry }
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
    // The last part holds places.
    let parts = use_mut_ref(|| [const { Vec::<Entry>::new() }; ASKED.len() + 1]);
    let pick = use_region().set;
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
                let places = {
                    let (again, found, parts, text) =
                        (again.clone(), found.clone(), parts.clone(), text.trim().to_owned());
                    async move {
                        let places = match text.chars().count() {
                            0 | 1 => Vec::new(),
                            _ => call(RegionSearch { text, limit: PLACES }).await.unwrap_or_default(),
                        };
                        if again.borrow().0 == mine {
                            let mut parts = parts.borrow_mut();
                            parts[ASKED.len()] = places.into_iter().map(from_place).collect();
                            found.set(parts.concat());
                        }
                    }
                };
                spawn_local(places);
                for (n, (kinds, limit)) in ASKED.into_iter().enumerate() {
                    let (again, found, parts, text) =
                        (again.clone(), found.clone(), parts.clone(), text.trim().to_owned());
                    spawn_local(async move {
                        let kinds = asked(kinds);
                        let hits = match text.is_empty() {
                            true => Vec::new(),
                            false => match call(Search { text, limit, kinds }).await {
                                Ok(hits) => hits,
                                Err(cause) => {
                                    // Too many numbers within the hour: said once, not that nothing was found.
                                    if n == 0 && cause.wait_seconds.is_some() {
                                        Toasts.bad(&cause);
                                    }
                                    Vec::new()
                                }
                            },
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
    let preferences = crate::hooks::use_preferences();
    let mut entries = arrange(&typed, &found);
    // Who may not save is offered no form.
    let is_form =
        |route: &Route| matches!(route, Route::VisitNew | Route::FamilyNew | Route::RecordNew { .. });
    entries.retain(|entry| can_write || !is_form(&entry.route));
    let go = {
        let close = props.onclose.clone();
        Callback::from(move |entry: Entry| {
            close.emit(());
            if let Some(place) = entry.place {
                pick.emit(place);
            }
            let Some(navigator) = &navigator else { return };
            match &entry.asks {
                // A plain struct of words can always be written.
                Asks::Voided(asked) => drop(navigator.push_with_query(&entry.route, asked)),
                Asks::List(asked) => drop(navigator.push_with_query(&entry.route, asked)),
                Asks::Part(asked) => drop(navigator.push_with_query(&entry.route, asked)),
                Asks::Large => preferences.change(|kept| kept.large_type = !kept.large_type),
                Asks::Nothing => navigator.push(&entry.route),
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
            match step_of(&event, Some(*at), entries.len()) {
                Some(Step::To(line)) => at.set(line),
                Some(Step::Take(line)) => go.emit(entries[line].clone()),
                Some(Step::Close) => close.emit(()),
                None => return,
            }
            event.prevent_default();
            event.stop_propagation();
        })
    };
    let frame = use_node_ref();
    use_keys_outside(frame.clone(), onkeydown.clone());
    let hold = Callback::from(|event: MouseEvent| event.stop_propagation());
    let mut group = "";
    html! {
        <div class="tx-veil tx-veil-top" onclick={props.onclose.reform(|_: MouseEvent| ())}>
            <div ref={frame} class="tx-palette" role="dialog" aria-modal="true" aria-label="查找" {onkeydown} onclick={hold}>
                <div class="tx-palette-input">
                    <Icon sign={Sign::Search} />
                    <input ref={node} type="text" value={(*typed).clone()} {oninput} autocomplete="off"
                        role="combobox" aria-expanded="true" aria-controls="palette" placeholder="姓名、拼音首字母、身份证尾号、电话、信息编码，或页面名称" />
                </div>
                <ul id="palette" role="listbox">
                    { for entries.iter().enumerate().map(|(n, entry)| {
                        let head = (entry.group != group).then(|| entry.group.clone());
                        group = &entry.group;
                        let (go, chosen) = (go.clone(), entry.clone());
                        let onclick = Callback::from(move |_: MouseEvent| go.emit(chosen.clone()));
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
                    if entries.iter().all(|entry| matches!(entry.asks, Asks::Voided(_))) {
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
    let fits = |(entry, initials): &(Entry, String)| {
        let mut words = text.split_whitespace();
        words.all(|word| in_order(word, &entry.title) || (word.len() > 1 && in_order(word, initials)))
            || initials.starts_with(&text)
    };
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
    if text.is_empty() {
        // Lists stand on the pages that are named, and with them what is made there.
        own.retain(|entry| !matches!(entry.asks, Asks::List(_)) && !is_elsewhere(&entry.route));
        return own;
    }
    // What is void is found only by who asks for it.
    let voided =
        Entry::to("已作废", Sign::Search, format!("在已作废的记录里找“{}”", typed.trim()), Route::Voided);
    let asked = AskVoided { kind: None, text: Some(typed.trim().to_owned()) };
    let voided = Entry { asks: Asks::Voided(asked), ..voided };
    records.into_iter().chain(own).chain([voided]).collect()
}

/// Whether all that was typed stands in the words in that order: 记走访 means 记一次走访.
fn in_order(typed: &str, words: &str) -> bool {
    let mut left = words.chars();
    typed.chars().all(|c| left.any(|one| one == c))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::lists;

    #[test]
    fn an_action_is_found_by_any_of_its_words() {
        let found =
            |typed: &str| arrange(typed, &[]).into_iter().map(|entry| entry.title).collect::<Vec<_>>();
        for typed in ["记走访", "走访 记", "记一次走访", "jzf", "jyczf"] {
            assert!(found(typed).contains(&"记一次走访".to_owned()), "{typed}");
        }
        assert_eq!(found("登记志愿")[0], "登记志愿者");
        for (typed, action) in
            [("备份", "备份台账"), ("大字", "换成大字，或换回来"), ("月报", "看月报、导出月报")]
        {
            assert_eq!(found(typed)[0], action);
        }
        assert_eq!(found("人员")[0], "人员列表");
        assert!(found("联系人").contains(&"双岗联系人列表".to_owned()));
        assert!(!found("").iter().any(|title| title.ends_with("列表") && title != lists::TITLE));
        // Nor is what has no entry in the navigation, before anything is typed.
        assert!(
            found("心理陪伴").contains(&"心理陪伴列表".to_owned()) && found("djxlpb")[0] == "登记心理陪伴"
        );
        assert!(!found("").iter().any(|title| title.contains("陪伴")));
        assert!(found("").contains(&"全部列表".to_owned()));
        assert_eq!(found("没有这样的事"), ["在已作废的记录里找“没有这样的事”"]);
    }
}
