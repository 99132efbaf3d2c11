//! What a preview found, file by file.

use super::findings::Findings;
use super::mapping::Columns;
use crate::components::{Button, Card, Look, Sign, Tab, Tabs};
use crate::hooks::use_toast;
use crate::transport::hand_over;
use std::rc::Rc;
use tiexin_contract::import::{ColumnChoice, FilePlan, ImportPlan, MarkedCopy};
use yew::platform::spawn_local;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(super) struct PlanViewProps {
    pub(super) plan: Rc<ImportPlan>,
    pub(super) onchoose: Callback<ColumnChoice>,
    pub(super) onanother: Callback<()>,
}

#[component]
pub(super) fn PlanView(props: &PlanViewProps) -> Html {
    html! {
        <>
            { for props.plan.files.iter().map(|file| html! {
                <FileView key={file.file.clone()} plan={props.plan.clone()} file={file.clone()} onchoose={props.onchoose.clone()} />
            }) }
            <Button label="换别的文件" look={Look::Link} onclick={props.onanother.clone()} />
        </>
    }
}

#[derive(Properties, PartialEq)]
struct FileViewProps {
    plan: Rc<ImportPlan>,
    file: FilePlan,
    onchoose: Callback<ColumnChoice>,
}

#[component]
fn FileView(props: &FileViewProps) -> Html {
    let file = &props.file;
    let toast = use_toast();
    let tab = use_state(|| 0usize);
    let mark = {
        let (plan, file) = (props.plan.plan, file.file.clone());
        Callback::from(move |()| {
            let file = file.clone();
            spawn_local(async move {
                let stem = file.rsplit_once('.').map_or(file.as_str(), |(stem, _)| stem).to_owned();
                let name = format!("{stem}-标注.xlsx");
                let made = hand_over("导出标注表", &name, |path| MarkedCopy { plan, file, path });
                match made.await {
                    Ok(Some(made)) => toast.good(format!("已导出：{}", made.name)),
                    Ok(None) => {}
                    Err(error) => toast.bad(&error),
                }
            });
        })
    };
    if let Some(why) = &file.refused_file {
        return html! {
            <Card title={file.file.clone()}>
                <p class="tx-import-refused">{ why }</p>
            </Card>
        };
    }
    let kind = file.kind_label.clone().unwrap_or_default();
    let aside = html! {
        if !file.findings.is_empty() {
            <Button label="导出标注表" look={Look::Link} small=true sign={Sign::Export} onclick={mark} />
        }
    };
    let onpick = {
        let tab = tab.clone();
        Callback::from(move |chosen: usize| tab.set(chosen))
    };
    html! {
        <Card title={format!("{} · {kind}", file.file)} {aside}>
            <div class="tx-import-numbers">
                { number(file.taken, "行可以导入", "good") }
                { number(file.refused, "行要先改", if file.refused > 0 { "bad" } else { "plain" }) }
                { number(file.findings.iter().filter(|f| !f.refused).count() as u64, "处待补", "plain") }
                if file.unchanged > 0 { { number(file.unchanged, "行已经有了", "plain") } }
            </div>
            <Tabs chosen={*tab} onchange={onpick} tabs={vec![
                Tab { label: "要看的".into(), count: Some(file.findings.len() as u64) },
                Tab::new("认出的列"),
            ]} />
            if *tab == 0 {
                <Findings findings={file.findings.clone()} />
            } else {
                <Columns plan={props.plan.clone()} sheets={file.sheets.clone()} onchoose={props.onchoose.clone()} />
            }
        </Card>
    }
}

fn number(count: u64, words: &'static str, tone: &'static str) -> Html {
    html! {
        <div class={classes!("tx-import-number", format!("tx-import-{tone}"))}>
            <strong>{ crate::text::count(count) }</strong>
            <span>{ words }</span>
        </div>
    }
}
