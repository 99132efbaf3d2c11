//! Bringing ledgers in: choose, look, take in; undo.

mod again;
mod batches;
mod changes;
mod done;
mod findings;
mod kept;
mod mapping;
mod notices;
mod paged;
mod plan;
mod share;
mod tally;
mod undo;
mod welcome;

use crate::components::{Button, Card, Look, Page, Progress, Sign, Trouble, Waiting, under_way};
use crate::hooks::{stop_job, use_progress, use_region, use_session, use_toast, use_unkept};
use crate::transport::{SPREADSHEETS, call, pick_files};
use batches::Batches;
use done::Finished;
use kept::Kept;
use plan::PlanView;
use std::rc::Rc;
use tally::{Tally, Tick};
use tiexin_contract::import::{
    CellMended, ColumnChoice, FileGiven, ImportDone, ImportPlan, ImportPreview, MendCells, RunImport,
};
use tiexin_contract::{ErrorCode, ErrorReply};
use uuid::Uuid;
use welcome::Welcome;
use yew::platform::spawn_local;
use yew::prelude::*;

/// How far the work is.
#[derive(Clone, PartialEq)]
enum Stage {
    Choose,
    Reading,
    Look(Rc<ImportPlan>),
    /// It is planned anew for a cell that was mended; until then it stands.
    Again(Rc<ImportPlan>),
    Writing(Rc<ImportPlan>),
    Done(Rc<ImportDone>),
}

impl Stage {
    /// The preview that something may be done with: of one that is planned anew only the outcome counts.
    fn plan(&self) -> Option<Rc<ImportPlan>> {
        if let Stage::Look(plan) = self { Some(plan.clone()) } else { None }
    }

    /// The preview that is on the screen.
    fn shown(&self) -> Option<Rc<ImportPlan>> {
        if let Stage::Look(plan) | Stage::Again(plan) = self { Some(plan.clone()) } else { None }
    }

    /// Files were not read: the preview that there was before stays.
    fn unread(before: Option<Rc<ImportPlan>>) -> Stage {
        before.map_or(Stage::Choose, Stage::Look)
    }
}

/// A preview, with the cells that were mended on the screen before.
async fn read(preview: ImportPreview, mended: Vec<CellMended>) -> Result<ImportPlan, ErrorReply> {
    let job = preview.job;
    let plan = call(preview).await?;
    if mended.is_empty() {
        return Ok(plan);
    }
    call(MendCells { plan: plan.plan, cells: mended, job }).await
}

