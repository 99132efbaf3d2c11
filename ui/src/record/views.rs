//! Filters under a name: the page's own dialog for them, and the way to a list that shows one.

use super::spec::Noun;
use crate::components::list::Asking;
use crate::components::{Button, Dialog, Look, SAFE, Sign, TextField, Trouble, is_ticked, show, tab_of};
use crate::hooks::{Asked, came_back, left, use_asked, use_command, use_kept, use_query, use_toast};
use crate::routes::AskView;
use tiexin_contract::views::{CHANGED, DropView, ListViews, PinView, SaveView, TAKEN, View};
use yew::prelude::*;

/// The list of a kind, and the kept view that it begins with. Asked for again, the view is another list: what was looked
/// for since is let go. Where no view is asked for, the list stays as it is.
pub(super) fn list_key(kind: &str, asked: Option<&Asked<AskView>>) -> String {
    match asked.and_then(|asked| Some((asked.what.view.as_ref()?, asked.turn))) {
        Some((name, turn)) => format!("{kind} {turn:?} {name}"),
        None => kind.to_owned(),
    }
}

/// Which of a page's lists is shown: the one that the address asks for, then the one that the worker picks.
#[hook]
pub(crate) fn use_list_tab(name: &'static str, nouns: &[&'static Noun]) -> (usize, Callback<usize>) {
    let asked = use_asked::<AskView>();
    let place = asked.as_ref().and_then(|asked| nouns.iter().position(|noun| noun.kind == asked.what.kind));
    let at = use_kept(name, move || place.unwrap_or(0));
    {
        let at = at.setter();
        use_effect_with(asked, move |_| {
            // On the way back from another view of the page, the tab on which this one was left.
            let back = if came_back() { left::<usize>(name) } else { None };
            if let Some(place) = back.or(place) {
                at.set(place);
            }
        });
    }
    tab_of(&at)
}

#[derive(Properties, PartialEq)]
pub(crate) struct ViewsProps {
    pub(crate) kind: &'static str,
    pub(crate) asking: Asking,
}

/// The button on the list's bar.
#[component]
pub(crate) fn Views(props: &ViewsProps) -> Html {
    let open = use_state(|| false);
    let turn = |to: bool| {
        let open = open.setter();
        Callback::from(move |()| open.set(to))
    };
    html! {
        <>
            <Button label="常用筛选" look={Look::Link} sign={Sign::Star} small=true onclick={turn(true)} />
            if *open { <Kept kind={props.kind} asking={props.asking.clone()} onclose={turn(false)} /> }
        </>
    }
}

#[derive(Properties, PartialEq)]
struct KeptProps {
    kind: &'static str,
    asking: Asking,
    onclose: Callback<()>,
}

