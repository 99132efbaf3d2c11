//! 同步: how desk and province stand, told in people's words, and what needs a person.

mod authority;
mod enrol;
mod scopes;
mod stick;
mod troubles;

use crate::components::{Button, Card, Look, Page, Progress, Sign, Trouble, Waiting};
use crate::hooks::{use_command, use_session, use_sync_state};
use crate::shell::in_words;
use crate::text;
pub(crate) use authority::{AUTHORITY, Authority};
use enrol::EnrolForm;
use scopes::Scopes;
pub(crate) use stick::Stick;
use tiexin_contract::sync::{SyncNow, SyncState};
use tiexin_domain::Kind;
use troubles::Troubles;
use yew::prelude::*;

#[component]
pub(crate) fn SyncPage() -> Html {
    let keeper = use_sync_state();
    let now = use_command::<SyncNow>();
    let Some(state) = keeper.state.clone() else {
        return html! { <Page title="同步"><Waiting /></Page> };
    };
    let onclick = {
        let (now, set) = (now.clone(), keeper.set.clone());
        Callback::from(move |()| {
            let set = set.clone();
            now.run(SyncNow {}, move |state| set.emit(state));
        })
    };
    let action = match state.enrolled {
        true => html! {
            <Button label="现在核对" look={Look::Primary} sign={Sign::Exchange} busy={now.pending || state.running} {onclick} />
        },
        false => Html::default(),
    };
    let needs = state.needs_person();
    html! {
        <Page title="同步" {action}>
            if let Some(error) = &now.error { <Trouble error={error.clone()} /> }
            <Standing state={(*state).clone()} />
            <Notices state={(*state).clone()} />
            if needs > 0 { <Troubles state={(*state).clone()} /> }
            if state.enrol_again {
                <EnrolForm again={state.server.clone().unwrap_or_default()} />
            } else if state.to_join {
                <EnrolForm colleague={state.server.clone().unwrap_or_default()} />
            }
            if state.enrolled {
                <div class="tx-two">
                    <Scopes state={(*state).clone()} />
                    <WaitingByKind state={(*state).clone()} />
                </div>
                <Stick />
            } else {
                <EnrolForm />
            }
        </Page>
    }
}

#[derive(Properties, PartialEq)]
struct StateProps {
    state: SyncState,
}

/// The one sentence, large, and what it means.
#[component]
fn Standing(props: &StateProps) -> Html {
    let state = &props.state;
    let today = use_session().today();
    let (sign, class, words) = in_words(state, today);
    let meaning = if !state.enrolled {
        "所有记录都加密保存在这台电脑上，可以一直这样用。请记得定期备份。".to_owned()
    } else if let Some(trouble) = &state.trouble {
        // The desk tells it as half a sentence, the province as a whole one.
        let trouble = trouble.trim_end_matches('。');
        match trouble.contains("都在本机") {
            true => format!("{trouble}，不耽误您继续登记。"),
            false => format!("{trouble}。记录都在本机，过一会儿会自己再试，不耽误您继续登记。"),
        }
    } else if state.own_listed > 0 {
        "您写的那一份还留在本机，没有丢。请在下面核对，选定以后就按选定的上传。".to_owned()
    } else if state.conflicts + state.parked > 0 {
        "这台电脑上还有别的同事写的内容没有生效，都留着，没有丢；由登记它的同事或审核人处理，不用您办。"
            .to_owned()
    } else if state.complete {
        "本机的记录省平台都有了，各乡镇的台账也取到了最新。".to_owned()
    } else if state.waiting > 0 && state.waiting == state.held_back && !state.awaited.is_empty() {
        "还没有接入省平台的同事写的，先留在本机，不会丢；本人接入后自动上交。您可以继续登记。".to_owned()
    } else if state.waiting > 0 && state.waiting == state.held_back {
        "省平台还不认识这类登记，先留在本机，不会丢；省平台升级后自动上交。您可以继续登记。".to_owned()
    } else if state.waiting > 0 {
        "没传完的都在本机，不会丢。有网络时会自己上传，您可以继续做别的。".to_owned()
    } else {
        "有网络时会自己核对。".to_owned()
    };
    html! {
        <section class={classes!("tx-standing", class)}>
            <span class="tx-standing-sign" aria-hidden="true">{ sign }</span>
            <div>
                <p class="tx-standing-words">{ words }</p>
                <p class="tx-muted">{ meaning }</p>
                if let Some((done, total)) = state.loading {
                    <Progress label="正在取回台账" {done} {total} />
                }
            </div>
        </section>
    }
}

/// How long the book opens without a line, and what somebody should see to.
#[component]
fn Notices(props: &StateProps) -> Html {
    let state = &props.state;
    let today = use_session().today();
    if state.notices.is_empty() && state.lease.is_none() {
        return Html::default();
    }
    html! {
        <div class="tx-notices">
            { for state.notices.iter().map(|words| html! {
                <p class="tx-state tx-attention"><span class="tx-state-sign" aria-hidden="true">{ "!" }</span>{ words }</p>
            }) }
            if let Some(lease) = state.lease {
                <p class={if lease.soon { "tx-state tx-attention" } else { "tx-muted" }}>
                    if lease.soon { <span class="tx-state-sign" aria-hidden="true">{ "!" }</span> }
                    { format!("不联系省平台，这台电脑还能用 {} 天（到 {}）。联系一次就会续上。",
                        lease.days_left, text::moment(lease.until, today)) }
                </p>
            }
        </div>
    }
}

#[component]
fn WaitingByKind(props: &StateProps) -> Html {
    let state = &props.state;
    html! {
        <Card title="本机待上传">
            if state.waiting == 0 {
                <p class="tx-muted">{ "没有待上传的记录。" }</p>
            } else {
                <dl class="tx-facts">
                    { for state.waiting_by_kind.iter().map(|(kind, count)| html! {
                        <><dt>{ Kind::from_code(kind).word().to_owned() }</dt><dd>{ format!("{} 条", text::count(*count)) }</dd></>
                    }) }
                </dl>
            }
            if let Some(words) = state.held_back_words() { <p class="tx-muted">{ words }</p> }
            if let Some(words) = attachments(state) { <p class="tx-muted">{ words }</p> }
        </Card>
    }
}

/// Photos and scans that are on their way, or stuck.
fn attachments(state: &SyncState) -> Option<String> {
    let told = [
        (state.attachments_up, "待上传"),
        (state.attachments_down, "待下载"),
        (state.attachments_faulty, "传不动，请在附件上查看"),
    ];
    let told = told.iter().filter(|(count, _)| *count > 0);
    let words: Vec<String> = told.map(|(count, what)| format!("{} 个{what}", text::count(*count))).collect();
    (!words.is_empty()).then(|| format!("附件：{}", words.join("，")))
}
