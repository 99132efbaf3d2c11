//! A hidden value. Showing it is a deliberate act and stands in the audit.

use super::{Button, Look, Sign};
use crate::hooks::{use_command, use_toast};
use gloo::timers::callback::Timeout;
use tiexin_contract::records::{Unmask, Unmasked};
use uuid::Uuid;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(crate) struct MaskedProps {
    pub(crate) id: Uuid,
    pub(crate) field: AttrValue,
    /// The masked form, as the desk gave it.
    pub(crate) value: AttrValue,
}

/// Shown again hidden after a minute.
const IN_VIEW_MS: u32 = 60_000;

#[component]
pub(crate) fn Masked(props: &MaskedProps) -> Html {
    let seen = use_state(|| None::<String>);
    let unmask = use_command::<Unmask>();
    let toast = use_toast();
    {
        let seen = seen.clone();
        use_effect_with((*seen).clone(), move |value| {
            let timer = value.as_ref().map(|_| Timeout::new(IN_VIEW_MS, move || seen.set(None)));
            || drop(timer)
        });
    }
    {
        let error = unmask.error.clone();
        use_effect_with(error, move |error| {
            if let Some(error) = error {
                toast.bad(error);
            }
        });
    }
    let onclick = {
        let (seen, unmask, id, field) = (seen.clone(), unmask.clone(), props.id, props.field.to_string());
        Callback::from(move |()| {
            if seen.is_some() {
                seen.set(None);
                return;
            }
            let seen = seen.setter();
            unmask.run(Unmask { id, field: field.clone() }, move |Unmasked { value }| seen.set(Some(value)));
        })
    };
    let (label, sign) = match seen.is_some() {
        true => ("重新隐藏", Sign::EyeOff),
        false => ("显示完整内容（会留下查看记录）", Sign::Eye),
    };
    html! {
        <span class="tx-masked">
            <span class="tx-number">{ (*seen).clone().unwrap_or_else(|| props.value.to_string()) }</span>
            <Button {label} {sign} look={Look::Plain} small=true busy={unmask.pending} {onclick} />
        </span>
    }
}
