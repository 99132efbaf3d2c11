//! A button says what it does; while it does it, it cannot be pressed again.

use super::{Icon, Sign};
use yew::prelude::*;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Look {
    Primary,
    #[default]
    Secondary,
    Link,
    Plain,
    Danger,
}

impl Look {
    fn class(self) -> &'static str {
        match self {
            Look::Primary => "pf-m-primary",
            Look::Secondary => "pf-m-secondary",
            Look::Link => "pf-m-link",
            Look::Plain => "pf-m-plain",
            Look::Danger => "pf-m-danger",
        }
    }
}

#[derive(Properties, PartialEq)]
pub(crate) struct ButtonProps {
    /// The words; for [`Look::Plain`] they are told to those who cannot see the sign.
    pub(crate) label: AttrValue,
    #[prop_or_default]
    pub(crate) onclick: Callback<()>,
    #[prop_or_default]
    pub(crate) look: Look,
    #[prop_or_default]
    pub(crate) sign: Option<Sign>,
    #[prop_or_default]
    pub(crate) disabled: bool,
    #[prop_or_default]
    pub(crate) busy: bool,
    #[prop_or_default]
    pub(crate) small: bool,
    /// Shown on hovering, e.g. the key that does the same.
    #[prop_or_default]
    pub(crate) hint: Option<AttrValue>,
    #[prop_or_default]
    pub(crate) expanded: Option<bool>,
    #[prop_or_default]
    pub(crate) class: Classes,
    #[prop_or_default]
    pub(crate) node: NodeRef,
}

#[component]
pub(crate) fn Button(props: &ButtonProps) -> Html {
    let onclick = {
        let (act, busy) = (props.onclick.clone(), props.busy);
        Callback::from(move |event: MouseEvent| {
            event.stop_propagation();
            if !busy {
                act.emit(());
            }
        })
    };
    let plain = props.look == Look::Plain;
    let class = classes!(
        "pf-v6-c-button",
        props.look.class(),
        props.small.then_some("pf-m-small"),
        props.busy.then_some("tx-busy"),
        props.class.clone()
    );
    let hint = props.hint.clone().or_else(|| plain.then(|| props.label.clone()));
    html! {
        <button ref={props.node.clone()} type="button" {class} {onclick} disabled={props.disabled} title={hint}
            aria-label={plain.then(|| props.label.clone())} aria-busy={props.busy.then_some("true")}
            aria-expanded={props.expanded.map(|open| open.to_string())}>
            if let Some(sign) = props.sign {
                <span class="pf-v6-c-button__icon pf-m-start"><Icon {sign} /></span>
            }
            if !plain {
                <span class="pf-v6-c-button__text">{ props.label.clone() }</span>
            }
        </button>
    }
}
