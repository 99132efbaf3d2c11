//! What can be taken in, said before anything is chosen.

use crate::components::{Button, Card, Look, Sign};
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(super) struct WelcomeProps {
    pub(super) can_write: bool,
    pub(super) onchoose: Callback<()>,
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
                <Button label="选择文件" look={Look::Secondary} sign={Sign::Inbox} onclick={props.onchoose.clone()} />
            } else {
                <p class="tx-muted">{ "您可以查看，但没有在这里录入的权限。" }</p>
            }
        </Card>
    }
}
