//! Which entries of the audit are wanted: by whom, what, on which days.

use crate::components::text_field::value_of;
use crate::components::{Button, Icon, Look, Sign};
use crate::hooks::{composing, use_session};
use chrono::NaiveDate;
use tiexin_contract::book::AuditWish;
use tiexin_domain::PartialDate;
use tiexin_domain::days::{between, ends};
use tiexin_domain::deed;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

#[derive(Clone, Default, PartialEq)]
struct Typed {
    person: String,
    deed: String,
    days: String,
}

impl Typed {
    /// None: the days cannot be understood.
    fn wish(&self, today: NaiveDate) -> Option<AuditWish> {
        let some = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let (from, to) = between(&self.days, today);
        let asked = from.is_some() || to.is_some() || self.days.trim().is_empty();
        asked.then(|| AuditWish {
            person: some(&self.person),
            deed: some(&self.deed),
            from: from.and_then(PartialDate::begins),
            to: to.and_then(ends),
        })
    }
}

#[derive(Properties, PartialEq)]
pub(super) struct WishBarProps {
    pub(super) wish: AuditWish,
    pub(super) onchange: Callback<AuditWish>,
}

/// Asked by Enter or the button: the region's audit comes over the line.
#[component]
pub(super) fn WishBar(props: &WishBarProps) -> Html {
    let today = use_session().today();
    let typed = use_state(Typed::default);
    let unclear = use_state(|| false);
    let ask = {
        let (unclear, onchange) = (unclear.setter(), props.onchange.clone());
        Callback::from(move |typed: Typed| {
            let wish = typed.wish(today);
            unclear.set(wish.is_none());
            wish.into_iter().for_each(|wish| onchange.emit(wish));
        })
    };
    let find = {
        let (typed, ask) = (typed.clone(), ask.clone());
        Callback::from(move |()| ask.emit((*typed).clone()))
    };
    let put = |set: fn(&mut Typed, String)| {
        let (typed, unclear) = (typed.clone(), unclear.setter());
        Callback::from(move |event: InputEvent| {
            let mut next = (*typed).clone();
            set(&mut next, value_of(&event));
            unclear.set(false);
            typed.set(next);
        })
    };
    let on_deed = {
        let (typed, ask) = (typed.clone(), ask.clone());
        Callback::from(move |event: Event| {
            let Some(select) = event.target_dyn_into::<HtmlSelectElement>() else { return };
            let next = Typed { deed: select.value(), ..(*typed).clone() };
            ask.emit(next.clone());
            typed.set(next);
        })
    };
    let onkeydown = {
        let find = find.clone();
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "Enter" && !composing(&event) {
                find.emit(());
            }
        })
    };
    let see_all = {
        let typed = typed.setter();
        Callback::from(move |()| {
            typed.set(Typed::default());
            ask.emit(Typed::default());
        })
    };
    let narrowed = props.wish != AuditWish::default();
    let in_force = |on: bool| on.then_some("tx-in-force");
    html! {
        <div class="tx-list-bar tx-wish-bar">
            <span class={classes!("tx-find", in_force(props.wish.person.is_some()))}>
                <Icon sign={Sign::Person} />
                <input type="text" value={typed.person.clone()} oninput={put(|t, text| t.person = text)} onkeydown={onkeydown.clone()}
                    placeholder="谁，如 王丽" aria-label="谁" autocomplete="off" />
            </span>
            <select class={in_force(props.wish.deed.is_some())} onchange={on_deed} aria-label="做了什么">
                <option value="" selected={typed.deed.is_empty()}>{ "做什么都列" }</option>
                { for deed::words().into_iter().map(|word| html! {
                    <option value={word} selected={typed.deed == word}>{ word }</option>
                }) }
            </select>
            <span class={classes!("tx-find", in_force(props.wish.from.is_some() || props.wish.to.is_some()))}>
                <Icon sign={Sign::Calendar} />
                <input type="text" value={typed.days.clone()} oninput={put(|t, text| t.days = text)} {onkeydown}
                    placeholder="哪几天，如 10月、10.1~10.5" aria-label="哪几天" autocomplete="off" />
            </span>
            <Button label="查找" onclick={find} />
            if narrowed { <Button label="看全部" look={Look::Link} sign={Sign::Close} small=true onclick={see_all} /> }
            if *unclear { <p class="tx-problem" role="alert">{ "这几天看不懂，可以写 10月、10.1~10.5、昨天" }</p> }
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_becomes_a_wish_and_what_is_unclear_none() {
        let today = NaiveDate::from_ymd_opt(2026, 11, 30).unwrap();
        let typed = |days: &str| Typed { person: " 王丽 ".into(), deed: String::new(), days: days.into() };
        let wish = typed("10月").wish(today).unwrap();
        assert_eq!((wish.person.as_deref(), wish.deed), (Some("王丽"), None));
        assert_eq!(
            (wish.from, wish.to),
            (NaiveDate::from_ymd_opt(2026, 10, 1), NaiveDate::from_ymd_opt(2026, 10, 31))
        );
        assert_eq!(typed("哪天").wish(today), None);
        assert_eq!(Typed::default().wish(today), Some(AuditWish::default()));
    }
}
