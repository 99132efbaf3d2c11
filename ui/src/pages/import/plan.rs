//! What a preview found, file by file.

use super::again::Again;
use super::changes::Beside;
use super::findings::Findings;
use super::mapping::Columns;
use super::notices::Notices;
use super::share::Share;
use super::tally::{Adopted, Tally, Tick};
use crate::components::{Button, Card, Look, Sign, Tab, Tabs, use_tab};
use crate::hooks::use_toast;
use crate::text::count;
use crate::transport::hand_over;
use std::rc::Rc;
use tiexin_contract::import::{CellMended, ColumnChoice, FilePlan, FindingRow, ImportPlan, MarkedCopy};
use uuid::Uuid;
use yew::platform::spawn_local;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(super) struct PlanViewProps {
    pub(super) plan: Rc<ImportPlan>,
    /// Under which cells are mended.
    pub(super) job: Uuid,
    /// It is planned anew just now: nothing else is mended meanwhile.
    pub(super) again: bool,
    pub(super) adopted: Rc<Adopted>,
    pub(super) ontick: Callback<Tick>,
    pub(super) onchoose: Callback<ColumnChoice>,
    pub(super) onmend: Callback<CellMended>,
    pub(super) onanother: Callback<()>,
}

#[component]
pub(super) fn PlanView(props: &PlanViewProps) -> Html {
    let tally = Tally::of(&props.plan.files, |change| props.adopted.0.contains(&change.number));
    let nothing = tally.button().is_none() && props.plan.files.iter().any(|file| file.kind.is_some());
    html! {
        <div class="tx-import-plan">
            <Again job={props.job} />
            if props.plan.files.iter().filter(|file| file.kind.is_some()).count() > 1 {
                <p class="tx-muted">{ "这几份文件一起导入，算一批：以后撤销也是一起撤销。要分开撤销的，请一份一份地导。" }</p>
            }
            if nothing { <p class="tx-import-nothing" role="status">{ why_nothing(&tally, left_out(&props.plan.files)) }</p> }
            { for props.plan.files.iter().enumerate().map(|(at, file)| html! {
                <FileView key={file.file.clone()} plan={props.plan.clone()} {at} again={props.again} adopted={props.adopted.clone()}
                    ontick={props.ontick.clone()} onchoose={props.onchoose.clone()} onmend={props.onmend.clone()} />
            }) }
            <Button label="换别的文件" look={Look::Link} disabled={props.again} onclick={props.onanother.clone()} />
        </div>
    }
}

/// Why there is no button that imports. `left_out`: something of the files was not read.
fn why_nothing(tally: &Tally, left_out: bool) -> &'static str {
    match (tally.kept, tally.unchanged, tally.refused) {
        (1.., _, 0) => {
            "台账里没有新的内容，只有与本机不一致的地方。要用台账的，请在下面打勾；不打勾就不用导入。"
        }
        (1.., _, _) => {
            "有与本机不一致的地方：要用台账的，请在下面打勾。还有退回的行，请照下面的提示改好再导。"
        }
        (0, 1.., 0) if left_out => "读到的行本机都已经有了；没有读的部分见下面的说明。",
        (0, 1.., 0) => "这些行本机都已经有了，内容也一样，不用再导入。",
        (0, 1.., _) => "读到的行里一部分本机已经有了，其余的退回了：请照下面的提示改好，再导一次。",
        (0, 0, _) => "没有可以导入的行。请照下面的提示改：能在这里改的直接改，不能的改好台账再选一次文件。",
    }
}

/// Whether a file, a sheet of it or some of its cells were not read.
fn left_out(files: &[FilePlan]) -> bool {
    const UNREAD: [&str; 5] =
        ["hidden_sheet", "sheet_passed_over", "month_columns", "family_card", "masked_cells"];
    let unread = |file: &FilePlan| file.notices.iter().any(|told| UNREAD.contains(&told.code.as_str()));
    files.iter().any(|file| file.refused_file.is_some() || unread(file))
}

