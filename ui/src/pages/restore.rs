//! The way back from a backup: choose it, see what it is, say yes with its password, and be told where the old book
//! lies. Stands in the place of all pages: while it works nobody is signed in.

use crate::components::{
    Button, FolderPicker, Foot, Form, Gate, Icon, Look, Progress, Sign, TextField, TextKind, Trouble, Wanted,
    under_way,
};
use crate::hooks::{use_command, use_progress, use_session, use_toast};
use crate::text;
use crate::transport::{in_window, pick_folder};
use tiexin_contract::backup::{BackupRestored, BackupShown, LookAtBackup, RestoreBackup};
use tiexin_contract::event;
use tiexin_contract::session::SessionState;
use yew::platform::spawn_local;
use yew::prelude::*;

const WHICH: &str = "选一份备份";

#[derive(Properties, PartialEq)]
pub(crate) struct RestoreProps {
    pub(crate) onclose: Callback<()>,
    /// A backup has taken the book's place.
    pub(crate) onrestored: Callback<SessionState>,
}

#[component]
pub(crate) fn RestorePage(props: &RestoreProps) -> Html {
    let look = use_command::<LookAtBackup>();
    let seen = use_state(|| None::<BackupShown>);
    let done = use_state(|| None::<BackupRestored>);
    let choosing = use_state(|| false);
    let toast = use_toast();
    let show = {
        let (look, seen, choosing) = (look.clone(), seen.setter(), choosing.setter());
        Callback::from(move |path: String| {
            let seen = seen.clone();
            choosing.set(false);
            seen.set(None);
            look.run(LookAtBackup { path }, move |found| seen.set(Some(found)));
        })
    };
    let choose = {
        let (show, choosing) = (show.clone(), choosing.setter());
        Callback::from(move |()| {
            if !in_window() {
                choosing.set(true);
                return;
            }
            let show = show.clone();
            spawn_local(async move {
                match pick_folder(WHICH).await {
                    Ok(Some(folder)) => show.emit(folder.path.unwrap_or_default()),
                    Ok(None) => {}
                    Err(cause) => toast.bad(&cause),
                }
            });
        })
    };
    let stop_choosing = {
        let choosing = choosing.setter();
        Callback::from(move |()| choosing.set(false))
    };
    let on_done = {
        let done = done.setter();
        Callback::from(move |restored: BackupRestored| done.set(Some(restored)))
    };
    html! {
        <Gate words="恢复不会删除任何内容：现在的台账会改名留在这台电脑上。">
            if let Some(restored) = &*done {
                <Told restored={restored.clone()} ongo={props.onrestored.clone()} />
            } else {
                <div class="tx-gate-form tx-restore">
                    <h2>{ "从备份恢复" }</h2>
                    if let Some(found) = &*seen {
                        <Agree key={found.path.clone()} backup={found.clone()} onother={choose.clone()}
                            onclose={props.onclose.clone()} ondone={on_done} />
                    } else {
                        <p>{ "先选备份所在的文件夹。选好以后会写明是什么时候、谁的备份，再问您要不要恢复。" }</p>
                        if let Some(error) = &look.error { <Trouble error={error.clone()} /> }
                        <div class="tx-form-buttons">
                            <Button label={WHICH} look={Look::Primary} sign={Sign::Inbox} busy={look.pending} onclick={choose} />
                            <Button label="返回" look={Look::Link} onclick={props.onclose.clone()} />
                        </div>
                    }
                </div>
            }
            if *choosing {
                <FolderPicker title={WHICH} wanted={Wanted::Backup} onpick={show} onclose={stop_choosing} />
            }
        </Gate>
    }
}

#[derive(Properties, PartialEq)]
struct AgreeProps {
    backup: BackupShown,
    onother: Callback<()>,
    onclose: Callback<()>,
    ondone: Callback<BackupRestored>,
}

