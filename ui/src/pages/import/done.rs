//! What an import has done.

use super::notices::Notices;
use super::tally::Tally;
use crate::components::{Button, Card, Look};
use std::rc::Rc;
use tiexin_contract::import::ImportDone;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(super) struct FinishedProps {
    pub(super) done: Rc<ImportDone>,
    pub(super) onanother: Callback<()>,
}

#[component]
pub(super) fn Finished(props: &FinishedProps) -> Html {
    let read: Vec<_> = props.done.files.iter().filter(|file| file.kind.is_some()).collect();
    let tally = Tally::of(read.iter().copied(), |change| change.taken);
    html! {
        <Card title="导入完成" class="tx-import-done">
            <p class="tx-import-sum" role="status">{ tally.told() }</p>
            if read.len() > 1 {
                <ul class="tx-import-files">
                    { for read.iter().map(|file| html! {
                        <li><strong>{ &file.file }</strong><span>{ Tally::of([*file], |change| change.taken).told() }</span></li>
                    }) }
                </ul>
            }
            // What was passed over is not in the numbers above.
            <Notices notices={read.iter().flat_map(|file| file.notices.clone()).collect::<Vec<_>>()} />
            if props.done.records == 0 {
                <p>{ "本机的台账没有改动。" }</p>
            } else if tally.kept > 0 {
                <p class="tx-muted">{ "保留本机的地方没有改动；以后想改用台账的，把这份文件再导一次，打上勾就行。" }</p>
            }
            <Button label="继续导入" look={Look::Link} onclick={props.onanother.clone()} />
        </Card>
    }
}
