//! What can be taken in, said before anything is chosen.

use crate::components::{Button, Card, Look, Sign};
use crate::pages::NOUNS;
use crate::record::TemplateButton;
use wasm_bindgen::JsCast;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(super) struct WelcomeProps {
    pub(super) can_write: bool,
    pub(super) onchoose: Callback<()>,
    /// The kind of record of which the sheets are lists; none: the ledgers are recognised.
    pub(super) kind: Option<String>,
    pub(super) onkind: Callback<Option<String>>,
}

/// What the sheets are lists of, and an empty sheet of it to be filled in.
fn of_what(props: &WelcomeProps) -> Html {
    let onchange = props.onkind.reform(|event: Event| {
        let select = event.target().and_then(|target| target.dyn_into::<HtmlSelectElement>().ok());
        select.map(|select| select.value()).filter(|chosen| !chosen.is_empty())
    });
    let chosen = props.kind.as_deref().unwrap_or_default();
    let noun = NOUNS.iter().find(|noun| noun.kind == chosen);
    html! {
        <>
            <label for="import-kind">{ "别的名单，请说是哪一类：" }</label>
            <span class="pf-v6-c-form-control">
                <select id="import-kind" {onchange}>
                    <option value="" selected={chosen.is_empty()}>{ "自动认（上面四种台账和贴心的模板）" }</option>
                    { for NOUNS.iter().map(|noun| html! {
                        <option value={noun.kind} selected={noun.kind == chosen}>{ noun.label() }</option>
                    }) }
                </select>
                <span class="tx-select-arrow" aria-hidden="true" />
            </span>
            if let Some(noun) = noun { <TemplateButton kind={noun.kind} label={noun.label()} /> }
        </>
    }
}

#[component]
pub(super) fn Welcome(props: &WelcomeProps) -> Html {
    const KINDS: [(&str, &str); 4] = [
        ("特殊家庭台账", "男方、女方、身份证、信息编码、联系人……"),
        ("会员花名册", "姓名、性别、身份证、会员类型、服务对象……"),
        ("走访慰问记录", "一个村一张表也行，后面跟需求调查、理赔、心理服务"),
        ("活动表", "活动名称、项目、时间、参加人数……"),
    ];
    html! {
        <Card class="tx-import-welcome">
            <p>{ "办公室原来的台账可以直接拿来用：xlsx、xls、csv、ods 和网页表格都行，表头不用改，几个文件可以一起选。" }</p>
            <p>{ "在 Excel 里改过的台账可以再导：补上本机空缺的，列出与本机不一致的，由您逐处选定；原样的不会重复。" }</p>
            <ul class="tx-import-kinds">
                { for KINDS.iter().map(|(name, hint)| html! {
                    <li><strong>{ *name }</strong><span class="tx-muted">{ *hint }</span></li>
                }) }
            </ul>
            if props.can_write {
                <div class="tx-import-of-what">
                    <Button label="选择文件" look={Look::Secondary} sign={Sign::Inbox} onclick={props.onchoose.clone()} />
                    { of_what(props) }
                </div>
            } else {
                <p class="tx-muted">{ "您可以查看，但没有在这里录入的权限。" }</p>
            }
        </Card>
    }
}