/// What the backup is and what will happen; its password is the yes.
#[component]
fn Agree(props: &AgreeProps) -> Html {
    let backup = &props.backup;
    let restore = use_command::<RestoreBackup>();
    let progress = use_progress(None);
    let session = use_session();
    let name = use_state(|| {
        // Who asks is most often one of them.
        let mine = session.me().and_then(|me| backup.users.iter().find(|user| user.name == me.user.name));
        mine.or(backup.users.first()).map(|user| user.name.clone()).unwrap_or_default()
    });
    let password = use_state(String::new);
    let missing = use_state(|| false);
    let node = use_node_ref();
    let today = session.today();
    let onsave = {
        let (restore, name, password) = (restore.clone(), name.clone(), password.clone());
        let (missing, done, path) = (missing.setter(), props.ondone.clone(), backup.path.clone());
        Callback::from(move |()| {
            missing.set(password.is_empty());
            if password.is_empty() {
                return;
            }
            let done = done.clone();
            let args =
                RestoreBackup { path: path.clone(), name: (*name).clone(), password: (*password).clone() };
            restore.run(args, move |restored| done.emit(restored));
        })
    };
    let on_password = {
        let (password, restore) = (password.setter(), restore.clone());
        Callback::from(move |text: String| {
            restore.forget();
            password.set(text);
        })
    };
    let on_name = {
        let (name, restore) = (name.setter(), restore.clone());
        move |chosen: String| {
            let (name, restore) = (name.clone(), restore.clone());
            Callback::from(move |_: MouseEvent| {
                restore.forget();
                name.set(chosen.clone());
            })
        }
    };
    let problem = restore
        .about("password")
        .or_else(|| (*missing && password.is_empty()).then_some(AttrValue::Static("请输入备份时的密码")));
    html! {
        <Form {node} onsave={onsave.clone()} oncancel={props.onclose.clone()} short=true>
            <dl class="tx-restore-facts">
                { for facts(backup, today).into_iter().map(|(what, value)| html! { <><dt>{ what }</dt><dd>{ value }</dd></> }) }
            </dl>
            <p>
                { if backup.replaces {
                    "恢复以后，这台电脑上就是备份时的内容；备份以后记下的不在里面。现在的台账不会删除，会改名留在原来的文件夹里。"
                } else {
                    "恢复以后，这台电脑上就是备份时的内容。"
                } }
            </p>
            if backup.users.len() > 1 {
                <div class="tx-gate-users" role="group" aria-label="备份里的用户">
                    { for backup.users.iter().map(|user| html! {
                        <button type="button" onclick={on_name(user.name.clone())} aria-pressed={(*name == user.name).to_string()}
                            class={(*name == user.name).then_some("tx-chosen")}>
                            <Icon sign={Sign::Person} />{ &user.display_name }
                        </button>
                    }) }
                </div>
            }
            <TextField label="备份时的密码" name="password" kind={TextKind::Password} value={(*password).clone()} onchange={on_password}
                {problem} first=true hint="备份以后换过密码的，用换以前的那个" autocomplete="current-password" />
            if restore.pending {
                { how_far(progress.as_ref()) }
            } else {
                <Foot save={if backup.replaces { "用这份备份换下现在的台账" } else { "恢复这份备份" }} {onsave}
                    error={restore.error.clone().filter(|e| e.problems.is_empty())}>
                    <Button label="换一份备份" onclick={props.onother.clone()} />
                    <Button label="不恢复" look={Look::Link} onclick={props.onclose.clone()} hint="Esc" />
                </Foot>
            }
        </Form>
    }
}

fn facts(backup: &BackupShown, today: chrono::NaiveDate) -> Vec<(&'static str, String)> {
    let unknown = || "备份时还没有记这一项".to_owned();
    let users = backup.users.iter().map(|user| user.display_name.as_str()).collect::<Vec<_>>().join("、");
    let mut facts = vec![
        ("备份时间", backup.made_at.map_or_else(unknown, |at| text::moment(at, today))),
        ("谁的台账", users),
        ("记录", backup.records.map_or_else(unknown, |many| format!("{} 条", text::count(many)))),
        ("照片和附件", format!("{} 个文件，共 {}", text::count(backup.attachments), size(backup.bytes))),
    ];
    if backup.missing > 0 {
        facts.push(("注意", format!("有 {} 个附件缺失或损坏，其余内容都在", text::count(backup.missing))));
    }
    facts.push(("位置", backup.path.clone()));
    facts
}

/// `3.2 MB`
fn size(bytes: u64) -> String {
    let mb = bytes.div_ceil(100 * 1024);
    format!("{}.{} MB", mb / 10, mb % 10)
}

fn how_far(progress: Option<&event::Progress>) -> Html {
    match progress {
        Some(now) => under_way(now, format!("{}，请不要拔掉 U 盘", now.label)),
        None => html! { <Progress label="正在核对备份，请不要拔掉 U 盘" done=0 total=0 /> },
    }
}

#[derive(Properties, PartialEq)]
struct ToldProps {
    restored: BackupRestored,
    ongo: Callback<SessionState>,
}

#[component]
fn Told(props: &ToldProps) -> Html {
    let restored = &props.restored;
    let button = use_node_ref();
    {
        let button = button.clone();
        use_effect_with((), move |()| {
            if let Some(button) = button.cast::<web_sys::HtmlElement>() {
                let _ = button.focus();
            }
        });
    }
    let go = {
        let (ongo, state) = (props.ongo.clone(), restored.state.clone());
        Callback::from(move |()| ongo.emit(state.clone()))
    };
    html! {
        <div class="tx-gate-form tx-restore" role="status">
            <h2>{ "✓ 恢复好了" }</h2>
            <p>{ "登录名和密码都是备份时的。" }</p>
            if restored.missing > 0 {
                <p>{ format!("有 {} 个附件没有恢复。已传到省平台的，打开时会重新下载；没传过的，请从更早的备份里找。", text::count(restored.missing)) }</p>
            }
            if let Some(aside) = &restored.aside {
                <p>{ "原来的台账没有删除，改名放在：" }</p>
                <p class="tx-restore-path">{ aside }</p>
                <p class="tx-muted">{ "照片和钥匙文件在它旁边，名字里有同样的 aside 编号。确认不再需要以前，请不要动它们。" }</p>
            }
            <Button label="去登录" look={Look::Primary} class="tx-gate-enter" node={button} onclick={go} />
        </div>
    }
}
