//! A list on paper: the ticked rows, or else all of what the list has, not only what is in view; which, is said on it.

use super::Hand;
use super::rows::Rows;
use crate::components::{Button, Look};
use crate::hooks::Toasts;
use crate::transport::call;
use gloo::events::EventListener;
use gloo::timers::callback::Timeout;
use std::cell::RefCell;
use std::rc::Rc;
use tiexin_contract::ErrorReply;
use tiexin_contract::records::{ListRecords, RecordRow};
use yew::platform::spawn_local;
use yew::prelude::*;

/// Most rows that are printed; longer lists are for a spreadsheet.
const MOST: usize = 5_000;
/// Rows fetched at a time.
const PAGE: u32 = 500;

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Which {
    Ticked,
    /// What was looked for or filtered.
    Found,
    All,
}

impl Which {
    pub(super) fn of(hand: &Hand, narrowed: bool) -> Which {
        match (hand.ticked(), narrowed) {
            (true, _) => Which::Ticked,
            (false, true) => Which::Found,
            (false, false) => Which::All,
        }
    }
}

/// What goes on paper.
#[derive(Clone, PartialEq)]
pub(super) struct Paper {
    pub(super) rows: Rc<Vec<RecordRow>>,
    which: Which,
    /// So many should stand there.
    total: u64,
}

impl Paper {
    /// Of what is at hand: the browser prints at once, and nothing can be fetched then.
    pub(super) fn at_hand(rows: &Rows, hand: &Hand, which: Which) -> Paper {
        let total = rows.total.unwrap_or(0);
        let whole = which != Which::Ticked;
        let here = if hand.ticked() && !hand.everything { u64::MAX } else { rows.without_gap() };
        let on_paper = rows.all().filter(|(at, row)| *at < here && (whole || hand.has(row.id)));
        let rows = Rc::new(on_paper.map(|(_, row)| row.clone()).collect());
        Paper { rows, which, total: if whole { total } else { hand.count(total) } }
    }

    /// Nothing is missing: ticked rows may lie on pages that are not at hand, as after a change of the records.
    fn is_whole(&self) -> bool {
        self.rows.len() as u64 >= self.total
    }

    /// `选中的 3 户`, and where more belong to it.
    pub(super) fn words(&self, unit: &str) -> String {
        let which = match self.which {
            Which::Ticked => "选中的",
            Which::Found => "查到的",
            Which::All => "全部",
        };
        let (here, total) = (self.rows.len() as u64, self.total);
        let count = crate::text::count;
        match here < total {
            true => format!("{which} {} {unit}中的前 {} {unit}，其余请用“导出”", count(total), count(here)),
            false => format!("{which} {} {unit}", count(here)),
        }
    }
}

/// The page being printed.
pub(super) struct Printing(UseStateHandle<State>);

#[derive(Clone, Default, PartialEq)]
struct State {
    on: bool,
    busy: bool,
    /// What was fetched for it.
    paper: Option<Paper>,
}

/// Whether the page is being printed just now.
#[hook]
pub(super) fn use_printing() -> Printing {
    let state = use_state_eq(State::default);
    {
        let set = state.setter();
        use_effect_with((), move |()| {
            // Some browsers do not tell the end; whoever works on has printed.
            let ears = ["afterprint", "pointerdown", "keydown"].map(|name| {
                let set = set.clone();
                EventListener::new(&gloo::utils::window(), name, move |_| set.set(State::default()))
            });
            || drop(ears)
        });
    }
    {
        // By the browser's own key: what is at hand. What the button fetched is on the page already.
        let state = state.clone();
        use_effect_with(state.on, move |on| {
            let begin = (!on).then(|| {
                EventListener::new(&gloo::utils::window(), "beforeprint", move |_| {
                    state.set(State { on: true, ..State::default() });
                })
            });
            || drop(begin)
        });
    }
    Printing(state)
}

impl Printing {
    /// What lies on the page while it is printed: what was fetched for it, or else what is at hand.
    pub(super) fn paper(&self, at_hand: impl FnOnce() -> Paper) -> Option<Paper> {
        self.0.on.then(|| self.0.paper.clone().unwrap_or_else(at_hand))
    }

