//! The hand on a list: arrow keys, Shift and Ctrl, Space, Enter, copying.

use super::Hand;
use super::rows::Rows;
use crate::hooks::composing;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;
use tiexin_contract::records::RecordRow;
use uuid::Uuid;
use yew::prelude::*;

pub(super) struct Board {
    pub(super) rows: Rc<RefCell<Rows>>,
    pub(super) hand: UseStateHandle<Hand>,
    pub(super) total: u64,
    /// Rows in view.
    pub(super) page: u64,
    pub(super) reveal: Rc<dyn Fn(u64)>,
    pub(super) open: Callback<RecordRow>,
    pub(super) copy: Callback<()>,
    /// Rows may get tick boxes.
    pub(super) may_choose: bool,
}

pub(super) fn pressed(board: Board) -> Callback<KeyboardEvent> {
    Callback::from(move |event: KeyboardEvent| {
        if composing(&event) || board.total == 0 {
            return;
        }
        let (ctrl, key) = (event.ctrl_key() || event.meta_key(), event.key());
        let (cursor, last) = (board.hand.cursor, board.total - 1);
        let to = match key.as_str() {
            "ArrowDown" => (cursor + 1).min(last),
            "ArrowUp" => cursor.saturating_sub(1),
            "PageDown" => (cursor + board.page).min(last),
            "PageUp" => cursor.saturating_sub(board.page),
            "Home" => 0,
            "End" => last,
            "Enter" if !ctrl => {
                let row = board.rows.borrow().row(cursor).cloned();
                if let Some(row) = row {
                    event.prevent_default();
                    board.open.emit(row);
                }
                return;
            }
            " " => {
                event.prevent_default();
                let id = board.rows.borrow().row(cursor).map(|row| row.id);
                let mut hand = Hand { anchor: cursor, ..(*board.hand).clone() };
                if let Some(id) = id {
                    hand.space(id, board.may_choose);
                    board.hand.set(hand);
                }
                return;
            }
            "c" if ctrl => {
                event.prevent_default();
                board.copy.emit(());
                return;
            }
            "a" if ctrl && board.hand.choosing => {
                event.prevent_default();
                board.hand.set(board.hand.all(true));
                return;
            }
            "a" if ctrl => {
                event.prevent_default();
                let chosen = board.rows.borrow().all().map(|(_, row)| row.id).collect();
                board.hand.set(Hand { chosen, ..(*board.hand).clone() });
                return;
            }
            "Escape" if board.hand.chosen.len() > 1 || board.hand.choosing => {
                board.hand.set(Hand { cursor, anchor: cursor, ..Hand::default() });
                return;
            }
            _ => return,
        };
        event.prevent_default();
        (board.reveal)(to);
        let anchor = if event.shift_key() { board.hand.anchor } else { to };
        let mut hand = Hand { cursor: to, anchor, ..(*board.hand).clone() };
        match (event.shift_key(), hand.choosing) {
            (true, true) => hand.stretch(&between(&board.rows.borrow(), anchor, to)),
            (true, false) => hand.chosen = between(&board.rows.borrow(), anchor, to),
            // What is ticked stays ticked while the cursor goes on.
            (_, true) => {}
            (false, false) => hand.chosen = BTreeSet::new(),
        }
        board.hand.set(hand);
    })
}

pub(super) fn clicked(at: u64, hand: UseStateHandle<Hand>, rows: Rc<RefCell<Rows>>) -> Callback<MouseEvent> {
    Callback::from(move |event: MouseEvent| {
        let held = rows.borrow();
        let id = held.row(at).map(|row| row.id);
        let mut next = (*hand).clone();
        if event.shift_key() && next.choosing {
            next.stretch(&between(&held, next.anchor, at));
        } else if event.shift_key() {
            next.chosen = between(&held, next.anchor, at);
        } else if next.choosing || event.ctrl_key() || event.meta_key() {
            if let Some(id) = id {
                next.toggle(id);
            }
            next.anchor = at;
        } else {
            next.chosen = id.into_iter().collect();
            next.anchor = at;
        }
        next.cursor = at;
        hand.set(next);
    })
}

fn between(rows: &Rows, a: u64, b: u64) -> BTreeSet<Uuid> {
    (a.min(b)..=a.max(b)).filter_map(|at| rows.row(at).map(|row| row.id)).collect()
}
