//! Notes below the page, one at a time, on a strip of their own: over no field and no button, gone by themselves; bad news
//! stays until it is read or its page ends.

use crate::components::{Button, Icon, Look, Sign};
use crate::hooks::{Note, Said, Tone, on_note};
use gloo::timers::callback::Timeout;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, Node};
use yew::prelude::*;

/// The last is shown. Below it waits what must be read, or may still be pressed.
#[derive(Default, Clone, PartialEq)]
struct Notes {
    next: u64,
    told: Vec<(u64, Note)>,
}

/// So many wait at most.
const MOST: usize = 4;

enum Act {
    Hear(Said),
    Take(u64),
}

impl Reducible for Notes {
    type Action = Act;
    fn reduce(self: Rc<Self>, act: Act) -> Rc<Self> {
        let mut notes = (*self).clone();
        match act {
            Act::Hear(Said::PageTurned) => notes.told.retain(|(_, one)| one.tone != Tone::Bad),
            Act::Hear(Said::SomebodyLeft) => notes.told.clear(),
            Act::Hear(Said::Note(note)) => {
                let waits = |one: &Note| one.tone == Tone::Bad || one.action.is_some();
                notes.told.retain(|(_, one)| *one != note && waits(one));
                notes.told.push((notes.next, note));
                notes.next += 1;
                let over = notes.told.len().saturating_sub(MOST);
                notes.told.drain(..over);
            }
            Act::Take(id) => notes.told.retain(|(one, _)| *one != id),
        }
        notes.into()
    }
}

#[component]
pub(crate) fn Toaster() -> Html {
    let notes = use_reducer(Notes::default);
    {
        let dispatch = notes.dispatcher();
        use_effect_with((), move |()| {
            on_note(Some(Callback::from(move |said| dispatch.dispatch(Act::Hear(said)))));
            || on_note(None)
        });
    }
    let strip = use_node_ref();
    {
        // The page gives way by as much as the note is high.
        let strip = strip.clone();
        use_effect(move || {
            let high = strip.cast::<HtmlElement>().map_or(0, |strip| strip.offset_height());
            let root = gloo::utils::document_element().dyn_into::<HtmlElement>();
            if let Ok(root) = root {
                // A browser that does not know it shows the note over the page's foot.
                let _ = root.style().set_property("--tx-note", &format!("{high}px"));
            }
        });
    }
    html! {
        <div ref={strip} class="tx-toasts" role="status" aria-live="polite" aria-atomic="true">
            { for notes.told.last().map(|(id, note)| {
                let (dispatch, id) = (notes.dispatcher(), *id);
                let onclose = Callback::from(move |()| dispatch.dispatch(Act::Take(id)));
                html! { <Toast key={id} note={note.clone()} {onclose} /> }
            }) }
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct ToastProps {
    note: Note,
    onclose: Callback<()>,
}

#[component]
fn Toast(props: &ToastProps) -> Html {
    let node = use_node_ref();
    {
        let (close, tone, node) = (props.onclose.clone(), props.note.tone, node.clone());
        let lingers = props.note.action.is_some();
        use_effect_with((), move |()| {
            let stay = if lingers { 10_000 } else { 5_000 };
            let timer = (tone != Tone::Bad).then(|| {
                Timeout::new(stay, move || {
                    // Whoever has come to its buttons by keys is not left without.
                    let at = gloo::utils::document().active_element();
                    let inside = node.cast::<Node>().is_some_and(|node| node.contains(at.as_deref()));
                    if !inside {
                        close.emit(());
                    }
                })
            });
            || drop(timer)
        });
    }
    let bad = props.note.tone == Tone::Bad;
    let (class, sign) = match props.note.tone {
        Tone::Good => ("tx-good", Sign::Check),
        Tone::Plain => ("tx-plain", Sign::Check),
        Tone::Bad => ("tx-bad", Sign::Warning),
    };
    html! {
        <div ref={node} class={classes!("tx-toast", class)} role={bad.then_some("alert")}>
            <Icon {sign} />
            <span>{ props.note.text.clone() }</span>
            if let Some((label, act)) = &props.note.action {
                <Button label={label.clone()} look={Look::Link} small=true onclick={
                    let (act, close) = (act.clone(), props.onclose.clone());
                    Callback::from(move |()| { act.emit(()); close.emit(()); })
                } />
            }
            <Button label="知道了" look={Look::Plain} sign={Sign::Close} small=true onclick={props.onclose.clone()} />
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(said: Vec<Said>) -> Vec<Tone> {
        let notes =
            said.into_iter().fold(Rc::new(Notes::default()), |notes, said| notes.reduce(Act::Hear(said)));
        notes.told.iter().map(|(_, note)| note.tone).collect()
    }

    fn note(tone: Tone) -> Said {
        Said::Note(Note { tone, text: format!("{tone:?}").into(), action: None })
    }

    #[test]
    fn bad_news_ends_with_its_page_and_good_news_is_still_read_on_the_next() {
        assert_eq!(told(vec![note(Tone::Bad), note(Tone::Good)]), [Tone::Bad, Tone::Good]);
        assert_eq!(told(vec![note(Tone::Bad), note(Tone::Good), Said::PageTurned]), [Tone::Good]);
        assert_eq!(told(vec![note(Tone::Bad), Said::PageTurned, note(Tone::Bad)]), [Tone::Bad]);
    }

    /// The newest is seen; good news does not come up again after it, bad news and what may be undone do.
    #[test]
    fn what_must_be_read_or_may_be_pressed_comes_up_again() {
        assert_eq!(told(vec![note(Tone::Good), note(Tone::Plain)]), [Tone::Plain]);
        let action = Some(("撤销".into(), Callback::noop()));
        let undo = Said::Note(Note { tone: Tone::Good, text: "已改 3 户".into(), action });
        assert_eq!(
            told(vec![undo, note(Tone::Bad), note(Tone::Plain)]),
            [Tone::Good, Tone::Bad, Tone::Plain]
        );
    }
}
