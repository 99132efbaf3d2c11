//! Choosing rows: tick boxes appear when the worker asks for them, and what may be done with the chosen.

use super::Hand;
use super::rows::Rows;
use crate::components::{Button, Look};
use std::collections::BTreeSet;
use tiexin_contract::bulk::Chosen;
use tiexin_contract::records::ListRecords;
use yew::prelude::*;

/// The chosen rows, for who does something with them.
#[derive(Clone, PartialEq)]
pub(crate) struct Handful {
    pub(crate) chosen: Chosen,
    pub(crate) count: u64,
    /// They are let go: it is done.
    pub(crate) ondone: Callback<()>,
}

/// Width of the tick boxes; rem.
pub(super) const TICK: f64 = 2.4;

impl Hand {
    /// How many are chosen.
    pub(super) fn count(&self, total: u64) -> u64 {
        if self.everything { total } else { self.chosen.len() as u64 }
    }

    pub(super) fn has(&self, id: uuid::Uuid) -> bool {
        self.everything || self.chosen.contains(&id)
    }

    /// One row more, or one less. Of everything, what is at hand stays but for this one.
    pub(super) fn toggle(&mut self, id: Option<uuid::Uuid>, rows: &Rows) {
        if std::mem::take(&mut self.everything) {
            self.chosen = rows.all().map(|(_, row)| row.id).collect();
        }
        if let Some(id) = id
            && !self.chosen.remove(&id)
        {
            self.chosen.insert(id);
        }
    }
}

/// Begins choosing, or ends it.
pub(super) fn turn(hand: &UseStateHandle<Hand>) -> Callback<()> {
    let hand = hand.clone();
    Callback::from(move |()| {
        let choosing = !hand.choosing;
        hand.set(Hand { choosing, everything: false, chosen: BTreeSet::new(), ..(*hand).clone() });
    })
}

/// All of what is filtered, or none.
fn all(hand: &UseStateHandle<Hand>) -> Callback<()> {
    let hand = hand.clone();
    Callback::from(move |()| {
        let everything = !hand.everything;
        hand.set(Hand { everything, chosen: BTreeSet::new(), ..(*hand).clone() });
    })
}

/// In front of the head: all or none.
pub(super) fn head(hand: &UseStateHandle<Hand>) -> Html {
    if !hand.choosing {
        return Html::default();
    }
    let onchange = all(hand).reform(|_: Event| ());
    html! {
        <div class="tx-cell tx-tick" role="columnheader">
            <input type="checkbox" checked={hand.everything} {onchange} aria-label="选中列表里的全部" title="选中列表里的全部" />
        </div>
    }
}

/// In front of a row. The row itself hears the press.
pub(super) fn tick(hand: &Hand, id: uuid::Uuid) -> Html {
    if !hand.choosing {
        return Html::default();
    }
    html! {
        <div class="tx-cell tx-tick" role="gridcell">
            <input type="checkbox" checked={hand.has(id)} tabindex="-1" aria-label="选中这一行" />
        </div>
    }
}

/// The second bar while rows are chosen.
pub(super) fn bar(
    hand: &UseStateHandle<Hand>,
    list: &ListRecords,
    total: u64,
    unit: &str,
    many: &Callback<Handful, Html>,
) -> Html {
    let count = hand.count(total);
    let chosen = match hand.everything {
        true => Chosen::All(Box::new(list.clone())),
        false => Chosen::Ids(hand.chosen.iter().copied().collect()),
    };
    let ondone = turn(hand);
    let words = match (count, hand.everything) {
        (0, _) => "在行上点一下、按空格选中；按住 Shift 选一段".to_owned(),
        (count, true) => format!("已选全部 {} {unit}", crate::text::count(count)),
        (count, false) => format!("已选 {} {unit}", crate::text::count(count)),
    };
    let print = Callback::from(|()| {
        // A browser that may not print says so itself.
        let _ = gloo::utils::window().print();
    });
    html! {
        <div class="tx-list-bar tx-list-choosing">
            <span class="tx-list-chosen" aria-live="polite">{ words }</span>
            if total > 0 {
                <Button label={if hand.everything { "都不选" } else { "全选" }} look={Look::Link} small=true onclick={all(hand)} />
            }
            if count > 0 {
                { many.emit(Handful { chosen, count, ondone: ondone.clone() }) }
                <Button label="打印名单" look={Look::Link} small=true onclick={print} />
            }
            <Button label="不选了" look={Look::Link} small=true onclick={ondone} hint="Esc" />
        </div>
    }
}
