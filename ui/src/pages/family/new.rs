//! Registering a family: the household, its people, its file and its contacts as one group.

use crate::components::{Foot, Form, Page, Waiting};
use crate::hooks::{
    Draft, use_command, use_day_turned, use_draft, use_held, use_region, use_session, use_toast, use_told,
};
use crate::record::{Change, Leaving, MayNot, Resumed, all_fields};
use crate::routes::{NewFamily, Route};
use serde_json::Value;
use tiexin_contract::drafts::DraftKey;
use tiexin_contract::family::RegisterFamily;
use tiexin_contract::records::Saved;
use tiexin_forms::dated::{dates, settle_typed};
use tiexin_forms::drafts::Kept;
use tiexin_forms::{Beginning, Today, Typed, family, fresh};
use yew::prelude::*;
use yew_router::prelude::*;

#[component]
pub(crate) fn NewFamilyPage() -> Html {
    let session = use_session();
    let draft = use_draft(DraftKey::New { kind: DraftKey::FAMILY.into(), family: None }.to_string());
    if !session.can_write() {
        return html! { <MayNot title="登记家庭" /> };
    }
    let Some(kept) = draft.kept.clone() else {
        return html! { <Page title="登记家庭"><Waiting /></Page> };
    };
    let kept = kept.as_deref().and_then(Kept::read);
    let kept = kept.map(|kept| kept.settled(&dates(&family::fields()), session.day()));
    let kept = kept.map(|kept| family::renamed(kept.typed.into_iter().collect()));
    let (turn, lost) = (draft.turn, draft.told());
    html! { <>{ lost }<Filling key={turn} {kept} {draft} /></> }
}

#[derive(Properties)]
struct FillingProps {
    kept: Option<Typed>,
    draft: Draft,
}

impl PartialEq for FillingProps {
    fn eq(&self, other: &Self) -> bool {
        self.kept == other.kept
    }
}

fn to_draft(typed: &Typed, today: Today) -> Value {
    Kept { typed: typed.clone().into_iter().collect(), seen: None, day: today.known() }.to_value()
}

#[component]
fn Filling(props: &FillingProps) -> Html {
    let (session, region, toast) = (use_session(), use_region(), use_toast());
    let navigator = use_navigator();
    let node = use_node_ref();
    let save = use_command::<RegisterFamily>();
    let today = session.day();
    // Whoever comes from the special families registers one of them.
    let special = use_location().and_then(|at| at.query::<NewFamily>().ok()).is_some_and(|new| new.special);
    let begun = use_memo((), |()| {
        let me = session.me().map(|me| me.user.display_name.clone()).unwrap_or_default();
        let region = region.code();
        let mut begun = fresh(&family::fields(), &Beginning { today, region: region.as_str(), me: &me });
        begun.extend(special.then(|| (family::SPECIAL.to_owned(), Value::Bool(true))));
        begun
    });
    let held = use_held(|| props.kept.clone().unwrap_or_else(|| (*begun).clone()));
    {
        let (held, begun) = (held.clone(), begun.clone());
        use_day_turned(move |then, today| {
            if *held.get() != *begun {
                held.edit(|typed| settle_typed(&dates(&family::fields()), typed, then, today));
            }
        });
    }
    let typed = held.get().clone();
    let fields = family::shown(&typed);
    let names: Vec<&str> = fields.iter().map(|field| field.name).collect();
    let telling = use_told(family::place, save.error.clone(), &names);
    let change: Change = {
        let (held, telling, draft, begun) =
            (held.clone(), telling.clone(), props.draft.clone(), begun.clone());
        Callback::from(move |changes: Vec<(String, Value)>| {
            telling.mended(changes.iter().map(|(name, _)| name.clone()).collect());
            held.edit(|typed| typed.extend(changes));
            let typed = held.get();
            if *typed == *begun { draft.drop_it() } else { draft.keep(to_draft(&typed, today)) }
        })
    };
    let onsave = {
        let (held, telling, save) = (held.clone(), telling.clone(), save.clone());
        let (draft, navigator) = (props.draft.clone(), navigator.clone());
        Callback::from(move |()| match family::family(&held.get(), today) {
            Err(problems) => telling.refuse(problems),
            Ok(family) => {
                let (draft, navigator) = (draft.clone(), navigator.clone());
                save.run(family, move |Saved { id, .. }| {
                    draft.drop_it();
                    toast.good("已保存在本机");
                    if let Some(navigator) = &navigator {
                        navigator.replace(&Route::Family { id });
                    }
                });
            }
        })
    };
    let leave = Callback::from(move |()| {
        if let Some(navigator) = &navigator {
            navigator.back();
        }
    });
    let leaving = use_state(|| false);
    let dirty = typed != *begun;
    let oncancel = {
        let (leaving, leave) = (leaving.setter(), leave.clone());
        Callback::from(move |()| if dirty { leaving.set(true) } else { leave.emit(()) })
    };
    let onfresh = {
        let (draft, held, begun, telling) =
            (props.draft.clone(), held.clone(), begun.clone(), telling.clone());
        Callback::from(move |()| {
            draft.drop_it();
            telling.forget();
            held.edit(|typed| *typed = (*begun).clone());
        })
    };
    let onstay = {
        let leaving = leaving.setter();
        Callback::from(move |()| leaving.set(false))
    };
    html! {
        <Page title="登记家庭">
            <Form {node} onsave={onsave.clone()} oncancel={oncancel.clone()} telling={telling.clone()}>
                if props.kept.is_some() && dirty { <Resumed {onfresh} /> }
                { all_fields(&fields, &typed, &telling.told, &[], &change, false) }
                <Foot {onsave} {oncancel} busy={save.pending} />
                <Leaving open={*leaving} {onstay} draft={props.draft.clone()} {leave} />
            </Form>
        </Page>
    }
}
