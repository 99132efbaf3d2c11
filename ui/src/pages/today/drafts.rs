//! What was left unfinished: go on with it, or let it go.

use crate::components::{Button, Card, Confirm, Icon, Look, Sign, Trouble};
use crate::hooks::{use_command, use_query, use_session};
use crate::routes::{ForHousehold, Route};
use crate::text;
use tiexin_contract::drafts::{DraftKey, DraftRow, DropDraft, ListDrafts};
use yew::prelude::*;
use yew_router::prelude::*;

#[component]
pub(super) fn Drafts() -> Html {
    let today = use_session().today();
    let drafts = use_query(ListDrafts {}, &[]);
    let dropping = use_state(|| None::<DraftRow>);
    let drop_it = use_command::<DropDraft>();
    let navigator = use_navigator();
    let rows = drafts.data.as_deref().cloned().unwrap_or_default();
    if rows.is_empty() {
        return Html::default();
    }
    let go = |row: &DraftRow| {
        let (navigator, key) = (navigator.clone(), row.key.parse::<DraftKey>());
        Callback::from(move |()| {
            if let (Some(navigator), Ok(key)) = (&navigator, &key) {
                go_on(navigator, key);
            }
        })
    };
    let onno = {
        let dropping = dropping.setter();
        Callback::from(move |()| dropping.set(None))
    };
    let onyes = {
        let (dropping, drop_it, reload) = (dropping.clone(), drop_it.clone(), drafts.reload.clone());
        Callback::from(move |()| {
            let Some(row) = &*dropping else { return };
            let (dropping, reload) = (dropping.setter(), reload.clone());
            drop_it.run(DropDraft { key: row.key.clone(), only: None }, move |_| {
                dropping.set(None);
                reload.emit(());
            });
        })
    };
    html! {
        <div class="tx-drafts-card"><Card title="没写完的">
            if let Some(error) = &drop_it.error { <Trouble error={error.clone()} /> }
            <ul class="tx-soon tx-drafts">
                { for rows.iter().map(|row| {
                    let ask = {
                        let (dropping, row) = (dropping.setter(), row.clone());
                        Callback::from(move |()| dropping.set(Some(row.clone())))
                    };
                    html! {
                        <li key={row.key.clone()}>
                            <Icon sign={Sign::Pen} />
                            <span>{ &row.what }</span>
                            <strong>{ &row.about }</strong>
                            <span class="tx-muted">{ text::moment(row.saved_at, today) }</span>
                            <Button label="接着写" look={Look::Link} small=true onclick={go(row)} />
                            <Button label="不要了" look={Look::Link} small=true onclick={ask} />
                        </li>
                    }
                }) }
            </ul>
            if let Some(row) = &*dropping {
                <Confirm title="不要这份草稿了？" yes="不要了" no="留着" {onyes} {onno}>
                    <p>{ format!("“{} {}”里没保存的内容会去掉，已经保存的记录不受影响。", row.what, row.about) }</p>
                </Confirm>
            }
        </Card></div>
    }
}

/// Opens the form of a draft. Its page takes the draft up.
pub(crate) fn go_on(navigator: &Navigator, key: &DraftKey) {
    let (route, family) = match key.clone() {
        DraftKey::Of { kind, id } if kind == "visit" => (Route::VisitEdit { id }, None),
        DraftKey::Of { kind, id } => (Route::RecordEdit { kind, id }, None),
        DraftKey::New { kind, .. } if kind == DraftKey::FAMILY => (Route::FamilyNew, None),
        DraftKey::New { kind, family } => (Route::to_make(&kind), family),
    };
    match family {
        // The query is a plain struct of one id: it can always be written.
        Some(family) => drop(navigator.push_with_query(&route, &ForHousehold::of(family))),
        None => navigator.push(&route),
    }
}
