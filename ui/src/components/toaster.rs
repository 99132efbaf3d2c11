//! Notes in the corner: never over a field, gone by themselves; bad news stays until it is read or its page ends.

use crate::components::{Button, Icon, Look, Sign};
use crate::hooks::{Note, Said, Tone, on_note};
use gloo::timers::callback::Timeout;
use std::collections::VecDeque;
use std::rc::Rc;
use yew::prelude::*;

#[derive(Default, Clone, PartialEq)]
struct Notes {
    next: u64,
    shown: VecDeque<(u64, Note)>,
}

enum Act {
    Hear(Said),
    Take(u64),
}

impl Reducible for Notes {
    type Action = Act;
    fn reduce(self: Rc<Self>, act: Act) -> Rc<Self> {
        let mut notes = (*self).clone();
        match act {
            Act::Hear(Said::PageTurned) => notes.shown.retain(|(_, one)| one.tone != Tone::Bad),
            Act::Hear(Said::SomebodyLeft) => notes.shown.clear(),
            Act::Hear(Said::Note(note)) => {
                notes.shown.retain(|(_, one)| *one != note);
                notes.shown.push_back((notes.next, note));
                notes.next += 1;
                while notes.shown.len() > 4 {
                    notes.shown.pop_front();
                }
            }
            Act::Take(id) => notes.shown.retain(|(one, _)| *one != id),
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
    html! {
        <div class="tx-toasts" role="status" aria-live="polite">
            { for notes.shown.iter().map(|(id, note)| {
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
    {
        let (close, tone) = (props.onclose.clone(), props.note.tone);
        let lingers = props.note.action.is_some();
        use_effect_with((), move |()| {
            let stay = if lingers { 10_000 } else { 5_000 };
            let timer = (tone != Tone::Bad).then(|| Timeout::new(stay, move || close.emit(())));
            || drop(timer)
        });
    }
    let (class, sign) = match props.note.tone {
        Tone::Good => ("tx-good", Sign::Check),
        Tone::Plain => ("tx-plain", Sign::Check),
        Tone::Bad => ("tx-bad", Sign::Warning),
    };
    html! {
        <div class={classes!("tx-toast", class)}>
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
        notes.shown.iter().map(|(_, note)| note.tone).collect()
    }

    fn note(tone: Tone) -> Said {
        Said::Note(Note { tone, text: format!("{tone:?}").into(), action: None })
    }

    #[test]
    fn bad_news_ends_with_its_page_and_good_news_is_still_read_on_the_next() {
        assert_eq!(told(vec![note(Tone::Good), note(Tone::Bad)]), [Tone::Good, Tone::Bad]);
        assert_eq!(told(vec![note(Tone::Good), note(Tone::Bad), Said::PageTurned]), [Tone::Good]);
        assert_eq!(told(vec![note(Tone::Bad), Said::PageTurned, note(Tone::Bad)]), [Tone::Bad]);
    }
}
