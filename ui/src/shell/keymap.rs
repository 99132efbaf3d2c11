//! What the keys do.

use crate::components::Dialog;
use yew::prelude::*;

/// Every key that any page hears; `cargo xtask tidy` compares.
const KEYS: [(&str, &[(&str, &str)]); 5] = [
    (
        "到处可用",
        &[
            ("Ctrl+K", "查找：家庭、人员、走访、活动、页面"),
            ("Ctrl+N", "登记一条：按数字选，或 ↑ ↓ 和 Enter；浏览器里点左下的“登记一条”"),
            ("Ctrl+L", "锁定：页面都留着，输密码接着用"),
            ("?", "打开这张表；中文输入法的 ？ 也行"),
            ("Tab", "到下一处；Shift+Tab 回上一处"),
            ("Esc", "关闭或返回，会先问一声"),
            ("← →", "换标签页"),
            ("Ctrl+单击", "在浏览器里用时：另开一个标签页"),
        ],
    ),
    (
        "填写时",
        &[
            ("Enter", "到下一栏"),
            ("Ctrl+Enter", "保存"),
            ("Ctrl+Shift+Enter", "保存走访并再记一户"),
            ("10.5、昨天", "日期怎么顺手怎么写；Alt+↓ 打开月历"),
            ("姓名、拼音首字母、身份证尾号", "选人、选家庭；↑ ↓ 移动，Enter 选定"),
            ("名称、拼音", "选村（社区）；“按层级选”里 ← → 是上一级、下一级"),
            ("退格", "去掉最后一个标签"),
        ],
    ),
    (
        "列表里",
        &[
            ("↑ ↓", "上下移动"),
            ("PageUp PageDown", "上一屏、下一屏"),
            ("Home End", "到头、到尾"),
            ("Enter", "打开"),
            ("空格、Ctrl+单击", "选中或取消"),
            ("Shift+↑ ↓", "连续选中"),
            ("Ctrl+A", "全部选中"),
            ("Ctrl+C", "复制，可粘贴到表格"),
            ("Esc", "都不选了；收回列的筛选"),
        ],
    ),
    ("选文件夹时", &[("↑ ↓ Home End", "上下移动"), ("Enter", "打开文件夹"), ("← 退格", "返回上一级")]),
    ("照片和报表", &[("← →", "换一张照片"), ("Esc", "关闭照片，关闭数字背后的记录")]),
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
