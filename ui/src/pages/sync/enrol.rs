//! A desk that stands alone joins the province.

use super::{AUTHORITY, Authority};
use crate::components::{Card, Foot, Form, TextField, focus_field, unplaced};
use crate::hooks::{use_command, use_session, use_sync_state, use_toast};
use crate::transport::call;
use tiexin_contract::import::FileGiven;
use tiexin_contract::sync::{Enrol, GetSync};
use yew::platform::spawn_local;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(super) struct EnrolProps {
    /// The address of the province that does not know this desk any more; empty: it joins for the first time.
    #[prop_or_default]
    pub again: AttrValue,
    /// The address of the province that this desk has joined, and this user has not; empty: no such case.
    #[prop_or_default]
    pub colleague: AttrValue,
}

#[component]
pub(super) fn EnrolForm(props: &EnrolProps) -> Html {
    let again = !props.again.is_empty();
    let colleague = !props.colleague.is_empty();
    let session = use_session();
    let sync = use_sync_state();
    let toast = use_toast();
    let enrol = use_command::<Enrol>();
    let server = use_state(|| if colleague { props.colleague.to_string() } else { props.again.to_string() });
    let code = use_state(String::new);
    let authority = use_state(|| None::<FileGiven>);
    let missing = use_state(|| None::<&'static str>);
    let node = use_node_ref();
    let onsave = {
        let (server, code, missing, node) = (server.clone(), code.clone(), missing.setter(), node.clone());
        let (enrol, set, set_sync) = (enrol.clone(), session.set.clone(), sync.set.clone());
        let authority = authority.clone();
        Callback::from(move |()| {
            let gap = [("server", server.trim()), ("code", code.trim())]
                .into_iter()
                .find(|(_, text)| text.is_empty());
            missing.set(gap.map(|(field, _)| field));
            if let Some((field, _)) = gap {
                focus_field(&node, field);
                return;
            }
            let args = Enrol {
                server: server.trim().to_owned(),
                code: code.trim().to_owned(),
                authority: (*authority).clone(),
            };
            let (set, set_sync) = (set.clone(), set_sync.clone());
            enrol.run(args, move |state| {
                toast.good(match again {
                    true => "已重新接入省平台，没传完的会接着上传",
                    false => "已接入省平台，已有的记录会陆续上传",
                });
                set.emit(state);
                let set_sync = set_sync.clone();
                spawn_local(async move {
                    if let Ok(state) = call(GetSync {}).await {
                        set_sync.emit(state);
                    }
                });
            });
        })
    };
    let typing = |into: &UseStateHandle<String>| {
        let (into, enrol, missing) = (into.setter(), enrol.clone(), missing.setter());
        Callback::from(move |text| {
            enrol.forget();
            missing.set(None);
            into.set(text);
        })
    };
    let on_authority = {
        let (authority, enrol) = (authority.setter(), enrol.clone());
        Callback::from(move |file| {
            enrol.forget();
            authority.set(file);
        })
    };
    let problem = |name: &'static str, message: &'static str| {
        enrol.about(name).or_else(|| (*missing == Some(name)).then_some(AttrValue::Static(message)))
    };
    html! {
        <Card title={if again { "重新接入省平台" } else { "接入省平台" }}>
            <p class="tx-muted">{ if again {
                "省平台上没有这台电脑的登记了。请向管理员要一个新的接入码，填在这里；本机的台账和没传完的记录原样保留，接入后接着上传。"
            } else if colleague {
                "这台电脑已经接入省平台，您本人还没有，您记下的先留在本机。请向管理员要一个发给您本人的接入码，填在这里；接入以后自动上交，一条不少。"
            } else { "县里会发给您省平台的地址和一个只能用一次的接入码。接入以后，已经记下的全部带上去，一条不少；没有网络时照样使用。" } }</p>
            <Form {node} onsave={onsave.clone()} short=true>
                <div class="tx-fields">
                    <TextField label="省平台地址" name="server" value={(*server).clone()} onchange={typing(&server)}
                        problem={problem("server", "请填写省平台的地址")} required=true placeholder="https://" />
                    <TextField label="接入码" name="code" value={(*code).clone()} onchange={typing(&code)}
                        problem={problem("code", "请填写接入码")} required=true />
                </div>
                <Authority file={(*authority).clone()} onchange={on_authority} problem={enrol.about(AUTHORITY)} />
                <Foot save="接入" {onsave} busy={enrol.pending} error={unplaced(&enrol.error, &["server", "code", AUTHORITY])} />
            </Form>
        </Card>
    }
}
