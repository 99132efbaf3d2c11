//! 设置: type size, password, users of this PC, the book and its audit, the desks of the region, the program.

mod audit;
mod audit_wish;
mod book;
mod devices;
mod machine;
mod password;
mod program;
mod users;

use crate::components::{Card, Page, Switch, Tab, Tabs, use_tab};
use crate::hooks::{use_asked, use_preferences, use_session};
use crate::routes::AskPart;
use audit::Audit;
use book::Book;
use devices::Devices;
use password::Password;
use program::Program;
use users::Users;
use yew::prelude::*;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Mine,
    Users,
    Book,
    Devices,
    Audit,
    Program,
}

#[component]
pub(crate) fn SettingsPage() -> Html {
    let (at, onchange) = use_tab();
    let session = use_session();
    let can_devices = session.me().is_some_and(|me| me.can_devices);
    let mut shown = vec![("我的", Part::Mine), ("本机用户", Part::Users), (AskPart::BOOK, Part::Book)];
    if can_devices {
        shown.push(("辖区电脑", Part::Devices));
    }
    if session.can_audit() {
        shown.push(("操作记录", Part::Audit));
    }
    shown.push(("程序", Part::Program));
    let asked = use_asked::<AskPart>();
    let place =
        asked.as_ref().and_then(|asked| shown.iter().position(|(label, _)| *label == asked.what.part));
    {
        let turn = onchange.clone();
        // Asked for again on another tab, it turns again.
        use_effect_with((place, asked), move |(place, _)| {
            if let Some(place) = *place {
                turn.emit(place);
            }
        });
    }
    let tabs: Vec<Tab> = shown.iter().map(|(label, _)| Tab::new(*label)).collect();
    html! {
        <Page title="设置">
            <Tabs {tabs} chosen={at} {onchange} />
            <div class="tx-settings">
                { match shown.get(at).map_or(Part::Mine, |(_, part)| *part) {
                    Part::Mine => html! { <><Mine /><Password /></> },
                    Part::Users => html! { <Users /> },
                    Part::Book => html! { <Book /> },
                    Part::Devices => html! { <Devices /> },
                    Part::Audit => html! { <Audit /> },
                    Part::Program => html! { <Program /> },
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
            <p><Switch checked={large} {onchange} label="大字" /></p>
            <p class="tx-muted">{ "字大一些，行也宽一些。只影响您自己。" }</p>
            <p class="tx-muted">{ format!("离开 {minutes} 分钟会自动锁上，没写完的内容会留着，回来登录接着写。要走开时可以自己锁：按 Ctrl+L，或在右上角姓名下选“锁定”。") }</p>
        </Card>
    }
}