#[derive(Properties, PartialEq)]
struct FileViewProps {
    plan: Rc<ImportPlan>,
    /// Which of its files.
    at: usize,
    again: bool,
    adopted: Rc<Adopted>,
    ontick: Callback<Tick>,
    onchoose: Callback<ColumnChoice>,
    onmend: Callback<CellMended>,
}

#[derive(Clone, Copy, PartialEq)]
enum Face {
    Beside,
    Findings,
    Columns,
}

#[component]
fn FileView(props: &FileViewProps) -> Html {
    let file = &props.plan.files[props.at];
    let mark = use_marked_copy(&props.plan, file);
    let (tab, onpick) = use_tab();
    if let Some(why) = &file.refused_file {
        return html! {
            <Card title={file.file.clone()}>
                <p class="tx-import-refused">{ why }</p>
            </Card>
        };
    }
    let tally = Tally::of([file], |change| props.adopted.0.contains(&change.number));
    let (faces, tabs) = faces(file);
    let face = faces[tab.min(faces.len() - 1)];
    let onmend = {
        let name = file.file.clone();
        props.onmend.reform(move |(finding, text): (FindingRow, String)| CellMended {
            file: name.clone(),
            sheet: finding.sheet,
            row: finding.row,
            letter: finding.letter,
            text,
        })
    };
    let kind = file.kind_label.clone().unwrap_or_default();
    let aside = html! {
        if !file.findings.is_empty() {
            <Button label="导出标注表" look={Look::Link} small=true sign={Sign::Export} onclick={mark} />
        }
    };
    html! {
        <Card title={format!("{} · {kind}", file.file)} {aside}>
            <Notices notices={file.notices.clone()} />
            if file.mended > 0 {
                <p class="tx-muted" role="status">{ format!("在这里改过 {} 格，已按改过的重新核对；文件本身没有改，下次再导这份文件还会提示。", count(file.mended)) }</p>
            }
            <Share {tally} />
            if file.passed_over > 0 {
                <p class="tx-muted">{ format!("另有 {} 行不是数据（示例、合计、标题、签字），没有导入。", count(file.passed_over)) }</p>
            }
            <Tabs chosen={tab} onchange={onpick} {tabs} />
            { match face {
                Face::Beside => html! { <Beside changes={file.changes.clone()} adopted={props.adopted.clone()} ontick={props.ontick.clone()} /> },
                Face::Findings => html! { <Findings findings={file.findings.clone()} again={props.again} onmend={onmend} /> },
                Face::Columns => html! { <Columns plan={props.plan.clone()} sheets={file.sheets.clone()} again={props.again} onchoose={props.onchoose.clone()} /> },
            } }
        </Card>
    }
}

/// The faces of a file: one without anything beside the book has none for it.
fn faces(file: &FilePlan) -> (Vec<Face>, Vec<Tab>) {
    let mut faces = vec![Face::Findings, Face::Columns];
    let mut tabs =
        vec![Tab { label: "要看的".into(), count: Some(file.findings.len() as u64) }, Tab::new("认出的列")];
    if !file.changes.is_empty() {
        faces.insert(0, Face::Beside);
        tabs.insert(0, Tab { label: "与本机对照".into(), count: Some(file.changes.len() as u64) });
    }
    (faces, tabs)
}

#[hook]
fn use_marked_copy(plan: &Rc<ImportPlan>, file: &FilePlan) -> Callback<()> {
    let toast = use_toast();
    let (plan, file) = (plan.plan, file.file.clone());
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_read_whole_and_taken_is_all_there_already() {
        let said = |refused, left_out| {
            let tally = Tally { unchanged: 3, refused, ..Tally::default() };
            why_nothing(&tally, left_out).contains("不用再导入")
        };
        assert_eq!((said(0, false), said(8, false), said(0, true)), (true, false, false));
    }
}
