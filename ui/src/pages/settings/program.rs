//! The program: what runs, what is new, putting it in place, going back.

use crate::components::{
    Button, Card, Dialog, FolderPicker, Look, Sign, Trouble, Waiting, Wanted, WantedFile, under_way,
};
use crate::hooks::{Busy, use_command, use_progress, use_query, use_session, use_toast};
use crate::text;
use crate::transport::{Filter, in_window, pick_files};
use tiexin_contract::update::{
    ApplyUpdate, AskUpdate, FetchUpdate, LeaveUpdate, ReleaseShown, ShowUpdate, TakeUpdate, UpdateShown,
};
use yew::platform::spawn_local;
use yew::prelude::*;

const PACKAGE: Filter = Filter { name: "更新包", extensions: &["txu"] };
const CHOOSE: &str = "选择更新包";
const WANTED: Wanted = Wanted::File(WantedFile {
    ending: "txu",
    button: "用这个更新包",
    none: "这里面没有更新包（.txu），也没有别的文件夹",
});

#[component]
pub(super) fn Program() -> Html {
    let query = use_query(ShowUpdate {}, &[]);
    let enrolled = use_session().me().is_some_and(|me| me.enrolled);
    let toast = use_toast();
    let changed = use_state(|| None::<UpdateShown>);
    let (ask, fetch, take) =
        (use_command::<AskUpdate>(), use_command::<FetchUpdate>(), use_command::<TakeUpdate>());
    let (apply, leave) = (use_command::<ApplyUpdate>(), use_command::<LeaveUpdate>());
    let now = (*changed).clone().or_else(|| query.data.as_deref().cloned());
    let came = {
        let changed = changed.setter();
        Callback::from(move |now: UpdateShown| changed.set(Some(now)))
    };
    // What one of them was refused for is over as soon as the next is tried.
    let fresh = {
        let (ask, fetch, take) = (ask.clone(), fetch.clone(), take.clone());
        let (apply, leave) = (apply.clone(), leave.clone());
        Callback::from(move |()| {
            ask.forget();
            fetch.forget();
            take.forget();
            apply.forget();
            leave.forget();
        })
    };
    let on_ask = {
        let (ask, came, fresh) = (ask.clone(), came.clone(), fresh.clone());
        Callback::from(move |()| {
            fresh.emit(());
            let came = came.clone();
            ask.run(AskUpdate {}, move |now| {
                if now.offered.is_none() && now.ready.is_none() {
                    toast.good("正在用的就是最新的版本");
                }
                came.emit(now);
            });
        })
    };
    let choosing = use_state(|| false);
    let picked = {
        let (take, came, choosing) = (take.clone(), came.clone(), choosing.setter());
        Callback::from(move |path: String| {
            choosing.set(false);
            let came = came.clone();
            take.run(TakeUpdate { path }, move |now| came.emit(now));
        })
    };
    let on_take = {
        let (picked, choosing, fresh) = (picked.clone(), choosing.setter(), fresh.clone());
        Callback::from(move |()| {
            fresh.emit(());
            if !in_window() {
                choosing.set(true);
                return;
            }
            let picked = picked.clone();
            spawn_local(async move {
                match pick_files(CHOOSE, PACKAGE).await {
                    Ok(files) => files
                        .into_iter()
                        .filter_map(|file| file.path)
                        .take(1)
                        .for_each(|path| picked.emit(path)),
                    Err(why) => toast.bad(&why),
                }
            });
        })
    };
    let onclose = {
        let choosing = choosing.setter();
        Callback::from(move |()| choosing.set(false))
    };
    let on_fetch = run(&fetch, &came, &fresh, || FetchUpdate {});
    let on_apply = run(&apply, &came, &fresh, || ApplyUpdate {});
    let on_leave = run(&leave, &came, &fresh, || LeaveUpdate {});
    let busy = ask.pending || fetch.pending || take.pending || apply.pending || leave.pending;
    let closed = now.as_ref().filter(|now| now.no_key).and_then(|now| now.not_installable.clone());
    let errors = [&ask.error, &fetch.error, &take.error, &apply.error, &leave.error, &query.error];
    html! {
        <Card title="程序">
            if let Some(now) = &now {
                <p>{ format!("正在用的版本：{}", now.version) }</p>
                if let Some(refused) = &now.refused {
                    <p class="tx-muted">{ format!("版本 {refused} 没能打开这份台账，已自动回到原来的版本，内容都在。请告诉管理员。") }</p>
                }
                if let Some(next) = &now.next {
                    <p class="tx-good-note" role="status">{ format!("✓ 下次打开贴心，用的就是 {next}。") }</p>
                }
                if let Some(release) = &now.ready {
                    { news(release, "已经收好") }
                    if let Some(why) = &now.not_installable {
                        <p>{ why }</p>
                    } else {
                        <div class="tx-form-buttons">
                            <Button label="安装" look={Look::Primary} busy={apply.pending} disabled={busy} onclick={on_apply} />
                        </div>
                    }
                } else if let Some(release) = &now.offered {
                    { news(release, "省平台上有") }
                    if !fetch.pending {
                        <div class="tx-form-buttons">
                            <Button label="下载" look={Look::Primary} sign={Sign::Export} disabled={busy} onclick={on_fetch} />
                        </div>
                    }
                }
            } else if query.pending {
                <Waiting />
            }
            if fetch.pending { <UnderWay /> }
            if apply.pending { <Waiting label="正在安装，请不要关电脑……" /> }
            { for errors.into_iter().flatten().map(|error| html! { <Trouble error={error.clone()} /> }) }
            if let Some(why) = closed {
                <p>{ why }</p>
            } else {
                <div class="tx-form-buttons">
                    if enrolled {
                        <Button label="看看省平台有没有新版本" busy={ask.pending} disabled={busy} onclick={on_ask} />
                    }
                    <Button label="从U盘选更新包……" disabled={busy} busy={take.pending} onclick={on_take} />
                </div>
            }
            if *choosing {
                <FolderPicker title={CHOOSE} wanted={WANTED} onpick={picked} {onclose} />
            }
            if let Some(former) = now.as_ref().and_then(|now| now.former.clone()) {
                <GoBack {former} busy={busy} ongo={on_leave} />
            }
        </Card>
    }
}

