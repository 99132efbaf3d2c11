//! What the keys do.

use crate::components::Dialog;
use yew::prelude::*;

const KEYS: [(&str, &[(&str, &str)]); 3] = [
    (
        "到处可用",
        &[
            ("Ctrl+K", "查找：家庭、人员、走访、活动、页面"),
            ("?", "打开这张表"),
            ("Tab", "到下一处"),
            ("Esc", "关闭或返回，会先问一声"),
        ],
    ),
    (
        "填写时",
        &[
            ("Enter", "到下一栏"),
            ("Ctrl+Enter", "保存"),
            ("10.5、昨天", "日期怎么顺手怎么写"),
            ("姓名、拼音首字母、身份证尾号", "选人、选家庭"),
        ],
    ),
    (
        "列表里",
        &[
            ("↑ ↓", "上下移动"),
            ("Enter", "打开"),
            ("空格、Ctrl+单击", "选中或取消"),
            ("Shift+↑ ↓", "连续选中"),
            ("Ctrl+C", "复制，可粘贴到表格"),
            ("Home End", "到头、到尾"),
        ],
    ),
];

#[derive(Properties, PartialEq)]
pub(super) struct KeyMapProps {
    pub(super) onclose: Callback<()>,
}

#[component]
pub(super) fn KeyMap(props: &KeyMapProps) -> Html {
    html! {
        <Dialog title="快捷键" onclose={props.onclose.clone()} wide=true>
            <div class="tx-keymap">
                { for KEYS.iter().map(|(title, keys)| html! {
                    <section>
                        <h3>{ *title }</h3>
                        <dl>{ for keys.iter().map(|(key, what)| html! { <><dt><kbd>{ *key }</kbd></dt><dd>{ *what }</dd></> }) }</dl>
                    </section>
                }) }
            </div>
        </Dialog>
    }
}
