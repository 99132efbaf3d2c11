//! The certificate of a province's own authority. Few provinces need it: it is folded away until something is wrong
//! with certificates.

use crate::components::{FileField, Fold, focus_field};
use crate::transport::CERTIFICATES;
use gloo::timers::callback::Timeout;
use tiexin_contract::import::FileGiven;
use yew::prelude::*;

/// The field by which the desk tells what is wrong with it.
pub(crate) const AUTHORITY: &str = "authority";

#[derive(Properties, PartialEq)]
pub(crate) struct AuthorityProps {
    pub(crate) file: Option<FileGiven>,
    pub(crate) onchange: Callback<Option<FileGiven>>,
    pub(crate) problem: Option<AttrValue>,
}

#[component]
pub(crate) fn Authority(props: &AuthorityProps) -> Html {
    let node = use_node_ref();
    {
        let node = node.clone();
        use_effect_with(props.problem.clone(), move |problem| {
            // What was folded is painted first.
            let focus = problem.is_some().then(|| {
                Timeout::new(0, move || {
                    focus_field(&node, AUTHORITY);
                })
            });
            || drop(focus)
        });
    }
    html! {
        <div ref={node}>
            <Fold title="更多" lead="省平台用自己的证书时" open={props.problem.is_some()}>
                <FileField label="省平台的证书文件" name={AUTHORITY} choose="选择证书文件" filter={CERTIFICATES} file={props.file.clone()}
                    onchange={props.onchange.clone()} problem={props.problem.clone()}
                    hint="管理员给了 ca.crt 的才要选，没有给就不用管" />
            </Fold>
        </div>
    }
}
