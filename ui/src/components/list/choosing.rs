//! Choosing rows: tick boxes appear when the worker asks for them, and what may be done with the chosen.

use super::Hand;
use crate::components::{Button, Look};
use crate::hooks::composing;
use std::collections::BTreeSet;
use tiexin_contract::bulk::Chosen;
use tiexin_contract::records::ListRecords;
use uuid::Uuid;
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
        if self.everything { total.saturating_sub(self.but.len() as u64) } else { self.chosen.len() as u64 }
    }

    pub(super) fn has(&self, id: Uuid) -> bool {
        if self.everything { !self.but.contains(&id) } else { self.chosen.contains(&id) }
    }

    /// Rows were ticked: what is only marked by the cursor or a press is none.
    pub(super) fn ticked(&self) -> bool {
        self.choosing && (self.everything || !self.chosen.is_empty())
    }

    /// One row more, or one less.
    pub(super) fn toggle(&mut self, id: Uuid) {
        let of = if self.everything { &mut self.but } else { &mut self.chosen };
        if !of.remove(&id) {
            of.insert(id);
        }
    }

    /// A stretch of rows more.
    pub(super) fn stretch(&mut self, ids: &BTreeSet<Uuid>) {
        if self.everything {
            self.but.retain(|id| !ids.contains(id));
        } else {
            self.chosen.extend(ids);
        }
    }

    /// Space on a row. Where rows have tick boxes by this press only, the row is ticked, and a marked stretch with it.
    pub(super) fn space(&mut self, id: Uuid, may_choose: bool) {
        if self.choosing || !may_choose {
            return self.toggle(id);
        }
        self.choosing = true;
        if self.chosen.len() < 2 {
            self.chosen.clear();
        }
        self.chosen.insert(id);
    }

    /// All of the list, also what is not at hand; or none.
    pub(super) fn all(&self, everything: bool) -> Hand {
        Hand { everything, chosen: BTreeSet::new(), but: BTreeSet::new(), ..self.clone() }
    }

    /// With tick boxes or without, none of them ticked.
    fn turned(&self) -> Hand {
        Hand { choosing: !self.choosing, ..self.all(false) }
    }

    fn asked(&self, list: &ListRecords) -> Chosen {
        let ids = |ids: &BTreeSet<Uuid>| ids.iter().copied().collect();
        match (self.everything, self.but.is_empty()) {
            (true, true) => Chosen::All(Box::new(list.clone())),
            (true, false) => Chosen::AllBut { list: Box::new(list.clone()), but: ids(&self.but) },
            (false, _) => Chosen::Ids(ids(&self.chosen)),
        }
    }
}

/// Begins choosing, or ends it.
pub(super) fn turn(hand: &UseStateHandle<Hand>) -> Callback<()> {
    let hand = hand.clone();
    Callback::from(move |()| hand.set(hand.turned()))
}

/// All of what is filtered, or none.
fn all(hand: &UseStateHandle<Hand>) -> Callback<()> {
    let hand = hand.clone();
    Callback::from(move |()| hand.set(hand.all(!hand.everything)))
}

/// In front of the head: all or none.
pub(super) fn head(hand: &UseStateHandle<Hand>) -> Html {
    if !hand.choosing {
        return Html::default();
    }
    let onchange = all(hand).reform(|_: Event| ());
    html! {
        <div class="tx-cell tx-tick" role="columnheader">
            <input type="checkbox" checked={hand.everything && hand.but.is_empty()} {onchange} aria-label="选中列表里的全部" title="选中列表里的全部" />
        </div>
    }
}

/// In front of a row. The row itself hears the press, so that the cursor stays with the list.
pub(super) fn tick(hand: &Hand, id: Uuid) -> Html {
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
    print: Html,
) -> Html {
    let count = hand.count(total);
    let chosen = hand.asked(list);
    let ondone = turn(hand);
    let onkeydown = {
        let ondone = ondone.clone();
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "Escape" && !composing(&event) {
                event.prevent_default();
                ondone.emit(());
            }
        })
    };
    html! {
        <div class="tx-list-bar tx-list-choosing" {onkeydown}>
            <span class="tx-list-chosen" aria-live="polite">{ words(hand, total, unit) }</span>
            if total > 0 {
                <Button label={if hand.everything { "都不选" } else { "全选" }} look={Look::Link} small=true onclick={all(hand)} />
            }
            if count > 0 {
                { many.emit(Handful { chosen, count, ondone: ondone.clone() }) }
                { print }
            }
            <Button label="不选了" look={Look::Link} small=true onclick={ondone} hint="Esc" />
        </div>
    }
}

/// How many, and of what: all of the list, or the ticked rows.
fn words(hand: &Hand, total: u64, unit: &str) -> String {
    let many = crate::text::count(hand.count(total));
    match (hand.count(total), hand.everything, hand.but.len() as u64) {
        (0, ..) => "在行上点一下、按空格选中；按住 Shift 选一段".to_owned(),
        (_, true, 0) => format!("已选列表里全部 {many} {unit}"),
        (_, true, but) => format!("已选 {many} {unit}：列表里全部，去掉 {but} {unit}"),
        (_, false, _) => format!("已选 {many} {unit}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: Uuid = Uuid::from_u128(1);
    const TWO: Uuid = Uuid::from_u128(2);

    /// A press on a row marks it; Space ticks it then, and does not take it away.
    #[test]
    fn space_ticks_the_row_with_the_cursor() {
        let mut hand = Hand { chosen: BTreeSet::from([ONE]), ..Hand::default() };
        assert!(!hand.ticked());
        hand.space(ONE, true);
        assert!(hand.choosing && hand.ticked() && hand.has(ONE));
        hand.space(TWO, true);
        assert!(hand.has(ONE) && hand.has(TWO));
        hand.space(ONE, true);
        assert!(!hand.has(ONE) && hand.has(TWO));
        let mut marked = Hand { chosen: BTreeSet::from([ONE, TWO]), ..Hand::default() };
        marked.space(TWO, true);
        assert_eq!(marked.count(9), 2, "a marked stretch is ticked as it is");
        let mut other = Hand { chosen: BTreeSet::from([ONE]), ..Hand::default() };
        other.space(TWO, true);
        assert!(!other.has(ONE), "the row that was only pressed is not ticked with it");
    }

    /// Also rows that were never scrolled to.
    #[test]
    fn all_but_one_are_all_but_that_one() {
        let list = ListRecords::of("visit", "340323100".parse().unwrap(), 1);
        let mut hand = Hand { choosing: true, ..Hand::default() }.all(true);
        assert_eq!(words(&hand, 2000, "次"), "已选列表里全部 2,000 次");
        hand.toggle(ONE);
        assert_eq!((hand.count(2000), hand.has(ONE), hand.has(TWO)), (1999, false, true));
        assert!(matches!(hand.asked(&list), Chosen::AllBut { but, .. } if but == [ONE]));
        hand.toggle(ONE);
        assert!(matches!(hand.asked(&list), Chosen::All(_)));
        assert!(matches!(hand.all(false).asked(&list), Chosen::Ids(ids) if ids.is_empty()));
    }
}
