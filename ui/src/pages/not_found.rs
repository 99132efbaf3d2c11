//! An address that leads nowhere.

use crate::components::{Button, Empty, Look, Page, Sign};
use crate::routes::Route;
use yew::prelude::*;
use yew_router::prelude::*;

#[component]
pub(crate) fn NotFound() -> Html {
    let navigator = use_navigator();
    let home = Callback::from(move |()| {
        if let Some(navigator) = &navigator {
            navigator.push(&Route::Today);
        }
    });
    let action = html! { <Button label="回到今日" look={Look::Primary} onclick={home} /> };
    html! {
        <Page title="没有这一页">
            <Empty title="这里没有内容" sign={Sign::Search} {action}>{ "地址可能写错了，或者这条记录不在您负责的地区里。" }</Empty>
        </Page>
    }
}
