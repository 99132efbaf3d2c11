//! A long table a page at a time.

use crate::components::{Button, Look, Sign};
use crate::text::count;
use std::ops::Range;
use yew::prelude::*;

/// Rows of a page.
const PAGE: usize = 100;

/// The rows to show of so many, and the buttons that turn the page; no buttons when one page holds all.
#[hook]
pub(super) fn use_page(total: usize) -> (Range<usize>, Html) {
    let page = use_state(|| 0usize);
    let last = total.saturating_sub(1) / PAGE;
    let now = (*page).min(last);
    let shown = now * PAGE..((now + 1) * PAGE).min(total);
    let turn = |to: usize| {
        let page = page.setter();
        Callback::from(move |()| page.set(to))
    };
    let pager = match last {
        0 => Html::default(),
        _ => html! {
            <nav class="tx-pager" aria-label="翻页">
                <Button label="上一页" look={Look::Secondary} small=true sign={Sign::Left} disabled={now == 0}
                    onclick={turn(now.saturating_sub(1))} />
                <span role="status">{ format!("第 {}～{} 条，共 {} 条", count(shown.start as u64 + 1), count(shown.end as u64), count(total as u64)) }</span>
                <Button label="下一页" look={Look::Secondary} small=true sign={Sign::Right} disabled={now == last}
                    onclick={turn((now + 1).min(last))} />
            </nav>
        },
    };
    (shown, pager)
}

/// `特殊家庭台账 第 6 行`
pub(super) fn place(sheet: Option<&str>, row: u32) -> String {
    match sheet {
        Some(sheet) => format!("{sheet} 第 {row} 行"),
        None => format!("第 {row} 行"),
    }
}