    /// Fetches what is missing, lays it out, and prints.
    pub(super) fn button(
        &self,
        list: &ListRecords,
        rows: &Rc<RefCell<Rows>>,
        hand: &Hand,
        which: Which,
        disabled: bool,
    ) -> Html {
        let (state, list, rows, hand) = (self.0.clone(), list.clone(), rows.clone(), hand.clone());
        let onclick = Callback::from(move |()| {
            let (state, list, hand) = (state.clone(), list.clone(), hand.clone());
            let at_hand = Paper::at_hand(&rows.borrow(), &hand, which);
            state.set(State { busy: true, ..State::default() });
            spawn_local(async move {
                match fetched(list, &hand, at_hand).await {
                    Ok(paper) => {
                        state.set(State { on: true, busy: false, paper: Some(paper) });
                        // The rows are painted first: a page that prints waits for nothing.
                        Timeout::new(100, || {
                            // A browser that may not print says so itself.
                            let _ = gloo::utils::window().print();
                        })
                        .forget();
                    }
                    Err(cause) => {
                        state.set(State::default());
                        Toasts.bad(&cause);
                    }
                }
            });
        });
        let hint = if which == Which::Ticked { "打印选中的" } else { "打印列表里的全部" };
        html! { <Button label="打印名单" look={Look::Link} small=true busy={self.0.busy} {disabled} {hint} {onclick} /> }
    }
}

async fn fetched(list: ListRecords, hand: &Hand, at_hand: Paper) -> Result<Paper, ErrorReply> {
    if at_hand.is_whole() {
        return Ok(at_hand);
    }
    let which = at_hand.which;
    let mut rows: Vec<RecordRow> = Vec::new();
    let mut ask = ListRecords { after: None, skip: 0, limit: PAGE, ..list };
    loop {
        let page = call(ask.clone()).await?;
        rows.extend(page.rows.into_iter().filter(|row| which != Which::Ticked || hand.has(row.id)));
        let total = if which == Which::Ticked { hand.count(page.total) } else { page.total };
        match page.next {
            Some(next) if rows.len() < MOST && (rows.len() as u64) < total => ask.after = Some(next),
            next => {
                // At the list's end these are all: what was ticked may be gone from it.
                let total = if next.is_some() { total } else { rows.len() as u64 };
                rows.truncate(MOST);
                return Ok(Paper { rows: Rc::new(rows), which, total });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use tiexin_contract::records::RecordPage;
    use uuid::Uuid;

    fn rows(total: u64) -> Rows {
        let row = |id: u128| {
            serde_json::from_value(json!({
                "id": Uuid::from_u128(id), "kind": "visit", "region": "340323100", "region_name": "", "version": 1,
                "title": "", "fields": {}, "state": "local", "recorded_by": null, "recorded_at": null,
            }))
            .unwrap()
        };
        let mut rows = Rows::default();
        rows.put(0, RecordPage { rows: (0..3).map(row).collect(), next: None, total, families: None });
        rows
    }

    fn printed(hand: &Hand, narrowed: bool, total: u64) -> (usize, String) {
        let paper = Paper::at_hand(&rows(total), hand, Which::of(hand, narrowed));
        (paper.rows.len(), paper.words("户"))
    }

    /// A row that was pressed, and a stretch that was marked, is no choice of what to print.
    #[test]
    fn the_whole_list_is_printed_unless_rows_are_ticked() {
        let one = |choosing| Hand { chosen: [Uuid::from_u128(1)].into(), choosing, ..Hand::default() };
        assert_eq!(printed(&one(false), false, 3), (3, "全部 3 户".into()));
        assert_eq!(printed(&Hand::default(), true, 3), (3, "查到的 3 户".into()));
        assert_eq!(printed(&one(true), true, 3), (1, "选中的 1 户".into()));
        let mut but = Hand { choosing: true, ..Hand::default() }.all(true);
        but.toggle(Uuid::from_u128(2));
        assert_eq!(printed(&but, true, 3), (2, "选中的 2 户".into()));
        let (here, words) = printed(&Hand::default(), false, 9_000);
        assert_eq!((here, words.as_str()), (3, "全部 9,000 户中的前 3 户，其余请用“导出”"));
    }

    #[test]
    fn ticked_rows_that_are_not_at_hand_are_fetched() {
        let is_whole = |ticked: &[u128]| {
            let chosen = ticked.iter().map(|id| Uuid::from_u128(*id)).collect();
            let hand = Hand { chosen, choosing: true, ..Hand::default() };
            Paper::at_hand(&rows(9_000), &hand, Which::Ticked).is_whole()
        };
        assert!(is_whole(&[0, 2]) && !is_whole(&[0, 800]));
    }
}