fn run<C>(
    command: &Busy<C>,
    came: &Callback<UpdateShown>,
    fresh: &Callback<()>,
    args: fn() -> C,
) -> Callback<()>
where
    C: tiexin_contract::Command<Reply = UpdateShown>,
{
    let (command, came, fresh) = (command.clone(), came.clone(), fresh.clone());
    Callback::from(move |()| {
        fresh.emit(());
        let came = came.clone();
        command.run(args(), move |now| came.emit(now));
    })
}

/// What is new.
fn news(release: &ReleaseShown, where_it_is: &str) -> Html {
    let size = text::count(release.bytes.div_ceil(1024 * 1024));
    html! {
        <>
            <p><strong>{ format!("有新版本 {}", release.version) }</strong>
                <span class="tx-muted">{ format!("（{}，{where_it_is}，{size} MB）", release.made) }</span></p>
            { for release.notes.lines().filter(|line| !line.trim().is_empty()).map(|line| html! { <p>{ line.to_owned() }</p> }) }
        </>
    }
}

/// How far the fetching is, and a way out of it.
#[component]
fn UnderWay() -> Html {
    let progress = use_progress(None);
    match &progress {
        Some(now) => under_way(now, format!("{}（MB）", now.label)),
        None => html! { <Waiting label="正在下载更新……" /> },
    }
}

#[derive(Properties, PartialEq)]
struct GoBackProps {
    former: String,
    busy: bool,
    ongo: Callback<()>,
}

/// Asked for once more: it is rarely meant.
#[component]
fn GoBack(props: &GoBackProps) -> Html {
    let asked = use_state(|| false);
    let open = {
        let asked = asked.setter();
        Callback::from(move |()| asked.set(true))
    };
    let close = {
        let asked = asked.setter();
        Callback::from(move |()| asked.set(false))
    };
    let go = {
        let (close, ongo) = (close.clone(), props.ongo.clone());
        Callback::from(move |()| {
            close.emit(());
            ongo.emit(());
        })
    };
    html! {
        <>
            <Button label={format!("退回版本 {}……", props.former)} look={Look::Link} disabled={props.busy} onclick={open} />
            if *asked {
                <Dialog title={format!("退回版本 {}", props.former)} onclose={close.clone()}>
                    <p>{ "台账和没上传的内容都不动，下次打开贴心就用旧版本。新版本有问题、管理员请您退回时才需要。" }</p>
                    <div class="tx-form-buttons">
                        <Button label="退回" look={Look::Primary} onclick={go} />
                        <Button label="不退" look={Look::Link} onclick={close} />
                    </div>
                </Dialog>
            }
        </>
    }
}
