//! What becomes of a file's rows, as a picture: one bar, and a tile for each part of it.

use super::tally::Tally;
use crate::text::count;
use yew::prelude::*;

struct Part {
    rows: u64,
    sign: &'static str,
    words: &'static str,
    tone: &'static str,
}

fn parts(tally: &Tally) -> [Part; 5] {
    let part = |rows, sign, words, tone| Part { rows, sign, words, tone };
    [
        part(tally.new, "＋", "新增", "tx-share-new"),
        part(tally.filled, "◐", "补空缺", "tx-share-filled"),
        part(tally.unchanged, "＝", "原有未变", "tx-share-same"),
        part(tally.differs, "≠", "有出入", "tx-share-differs"),
        part(tally.refused, "▲", "退回", "tx-share-refused"),
    ]
}

#[derive(Properties, PartialEq)]
pub(super) struct ShareProps {
    pub(super) tally: Tally,
}

#[component]
pub(super) fn Share(props: &ShareProps) -> Html {
    let parts = parts(&props.tally);
    let all: u64 = parts.iter().map(|part| part.rows).sum();
    html! {
        <div class="tx-share">
            // The tiles tell the same in words.
            <div class="tx-share-bar" aria-hidden="true">
                { for parts.iter().filter(|part| part.rows > 0).map(|part| html! {
                    <span class={part.tone} style={format!("flex-grow:{}", part.rows)}>{ part.sign }</span>
                }) }
            </div>
            <ul class="tx-share-tiles" aria-label={format!("共 {} 行", count(all))}>
                { for parts.iter().map(|part| html! {
                    <li class={classes!(part.tone, (part.rows == 0).then_some("tx-none"))}>
                        <i aria-hidden="true">{ part.sign }</i>
                        <span>{ part.words }</span>
                        <strong>{ count(part.rows) }</strong>
                        <span>{ "行" }</span>
                    </li>
                }) }
            </ul>
        </div>
    }
}
