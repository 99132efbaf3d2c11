//! The book itself: a copy of it, and whether it is sound.

use super::machine::{CrashCard, MachineCard};
use crate::components::{Button, Card, FolderPicker, Look, Sign, Trouble, Waiting, Wanted, under_way};
use crate::hooks::{use_command, use_progress, use_query, use_session, use_toast};
use crate::pages::kept::Kept;
use crate::text;
use crate::transport::{in_window, pick_folder};
use chrono::NaiveDate;
use tiexin_contract::backup::{Backup, BackupMade, GetLastBackup, LastBackup};
use tiexin_contract::book::{Verify, VerifyReport};
use tiexin_contract::event;
use yew::platform::spawn_local;
use yew::prelude::*;

#[component]
pub(super) fn Book() -> Html {
    html! { <><Kept /><BackupCard /><VerifyCard /><MachineCard /><CrashCard /></> }
}

#[component]
fn BackupCard() -> Html {
    let backup = use_command::<Backup>();
    let session = use_session();
    let (restore, today) = (session.restore.clone(), session.today());
    let last = use_query(GetLastBackup {}, &[]);
    let toast = use_toast();
    let choosing = use_state(|| false);
    let made = use_state(|| None::<BackupMade>);
    let progress = use_progress(None);
    let run = {
        let (backup, made, reload) = (backup.clone(), made.setter(), last.reload.clone());
        Callback::from(move |path: String| {
            let (made, reload) = (made.clone(), reload.clone());
            made.set(None);
            backup.run(Backup { path, inside: true }, move |copy| {
                toast.good("备份好了");
                made.set(Some(copy));
                reload.emit(());
            });
        })
    };
    let onclick = {
        let (run, choosing) = (run.clone(), choosing.setter());
        Callback::from(move |()| {
            if !in_window() {
                choosing.set(true);
                return;
            }
            let run = run.clone();
            spawn_local(async move {
                match pick_folder(WHERE).await {
                    Ok(Some(folder)) => run.emit(folder.path.unwrap_or_default()),
                    Ok(None) => {}
                    Err(cause) => toast.bad(&cause),
                }
            });
        })
    };
    let onpick = {
        let choosing = choosing.setter();
        Callback::from(move |path: String| {
            choosing.set(false);
            run.emit(path);
        })
    };
    let onclose = {
        let choosing = choosing.setter();
        Callback::from(move |()| choosing.set(false))
    };
    html! {
        <Card title="备份">
            <p class="tx-muted">{ "把整本台账连同照片另存一份，仍然是加密的，用同样的密码打开。建议每周备份到 U 盘或另一块硬盘。" }</p>
            <p class="tx-muted">{ "备份是一个文件夹，名字里有当天的日期；拷走时请整个拷。" }</p>
            if let Some(last) = &last.data { <p>{ when_last(last, today) }</p> }
            if let Some(error) = &backup.error { <Trouble error={error.clone()} /> }
            if backup.pending { { how_far(progress.as_ref()) } }
            if let Some(made) = &*made {
                <p class="tx-good-note" role="status">{ format!("✓ 已备份到：{}", made.path) }</p>
                if made.missing > 0 {
                    <p>{ format!("有 {} 个附件在这台电脑上已经缺失或损坏，备份里也没有完整的。其余内容都在。", text::count(made.missing)) }</p>
                }
            }
            <div class="tx-form-buttons">
                <Button label="备份台账" look={Look::Primary} sign={Sign::Export} busy={backup.pending} {onclick} />
                <Button label="从备份恢复……" look={Look::Link} disabled={backup.pending} onclick={restore} />
            </div>
            if *choosing {
                <FolderPicker title={WHERE} wanted={Wanted::Folder} {onpick} {onclose} />
            }
        </Card>
    }
}

const WHERE: &str = "备份到哪个文件夹";

/// When the last backup was, and who made it.
fn when_last(last: &LastBackup, today: NaiveDate) -> String {
    let Some(at) = last.at else { return "这本台账还没有备份过。".to_owned() };
    let by = last.by.as_ref().map(|by| format!("，{by}")).unwrap_or_default();
    format!("上次备份：{}{by}。", text::moment(at, today))
}

/// How far the copy is, and a way out of it.
fn how_far(progress: Option<&event::Progress>) -> Html {
    match progress {
        Some(now) => under_way(now, format!("{}，请不要拔掉 U 盘", now.label)),
        None => html! { <Waiting label="正在备份，请不要拔掉 U 盘……" /> },
    }
}

#[component]
fn VerifyCard() -> Html {
    let verify = use_command::<Verify>();
    let report = use_state(|| None::<VerifyReport>);
    let onclick = {
        let (verify, report) = (verify.clone(), report.setter());
        Callback::from(move |()| {
            let report = report.clone();
            verify.run(Verify {}, move |found| report.set(Some(found)));
        })
    };
    html! {
        <Card title="核验">
            <p class="tx-muted">{ "把台账从头到尾核对一遍：每条记录、每一步操作都对得上，没有被改动过。" }</p>
            if let Some(error) = &verify.error { <Trouble error={error.clone()} /> }
            if verify.pending { <Waiting label="正在核验，台账大时要一两分钟……" /> }
            if let Some(report) = (*report).clone() {
                if report.sound {
                    <p class="tx-good-note">{ format!("✓ 台账完好：{} 条记录，{} 步操作，全部对得上。", text::count(report.records), text::count(report.audit_entries)) }</p>
                } else {
                    <div class="tx-trouble"><div>
                        <p>{ "发现对不上的地方。请先备份，再联系县里的管理员：" }</p>
                        <ul>{ for report.faults.iter().map(|fault| html! { <li>{ fault }</li> }) }</ul>
                    </div></div>
                }
            }
            <p><Button label="核验台账" busy={verify.pending} {onclick} /></p>
        </Card>
    }
}
