//! 设置: type size, password, users of this PC, the book and its audit.

mod audit;
mod book;
mod password;
mod users;

use crate::components::{Card, Page, Tab, Tabs};
use crate::hooks::{use_preferences, use_session};
use audit::Audit;
use book::Book;
use password::Password;
use patternfly_yew::prelude::Switch;
use users::Users;
use yew::prelude::*;

#[component]
pub(crate) fn SettingsPage() -> Html {
    let at = use_state(|| 0usize);
    let can_audit = use_session().can_audit();
    let mut tabs = vec![Tab::new("我的"), Tab::new("本机用户"), Tab::new("台账")];
    if can_audit {
        tabs.push(Tab::new("操作记录"));
    }
    let onchange = {
        let at = at.setter();
        Callback::from(move |chosen| at.set(chosen))
    };
    html! {
        <Page title="设置">
            <Tabs {tabs} chosen={*at} {onchange} />
            <div class="tx-settings">
                { match *at {
                    0 => html! { <><Mine /><Password /></> },
                    1 => html! { <Users /> },
                    2 => html! { <Book /> },
                    _ => html! { <Audit /> },
                } }
            </div>
        </Page>
    }
}

#[component]
fn Mine() -> Html {
    let preferences = use_preferences();
    let session = use_session();
    let large = preferences.kept.large_type;
    let onchange = Callback::from(move |large: bool| preferences.change(|kept| kept.large_type = large));
    let minutes = session.state.idle_minutes;
    html! {
        <Card title="显示">
            <p><Switch checked={large} {onchange} label="大字" aria_label="大字" /></p>
            <p class="tx-muted">{ "字大一些，行也宽一些。只影响您自己。" }</p>
            <p class="tx-muted">{ format!("离开 {minutes} 分钟会自动锁上，没写完的内容会留着，回来登录接着写。") }</p>
        </Card>
    }
}
