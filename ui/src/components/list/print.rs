//! A list on paper: all rows that are at hand, not only those in view.

use super::rows::Rows;
use gloo::events::EventListener;
use yew::prelude::*;

/// Whether the page is being printed just now.
#[hook]
pub(super) fn use_printing() -> bool {
    let printing = use_state_eq(|| false);
    let set = printing.setter();
    use_effect_with((), move |()| {
        let window = gloo::utils::window();
        let after = set.clone();
        let begin = EventListener::new(&window, "beforeprint", move |_| set.set(true));
        let end = EventListener::new(&window, "afterprint", move |_| after.set(false));
        || drop((begin, end))
    });
    *printing
}

/// Says on paper where rows are missing, and where the whole list is.
pub(super) fn note(rows: &Rows, unit: &str) -> Html {
    let (here, total) = (rows.without_gap(), rows.total.unwrap_or(0));
    html! {
        if here < total {
            <p class="tx-print-only">{ format!("这里是前 {here} {unit}，一共 {total} {unit}；整张表请用“导出”以后打印。") }</p>
        }
    }
}
