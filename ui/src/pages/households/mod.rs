//! 家庭台账: special families, all families, their people, and who looks after them. A list never tells the loss.

use crate::components::{Button, Confirm, Look, Page, Sign, Tab, Tabs};
use crate::hooks::{Note, Toasts, Tone, use_region, use_session};
use crate::record::{Noun, RecordList, use_list_tab};
use crate::routes::{NewFamily, Route};
use crate::transport::hand_over;
use tiexin_contract::family::ExportFamilies;
use yew::platform::spawn_local;
use yew::prelude::*;
use yew_router::prelude::*;

pub(crate) static HOUSEHOLD: Noun = Noun { kind: "household", sign: Sign::Home };

pub(crate) static SUPPORT_FILE: Noun = Noun { kind: "support_file", sign: Sign::Heart };

pub(crate) static PERSON: Noun = Noun { kind: "person", sign: Sign::Person };

pub(crate) static CONTACT_PAIR: Noun = Noun { kind: "contact_pair", sign: Sign::People };

/// What the tab of all families says.
pub(crate) const ALL_FAMILIES: &str = "全部家庭";

/// The lists of the page, and what their tabs say.
const TABS: [(&Noun, &str); 4] = [
    (&SUPPORT_FILE, "特殊家庭"),
    (&HOUSEHOLD, ALL_FAMILIES),
    (&PERSON, "人员"),
    (&CONTACT_PAIR, "双岗联系人"),
];

#[component]
pub(crate) fn FamiliesPage() -> Html {
    let (at, onchange) = use_list_tab("families tab", &TABS.map(|(noun, _)| noun));
    let navigator = use_navigator();
    let can_write = use_session().can_write();
    let go = |to: Route| {
        let navigator = navigator.clone();
        Callback::from(move |()| {
            if let Some(navigator) = &navigator {
                navigator.push(&to);
            }
        })
    };
    let register = {
        let (navigator, special) = (navigator.clone(), at == 0);
        Callback::from(move |()| {
            if let Some(navigator) = &navigator {
                // The query is a plain struct: it can always be written.
                let _ = navigator.push_with_query(&Route::FamilyNew, &NewFamily { special });
            }
        })
    };
    let action = html! {
        <>
            <Button label="可能重复" look={Look::Link} onclick={go(Route::Duplicates)} />
            if can_write && at == 0 { <RegisterForPrint /> }
            if can_write {
                <Button label="登记家庭" look={Look::Primary} sign={Sign::Plus} onclick={register} />
            }
        </>
    };
    let (noun, _) = TABS[at];
    let tabs: Vec<Tab> = TABS.iter().map(|(_, name)| Tab::new(*name)).collect();
    html! {
        <Page title="家庭台账" {action} full=true>
            <Tabs {tabs} chosen={at} {onchange} />
            <RecordList key={noun.kind} {noun} />
        </Page>
    }
}

/// 名册: the whole table with spouse, address and phone, for print. Whole numbers leave the book: that is said first.
#[component]
fn RegisterForPrint() -> Html {
    let asking = use_state(|| false);
    let region = use_region();
    let turn = |to: bool| {
        let asking = asking.setter();
        Callback::from(move |()| asking.set(to))
    };
    let onyes = {
        let (close, region) = (turn(false), region.code());
        Callback::from(move |()| {
            close.emit(());
            let region = region.clone();
            spawn_local(async move {
                let made = hand_over("导出名册", "特殊家庭名册.xlsx", |path| ExportFamilies {
                    region,
                    path,
                })
                .await;
                match made {
                    Ok(Some(made)) => {
                        Toasts.say(Note {
                            tone: Tone::Good,
                            text: format!("已导出：{}", made.path.unwrap_or(made.name)).into(),
                            action: None,
                        });
                    }
                    Ok(None) => {}
                    Err(cause) => Toasts.bad(&cause),
                }
            });
        })
    };
    html! {
        <>
            <Button label="名册（打印）" look={Look::Link} sign={Sign::Export} onclick={turn(true)} />
            if *asking {
                <Confirm title="导出特殊家庭名册？" yes="导出" {onyes} onno={turn(false)}>
                    <p>{ format!("{}在册的特殊家庭，一户一行：户主、配偶、住址、电话、双岗联系人、最近走访，按A4横向排好。", region.name.name) }</p>
                    <p>{ "电话是完整的，会记入操作记录；请妥善保管，用完收好。" }</p>
                </Confirm>
            }
        </>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::nouns_of;
    use tiexin_domain::shape::Home;

    #[test]
    fn every_kind_that_stands_here_has_its_list() {
        for noun in nouns_of(Home::Families) {
            assert!(TABS.iter().any(|(tab, _)| tab.kind == noun.kind), "{}", noun.kind);
        }
    }

    /// Two of them are called by what stands in the list, the others as everywhere.
    #[test]
    fn every_tab_has_a_name_of_its_own() {
        for (at, (noun, name)) in TABS.iter().enumerate() {
            let told = tiexin_domain::Kind::from_code(noun.kind).label() == *name;
            assert_eq!(told, !["support_file", "household"].contains(&noun.kind), "{name}");
            assert!(TABS[..at].iter().all(|(_, other)| other != name), "{name} twice");
        }
    }
}