#[component]
pub(crate) fn ImportPage() -> Html {
    let session = use_session();
    let region = use_region();
    let toast = use_toast();
    let kept = use_memo((), |()| kept::kept(&region.code()));
    let stage =
        use_state(|| kept.as_ref().as_ref().map_or(Stage::Choose, |kept| Stage::Look(kept.plan.clone())));
    let error = use_state(|| None::<Rc<ErrorReply>>);
    let files = use_state(|| kept.as_ref().as_ref().map(|kept| kept.files.clone()).unwrap_or_default());
    let mapping = use_state(|| kept.as_ref().as_ref().map(|kept| kept.mapping.clone()).unwrap_or_default());
    let mended = use_state(|| kept.as_ref().as_ref().map(|kept| kept.mended.clone()).unwrap_or_default());
    // What the worker says that the sheets are lists of; none: they are recognised.
    let kind = use_state(|| kept.as_ref().as_ref().and_then(|kept| kept.kind.clone()));
    let progress = use_progress(None);
    // Under which the files are read, so that reading can be stopped.
    let job = *use_memo((), |()| Uuid::new_v4());
    let adopted = use_reducer(|| kept.as_ref().as_ref().map(|kept| kept.adopted.clone()).unwrap_or_default());
    {
        let now = stage.shown().map(|plan| Kept {
            region: region.code(),
            plan,
            files: (*files).clone(),
            mapping: (*mapping).clone(),
            mended: (*mended).clone(),
            kind: (*kind).clone(),
            adopted: (*adopted).clone(),
        });
        let done = now.as_ref().is_some_and(|now| !now.mended.is_empty() || !now.adopted.0.is_empty());
        use_unkept(done.then_some("导入预览里改过、勾选的"));
        use_effect_with(now, |now| kept::keep(now.clone()));
    }
    let ontick = {
        let adopted = adopted.dispatcher();
        Callback::from(move |tick| adopted.dispatch(tick))
    };

    let preview = {
        let (stage, error, code, ontick) = (stage.clone(), error.setter(), region.code(), ontick.clone());
        let (kind, of_plan) = ((*kind).clone(), (files.setter(), mapping.setter(), mended.setter()));
        Callback::from(
            move |(files, mapping, mended): (Vec<FileGiven>, Vec<ColumnChoice>, Vec<CellMended>)| {
                let before = stage.plan();
                let (stage, error, region, ontick) =
                    (stage.setter(), error.clone(), code.clone(), ontick.clone());
                let (kind, (set_files, set_mapping, set_mended)) = (kind.clone(), of_plan.clone());
                stage.set(Stage::Reading);
                error.set(None);
                spawn_local(async move {
                    let (of, by) = (files.clone(), mapping.clone());
                    let preview = ImportPreview { files: of, region, mapping: by, kind, job: Some(job) };
                    match read(preview, mended.clone()).await {
                        Ok(plan) => {
                            set_files.set(files);
                            set_mapping.set(mapping);
                            set_mended.set(mended);
                            // Another preview counts its differences anew.
                            ontick.emit(Tick::Anew { before, now: Rc::new(plan.clone()) });
                            stage.set(Stage::Look(Rc::new(plan)));
                        }
                        Err(why) => {
                            stage.set(Stage::unread(before));
                            if why.code == ErrorCode::Cancelled {
                                toast.plain("已取消，什么都没有写入");
                            } else {
                                error.set(Some(Rc::new(why)));
                            }
                        }
                    }
                });
            },
        )
    };
    let choose = {
        let preview = preview.clone();
        Callback::from(move |()| {
            let preview = preview.clone();
            spawn_local(async move {
                match pick_files("选择台账文件", SPREADSHEETS).await {
                    Ok(picked) if !picked.is_empty() => preview.emit((picked, Vec::new(), Vec::new())),
                    Ok(_) => {}
                    Err(why) => toast.bad(&why),
                }
            });
        })
    };
    let remap = {
        let (files, mapping, mended, preview) =
            (files.clone(), mapping.clone(), mended.clone(), preview.clone());
        Callback::from(move |choice: ColumnChoice| {
            let mut next = (*mapping).clone();
            next.retain(|one| one.sheet_kind != choice.sheet_kind || one.head != choice.head);
            next.push(choice);
            preview.emit(((*files).clone(), next, (*mended).clone()));
        })
    };
    let mend = {
        let (stage, mended, error, ontick) = (stage.clone(), mended.clone(), error.setter(), ontick.clone());
        Callback::from(move |cell: CellMended| {
            let Some(before) = stage.plan() else { return };
            let (stage, error, ontick, set_mended) =
                (stage.setter(), error.clone(), ontick.clone(), mended.setter());
            let same = |one: &CellMended| {
                (&one.file, &one.sheet, one.row, &one.letter)
                    == (&cell.file, &cell.sheet, cell.row, &cell.letter)
            };
            let mut next = (*mended).clone();
            next.retain(|one| !same(one));
            next.push(cell.clone());
            // Planned twice at a time, the outcome that came last would take the other cell back.
            stage.set(Stage::Again(before.clone()));
            error.set(None);
            spawn_local(async move {
                match call(MendCells { plan: before.plan, cells: vec![cell], job: Some(job) }).await {
                    Ok(plan) => {
                        set_mended.set(next);
                        ontick.emit(Tick::Anew { before: Some(before), now: Rc::new(plan.clone()) });
                        stage.set(Stage::Look(Rc::new(plan)));
                    }
                    Err(why) => {
                        stage.set(Stage::Look(before));
                        if why.code == ErrorCode::Cancelled {
                            toast.plain("已取消重新核对，这一格还没有改");
                        } else {
                            error.set(Some(Rc::new(why)));
                        }
                    }
                }
            });
        })
    };
    let run = {
        let (stage, error, adopted, kind) = (stage.clone(), error.setter(), adopted.clone(), kind.setter());
        Callback::from(move |()| {
            let Stage::Look(plan) = (*stage).clone() else { return };
            let (stage, error, kind) = (stage.setter(), error.clone(), kind.clone());
            let take = adopted.0.iter().copied().collect();
            stage.set(Stage::Writing(plan.clone()));
            error.set(None);
            spawn_local(async move {
                match call(RunImport { plan: plan.plan, take }).await {
                    Ok(done) => {
                        // The next file is another list.
                        kind.set(None);
                        stage.set(Stage::Done(Rc::new(done)));
                    }
                    Err(why) => {
                        stage.set(Stage::Look(plan));
                        if why.code == ErrorCode::Cancelled {
                            toast.plain("已取消，什么都没有写入");
                        } else {
                            error.set(Some(Rc::new(why)));
                        }
                    }
                }
            });
        })
    };
    let anew = {
        let (stage, error, kind) = (stage.setter(), error.setter(), kind.setter());
        Callback::from(move |()| {
            stage.set(Stage::Choose);
            error.set(None);
            kind.set(None);
        })
    };

    let undone = {
        let stage = stage.clone();
        Callback::from(move |batch: Uuid| {
            // What it has done is no longer true.
            if matches!(&*stage, Stage::Done(done) if done.batch == batch) {
                stage.set(Stage::Choose);
            }
        })
    };

    let onkind = {
        let kind = kind.setter();
        Callback::from(move |chosen: Option<String>| kind.set(chosen))
    };

    let action = match &*stage {
        Stage::Look(plan) | Stage::Again(plan) => {
            let label = Tally::of(&plan.files, |change| adopted.0.contains(&change.number)).button();
            let disabled = matches!(&*stage, Stage::Again(_));
            html! { if let Some(label) = label { <Button {label} look={Look::Primary} {disabled} onclick={run} /> } }
        }
        Stage::Choose | Stage::Done(_) if session.can_write() => {
            html! { <Button label="选择文件" look={Look::Primary} sign={Sign::Inbox} onclick={choose.clone()} /> }
        }
        _ => Html::default(),
    };
    let lead = html! { { format!("导入到：{}。先预览，满意了再写入；导错了可以整批撤销；慰问救助写入就是入账，记错的逐笔冲正。", region.name.path.join(" ")) } };
    html! {
        <Page title="导入" {action} {lead}>
            if let Some(why) = &*error { <Trouble error={why.clone()} /> }
            { match &*stage {
                Stage::Choose => html! { <Welcome can_write={session.can_write()} onchoose={choose} kind={(*kind).clone()} onkind={onkind} /> },
                Stage::Reading => match progress.filter(|now| now.job == job) {
                    Some(now) => html! { <Card>{ under_way(&now, now.label.clone()) }</Card> },
                    None => html! { <Waiting label="正在看文件里写了什么……" /> },
                },
                Stage::Look(plan) | Stage::Again(plan) => html! { <PlanView plan={plan.clone()} {job} again={matches!(&*stage, Stage::Again(_))} adopted={Rc::new((*adopted).clone())} {ontick} onchoose={remap} onmend={mend} onanother={anew} /> },
                Stage::Writing(plan) => {
                    let (done, total) = progress.as_ref().map(|now| (now.done, now.total)).unwrap_or_default();
                    let label = progress.map_or_else(|| "正在写入本机……".to_owned(), |now| now.label);
                    html! { <Card><Progress {label} {done} {total} oncancel={stop_job(plan.plan)} /></Card> }
                }
                Stage::Done(done) => html! { <Finished done={done.clone()} onanother={anew} /> },
            } }
            // A preview stands on the book as it is: nothing is taken back below it.
            if matches!(*stage, Stage::Choose | Stage::Done(_)) { <Batches onundone={undone} /> }
        </Page>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_preview_stays_when_reading_anew_is_stopped() {
        let before = Rc::new(ImportPlan { plan: Uuid::from_u128(1), files: Vec::new(), fields: Vec::new() });
        assert!(Stage::unread(Some(before.clone())) == Stage::Look(before));
        assert!(Stage::unread(None) == Stage::Choose);
    }

    /// A second cell is mended, and the import run, once the first one is in the preview; leaving the page loses nothing.
    #[test]
    fn a_preview_that_is_planned_anew_stands_and_is_not_planned_twice() {
        let plan = Rc::new(ImportPlan { plan: Uuid::from_u128(1), files: Vec::new(), fields: Vec::new() });
        let again = Stage::Again(plan.clone());
        assert!(again.plan().is_none());
        assert!(again.shown() == Some(plan.clone()));
        assert!(Stage::Look(plan.clone()).shown() == Stage::Look(plan).plan());
        assert!(Stage::Reading.shown().is_none());
    }
}
