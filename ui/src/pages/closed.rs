//! The program behind a page in the browser is gone, or the page has no key to it: nothing of the book stays to be
//! read, and it is said how to go on.

use crate::components::Gate;
use crate::transport::Link;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(crate) struct ClosedProps {
    pub(crate) link: Link,
}

#[component]
pub(crate) fn ClosedPage(props: &ClosedProps) -> Html {
    let (title, words) = match props.link {
        Link::Stranger => (
            "这个页面打不开台账",
            "这个地址缺少本次打开贴心时给的那一段，或者贴心已经重新打开过。台账和保存过的内容都在本机。",
        ),
        _ => ("贴心已经关闭", "台账和保存过的内容都在本机；正在写的，重新打开以后会接着。"),
    };
    use_effect_with((), |()| {
        let document = gloo::utils::document();
        let before = document.title();
        document.set_title("贴心");
        move || document.set_title(&before)
    });
    html! {
        <Gate words="内容加密存在这台电脑上，浏览器里不留。">
            <div class="tx-gate-form" role="alert">
                <h2>{ title }</h2>
                <p>{ words }</p>
                <p>{ "接着用：重新打开贴心（用桌面图标或开始菜单，或再运行一次 tiexin-desk open），浏览器会自己打开新的页面；也可以把它给出的、以 http://127.0.0.1 开头的整行地址贴到地址栏。" }</p>
                <p class="tx-muted">{ "要多开一个页面，请在已经打开的页面里按住 Ctrl 点，或者复制地址到新标签页：原来的页面还开着，新的就打得开。" }</p>
            </div>
        </Gate>
    }
}
