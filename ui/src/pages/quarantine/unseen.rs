//! What one recorded and nothing shows, for its family was void when it came in.

use crate::components::{Card, Tag};
use crate::routes::Route;
use tiexin_contract::quarantine::Unseen;
use tiexin_domain::Kind;
use yew::prelude::*;
use yew_router::prelude::*;

#[derive(Properties, PartialEq)]
pub(super) struct UnseenListProps {
    pub(super) unseen: Vec<Unseen>,
}

#[component]
pub(super) fn UnseenList(props: &UnseenListProps) -> Html {
    if props.unseen.is_empty() {
        return Html::default();
    }
    html! {
        <Card title="现在看不到的">
            <ul class="tx-answers">
                { for props.unseen.iter().map(|one| html! {
                    <li key={one.record.to_string()}>
                        <Tag text={Kind::from_code(&one.kind).word().to_owned()} />
                        <Link<Route> to={Route::of_record(&one.kind, one.record, None)}>{ &one.title }</Link<Route>>
                        <span>{ &one.message }</span>
                    </li>
                }) }
            </ul>
        </Card>
    }
}
