//! Where a record's newest change is: by shape and word as well as by colour.

use tiexin_contract::records::RecordState;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(crate) struct StateMarkProps {
    pub(crate) state: RecordState,
    /// Only the sign, the word on hovering: for narrow columns.
    #[prop_or_default]
    pub(crate) brief: bool,
}

/// Sign, word, class of a state.
pub(crate) fn words(state: RecordState) -> (&'static str, &'static str, &'static str) {
    match state {
        RecordState::Local => ("●", "已保存在本机", "tx-local"),
        RecordState::Waiting => ("↑", "待同步", "tx-waits"),
        RecordState::Synced => ("✓", "已到省平台", "tx-synced"),
        RecordState::Attention => ("!", "需处理", "tx-attention"),
    }
}

#[component]
pub(crate) fn StateMark(props: &StateMarkProps) -> Html {
    let (sign, word, class) = words(props.state);
    html! {
        <span class={classes!("tx-state", class)} title={props.brief.then_some(word)}>
            <span class="tx-state-sign" aria-hidden="true">{ sign }</span>
            // A plain span has no name of its own: who cannot see the sign is told the word.
            <span class={props.brief.then_some("tx-said")}>{ word }</span>
        </span>
    }
}

#[derive(Properties, PartialEq)]
pub(crate) struct TagProps {
    pub(crate) text: AttrValue,
    /// `tx-quiet`, `tx-warm`, `tx-alert`
    #[prop_or(AttrValue::Static("tx-quiet"))]
    pub(crate) class: AttrValue,
}

/// A quiet word in a box.
#[component]
pub(crate) fn Tag(props: &TagProps) -> Html {
    html! { <span class={classes!("tx-tag", props.class.to_string())}>{ props.text.clone() }</span> }
}
