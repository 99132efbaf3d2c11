//! Leaving a form, and taking up one that was left.

use crate::components::{Button, ConfirmLeave, Icon, Look, Page, Sign};
use crate::hooks::Draft;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(crate) struct ResumedProps {
    /// The form goes on with a draft; otherwise the record was changed meanwhile.
    #[prop_or(true)]
    pub(crate) draft: bool,
    /// 从头填写
    pub(crate) onfresh: Callback<()>,
}

/// Says that the form holds something unsaved, and offers to begin anew.
#[component]
pub(crate) fn Resumed(props: &ResumedProps) -> Html {
    html! {
        <p class="tx-again">
            <Icon sign={Sign::Undo} />{ if props.draft { "已接着上次没保存的内容。" } else { "您写的都还在。" } }
            <Button label="从头填写" look={Look::Link} small=true onclick={props.onfresh.clone()} />
        </p>
    }
}

#[derive(Properties)]
pub(crate) struct LeavingProps {
    pub(crate) open: bool,
    /// Stays in the form: closes the question.
    pub(crate) onstay: Callback<()>,
    pub(crate) draft: Draft,
    pub(crate) leave: Callback<()>,
}

impl PartialEq for LeavingProps {
    fn eq(&self, other: &Self) -> bool {
        (self.open, &self.onstay, &self.leave) == (other.open, &other.onstay, &other.leave)
    }
}

/// Asks before a form with unsaved work is left.
#[component]
pub(crate) fn Leaving(props: &LeavingProps) -> Html {
    if !props.open {
        return Html::default();
    }
    let ondrop = {
        let (draft, leave) = (props.draft.clone(), props.leave.clone());
        Callback::from(move |()| {
            draft.drop_it();
            leave.emit(());
        })
    };
    html! { <ConfirmLeave onkeep={props.leave.clone()} {ondrop} onstay={props.onstay.clone()} /> }
}

#[derive(Properties, PartialEq)]
pub(crate) struct MayNotProps {
    pub(crate) title: AttrValue,
}

/// In the place of a form, for those who could not save it.
#[component]
pub(crate) fn MayNot(props: &MayNotProps) -> Html {
    html! {
        <Page title={props.title.clone()}>
            <p class="tx-muted">{ "您的账号可以查看，不能登记或修改。需要的话请联系管理员授权。" }</p>
        </Page>
    }
}