#[component]
fn Kept(props: &KeptProps) -> Html {
    let views = use_query(ListViews { kind: Some(props.kind.to_owned()) }, &[CHANGED]);
    let name = use_state(String::new);
    let save = use_command::<SaveView>();
    let pin_it = use_command::<PinView>();
    let drop_it = use_command::<DropView>();
    // Which one is asked about before it goes: nothing brings it back.
    let going = use_state(|| None::<String>);
    let toast = use_toast();
    let list = &props.asking.list;
    let narrowed = list.text.is_some() || !list.filters.is_empty();
    let onsave = |over: bool| {
        let (save, name, list, kind) = (save.clone(), name.clone(), list.clone(), props.kind);
        Callback::from(move |()| {
            let view = View {
                name: (*name).clone(),
                kind: kind.to_owned(),
                filters: list.filters.clone(),
                text: list.text.clone(),
                sort: list.sort.clone(),
                pinned: false,
                built_in: false,
                why: None,
            };
            let name = name.setter();
            save.run(SaveView { view, over }, move |_| {
                toast.good("已保存");
                name.set(String::new());
            });
        })
    };
    let taken = save.error.as_ref().is_some_and(|error| error.problems.iter().any(|one| one.code == TAKEN));
    let onname = {
        let (name, save) = (name.setter(), save.clone());
        Callback::from(move |text: String| {
            save.forget();
            name.set(text);
        })
    };
    let line = |view: &View| {
        let apply = {
            let (show, close, view) = (props.asking.show.clone(), props.onclose.clone(), view.clone());
            Callback::from(move |()| {
                show.emit(view.clone());
                close.emit(());
            })
        };
        let pin = {
            let (pin_it, kind, name) = (pin_it.clone(), view.kind.clone(), view.name.clone());
            Callback::from(move |event: Event| {
                let pinned = is_ticked(&event);
                pin_it.run(PinView { kind: kind.clone(), name: name.clone(), pinned }, |_| {});
            })
        };
        let forget = {
            let (drop_it, view) = (drop_it.clone(), view.clone());
            Callback::from(move |()| {
                let (kind, name) = (view.kind.clone(), view.name.clone());
                drop_it.run(DropView { kind, name }, |_| {});
            })
        };
        let ask = |about: Option<String>| {
            let going = going.setter();
            Callback::from(move |()| going.set(about.clone()))
        };
        html! {
            <tr key={view.name.clone()}>
                <td><Button label={view.name.clone()} look={Look::Link} small=true onclick={apply} />
                    if let Some(why) = &view.why { <p class="tx-problem">{ format!("! 用不了：{why}") }</p> }
                </td>
                <td>
                    <label class="tx-flag">
                        <input type="checkbox" checked={view.pinned} onchange={pin} /><span>{ "条数显示在左边导航里" }</span>
                    </label>
                </td>
                <td class="tx-right">
                    if (*going).as_ref() == Some(&view.name) {
                        <Button label="确定删去" look={Look::Danger} small=true onclick={forget} />
                        <Button label="不删" look={Look::Link} small=true onclick={ask(None)} />
                    } else if !view.built_in {
                        <Button label="删去" look={Look::Link} small=true onclick={ask(Some(view.name.clone()))} />
                    }
                </td>
            </tr>
        }
    };
    let foot = html! { <Button label="关闭" class={SAFE} onclick={props.onclose.clone()} /> };
    let error = save.error.as_ref().filter(|error| error.about("name").is_none());
    let error = error.or(pin_it.error.as_ref()).or(drop_it.error.as_ref());
    html! {
        <Dialog title="常用筛选" wide=true onclose={props.onclose.clone()} {foot}>
            { show(&views, |views| html! {
                <table class="tx-table"><tbody>{ for views.iter().map(line) }</tbody></table>
            }) }
            if narrowed {
                <div class="tx-view-new">
                    <TextField label="给现在的筛选起个名称" name="name" value={(*name).clone()} onchange={onname}
                        problem={save.about("name")} placeholder="如 东关没走访的" />
                    if taken {
                        <Button label="换成现在的" busy={save.pending} onclick={onsave(true)} />
                    }
                    <Button label="保存" look={Look::Primary} busy={save.pending} onclick={onsave(false)} />
                </div>
            } else {
                <p class="tx-hint">{ "先在列表里查找或按列筛选，再到这里给它起个名称存下来。日期写 本月、近30天 的，以后按当天算。" }</p>
            }
            if let Some(error) = error { <Trouble error={error.clone()} /> }
        </Dialog>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same filter once more on the list that shows it already, after other words were looked for there.
    #[test]
    fn a_filter_asked_for_again_is_shown_again() {
        let asked = |view: Option<&str>, turn| Asked {
            what: AskView { view: view.map(str::to_owned), kind: "visit".into() },
            turn,
        };
        let key = |asked: &Asked<AskView>| list_key("visit", Some(asked));
        assert_ne!(key(&asked(Some("这月的"), Some(1))), key(&asked(Some("这月的"), Some(2))));
        assert_ne!(key(&asked(Some("这月的"), Some(1))), key(&asked(Some("上月的"), Some(1))));
        assert_eq!(key(&asked(Some("这月的"), Some(1))), key(&asked(Some("这月的"), Some(1))));
        // The list alone: what somebody looks for there stays.
        assert_eq!(key(&asked(None, Some(1))), key(&asked(None, Some(2))));
        assert_eq!(key(&asked(None, Some(1))), list_key("visit", None));
        // The tab turns by the same difference.
        assert_ne!(asked(None, Some(1)), asked(None, Some(2)));
    }
}
