//! Ctrl+N: what is recorded most often at a desk like this one, by its number, from anywhere.

use crate::components::{Dialog, Icon, Step, step_of};
use crate::hooks::{composing, use_session};
use crate::record::{Noun, noun};
use crate::routes::Route;
use tiexin_domain::Level;
use web_sys::{Element, HtmlElement};
use yew::prelude::*;
use yew_router::prelude::*;

/// What is recorded most often by who works at this level, the first one first. All else is begun by Ctrl+K.
fn often(home: Level) -> &'static [&'static str] {
    match home {
        Level::Village => &["visit", "service", "wish", "counselling", "service_hours", "household"],
        Level::Township => &["visit", "household", "activity", "service", "rights_case", "meeting"],
        Level::County | Level::City | Level::Province => {
            &["activity", "meeting", "publication", "rights_case", "agreement", "honour"]
        }
    }
}

#[derive(Properties, PartialEq)]
pub(super) struct QuickProps {
    pub(super) onclose: Callback<()>,
}

#[component]
pub(super) fn Quick(props: &QuickProps) -> Html {
    let session = use_session();
    let navigator = use_navigator();
    let home = session.me().filter(|me| me.can_write).map(|me| me.home.level());
    let nouns: Vec<&'static Noun> =
        home.map(often).unwrap_or_default().iter().filter_map(|&kind| noun(kind)).collect();
    let nodes = use_memo(nouns.len(), |many| (0..*many).map(|_| NodeRef::default()).collect::<Vec<_>>());
    let go = {
        let (close, nouns) = (props.onclose.clone(), nouns.clone());
        Callback::from(move |line: usize| {
            close.emit(());
            if let (Some(navigator), Some(noun)) = (&navigator, nouns.get(line)) {
                navigator.push(&Route::to_make(noun.kind));
            }
        })
    };
    let onkeydown = {
        let (nodes, go) = (nodes.clone(), go.clone());
        Callback::from(move |event: KeyboardEvent| {
            if composing(&event) {
                return;
            }
            let here = gloo::utils::document().active_element();
            let at = nodes.iter().position(|node| here.is_some() && node.cast::<Element>() == here);
            let number = event.key().parse::<usize>().ok().and_then(|number| number.checked_sub(1));
            // Enter is the button's own, Esc the dialog's.
            match (step_of(&event, at, nodes.len()), number) {
                (Some(Step::To(line)), _) => {
                    if let Some(button) = nodes.get(line).and_then(|node| node.cast::<HtmlElement>()) {
                        let _ = button.focus();
                    }
                }
                (None, Some(line)) if line < nodes.len() => go.emit(line),
                _ => return,
            }
            event.prevent_default();
        })
    };
    html! {
        <Dialog title="登记什么？" onclose={props.onclose.clone()}>
            if nouns.is_empty() {
                <p>{ "您现在只能查看，不能登记。需要登记的话，请联系管理员授权。" }</p>
            } else {
                <div class="tx-quick" {onkeydown}>
                    { for nouns.iter().enumerate().map(|(line, noun)| {
                        let onclick = go.reform(move |_: MouseEvent| line);
                        html! {
                            <button ref={nodes[line].clone()} type="button" {onclick}>
                                <kbd>{ (line + 1).to_string() }</kbd><Icon sign={noun.sign} /><span>{ noun.add() }</span>
                            </button>
                        }
                    }) }
                </div>
                <p class="tx-hint">{ "按数字，或用 ↑ ↓ 和 Enter。别的按 Ctrl+K，打名称就能登记。" }</p>
            }
        </Dialog>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A line that leads nowhere is a key that does nothing.
    #[test]
    fn whatever_is_recorded_often_has_a_form() {
        for level in [Level::Province, Level::City, Level::County, Level::Township, Level::Village] {
            let kinds = often(level);
            assert!((3..=9).contains(&kinds.len()), "each has a number of one digit");
            for (n, kind) in kinds.iter().enumerate() {
                assert!(noun(kind).is_some_and(|noun| !noun.initials().is_empty()), "{kind}");
                assert!(!kinds[..n].contains(kind), "{kind} twice");
            }
        }
    }
}
