//! The list below an input in which something is looked up, and what keys do in it: the one for every combobox.

use yew::prelude::*;

/// What a key does in the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// The arrows stand on this line now; the list opens where it was closed.
    To(usize),
    /// This line is taken.
    Take(usize),
    Close,
}

/// `at`: where the arrow keys stand, none in a closed list; `many`: lines. Enter with Ctrl belongs to the form.
pub(crate) fn step(key: &str, ctrl: bool, at: Option<usize>, many: usize) -> Option<Step> {
    let at = at.filter(|at| *at < many);
    match key {
        "ArrowDown" => Some(Step::To(at.map_or(0, |at| (at + 1) % many))),
        "ArrowUp" => Some(Step::To(at.map_or(many.saturating_sub(1), |at| (at + many - 1) % many))),
        "Enter" if !ctrl => at.map(Step::Take),
        "Escape" => Some(Step::Close),
        _ => None,
    }
}

/// The same of an event, which a list that is open takes for itself.
pub(crate) fn step_of(event: &KeyboardEvent, at: Option<usize>, many: usize) -> Option<Step> {
    step(&event.key(), event.ctrl_key() || event.meta_key(), at, many)
}

/// A line of it: what is chosen, and what tells it from others of the same name.
#[derive(Clone, PartialEq)]
pub(super) struct Offer {
    pub(super) title: AttrValue,
    pub(super) beside: Option<AttrValue>,
}

/// What the input of this id has below it; `at` is where the arrow keys stand. `none`: said in the place of no lines.
pub(super) fn menu(
    id: &AttrValue,
    offers: impl Iterator<Item = Offer>,
    at: Option<usize>,
    onpick: &Callback<usize>,
    none: Option<&'static str>,
) -> Html {
    let line = |(n, offer): (usize, Offer)| {
        // Before the field loses the cursor and the list goes.
        let onmousedown = onpick.reform(move |event: MouseEvent| {
            event.prevent_default();
            n
        });
        let now = at == Some(n);
        html! {
            <li id={format!("{id}-{n}")} role="option" aria-selected={now.to_string()} {onmousedown}
                class={now.then_some("tx-chosen")}>
                <span>{ offer.title }</span>
                if let Some(beside) = offer.beside { <span class="tx-muted">{ beside }</span> }
            </li>
        }
    };
    html! {
        <ul class="tx-menu" role="listbox" id={format!("{id}-list")}>
            { for offers.enumerate().map(line) }
            if let Some(none) = none { <li class="tx-menu-none">{ none }</li> }
        </ul>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrows_go_round_and_enter_takes_only_what_stands_there() {
        assert_eq!(step("ArrowDown", false, None, 3), Some(Step::To(0)));
        assert_eq!(step("ArrowDown", false, Some(2), 3), Some(Step::To(0)));
        assert_eq!(step("ArrowUp", false, None, 3), Some(Step::To(2)));
        assert_eq!(step("ArrowUp", false, Some(0), 3), Some(Step::To(2)));
        assert_eq!(step("Enter", false, Some(1), 3), Some(Step::Take(1)));
        assert_eq!(step("Enter", true, Some(1), 3), None);
        // The list has become shorter meanwhile, or is closed.
        assert_eq!(step("Enter", false, Some(3), 3), None);
        assert_eq!(step("Enter", false, None, 3), None);
        assert_eq!(step("ArrowDown", false, Some(0), 0), Some(Step::To(0)));
        assert_eq!(step("ArrowUp", false, None, 0), Some(Step::To(0)));
        assert_eq!(step("Escape", false, None, 0), Some(Step::Close));
    }
}
