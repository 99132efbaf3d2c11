//! A stick instead of a line: taken out, brought back, carried for others.

use crate::components::{Button, Card, Sign, Trouble};
use crate::hooks::{use_command, use_toast};
use crate::text::count;
use crate::transport::{PACKAGES, in_window, keep_made, pick_files, pick_folder};
use tiexin_contract::ErrorReply;
use tiexin_contract::import::FileGiven;
use tiexin_contract::package::{
    PackageCarried, PackageCarry, PackageIn, PackageMade, PackageOut, PackageTaken,
};
use yew::platform::spawn_local;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(crate) struct StickProps {
    /// Others' packages are carried, too.
    #[prop_or(true)]
    pub(crate) carries: bool,
}

#[component]
pub(crate) fn Stick(props: &StickProps) -> Html {
    let out = use_command::<PackageOut>();
    let back = use_command::<PackageIn>();
    let carry = use_command::<PackageCarry>();
    let told = use_state(Vec::<String>::new);
    let toast = use_toast();

    let take_out = {
        let (out, told) = (out.clone(), told.setter());
        Callback::from(move |()| {
            let (out, told) = (out.clone(), told.clone());
            spawn_local(async move {
                let to = match stick("带走到哪个U盘或文件夹").await {
                    Ok(Some(to)) => to,
                    Ok(None) => return,
                    Err(why) => return toast.bad(&why),
                };
                out.run(PackageOut { to: to.path, part_mib: None }, move |made| {
                    made.files.iter().for_each(keep_made);
                    told.set(of_made(&made));
                });
            });
        })
    };
    let bring_back = {
        let (back, told) = (back.clone(), told.setter());
        Callback::from(move |()| {
            let (back, told) = (back.clone(), told.clone());
            spawn_local(async move {
                match packages("从哪个U盘或文件夹带回").await {
                    Ok(files) if files.is_empty() => {}
                    Ok(files) => back.run(PackageIn { files }, move |taken| told.set(of_taken(&taken))),
                    Err(why) => toast.bad(&why),
                }
            });
        })
    };
    let carry_on = {
        let (carry, told) = (carry.clone(), told.setter());
        Callback::from(move |()| {
            let (carry, told) = (carry.clone(), told.clone());
            spawn_local(async move {
                let files = match packages("要代送的同步包在哪个U盘或文件夹").await {
                    Ok(files) if files.is_empty() => return,
                    Ok(files) => files,
                    Err(why) => return toast.bad(&why),
                };
                // The replies go where the packages came from.
                let to = files.first().and_then(|file| file.path.clone());
                carry.run(PackageCarry { files, to }, move |carried| {
                    carried.packages.iter().flat_map(|one| &one.files).for_each(keep_made);
                    told.set(of_carried(&carried));
                });
            });
        })
    };
    let busy = out.pending || back.pending || carry.pending;
    let errors = [&out.error, &back.error, &carry.error];
    html! {
        <Card title="没有网络时用U盘" class="tx-stick">
            <p class="tx-muted">
                { "带走的内容是加密的，只有省平台读得了。拿到省平台，或者请任何一台有网络的贴心电脑代送，答复再带回来。" }
            </p>
            <div class="tx-form-buttons">
                <Button label="用U盘带走" sign={Sign::Export} {busy} onclick={take_out} />
                <Button label="带回" sign={Sign::Inbox} {busy} onclick={bring_back} />
                if props.carries { <Button label="替别人代送" sign={Sign::Exchange} {busy} onclick={carry_on} /> }
            </div>
            { for errors.into_iter().flatten().map(|error| html! { <Trouble error={error.clone()} /> }) }
            if !told.is_empty() {
                <ul role="status">{ for told.iter().map(|line| html! { <li>{ line }</li> }) }</ul>
            }
        </Card>
    }
}

/// A folder in the window; a browser keeps files among its downloads.
async fn stick(title: &str) -> Result<Option<FileGiven>, ErrorReply> {
    if in_window() {
        return pick_folder(title).await;
    }
    Ok(Some(FileGiven { name: String::new(), path: None, base64: None }))
}

async fn packages(title: &str) -> Result<Vec<FileGiven>, ErrorReply> {
    if in_window() {
        return Ok(pick_folder(title).await?.into_iter().collect());
    }
    pick_files(title, PACKAGES).await
}

fn of_made(made: &PackageMade) -> Vec<String> {
    let mut lines = vec![format!(
        "第 {} 号同步包做好了，带走 {} 条。带回答复以前，这些仍算待上传。",
        made.number,
        count(made.changes)
    )];
    lines.extend(made.files.iter().map(|file| file.name.clone()));
    if made.attachments > 0 {
        lines.push(format!("其中有照片和扫描件 {} 个。", count(made.attachments)));
    }
    if made.attachments_left > 0 {
        let left = count(made.attachments_left);
        lines.push(format!("还有 {left} 个照片和扫描件装不下，带回答复后请再带走一次。"));
    }
    if made.left > 0 {
        lines.push(format!("还有 {} 条装不下，带回答复后请再带走一次。", count(made.left)));
    }
    lines
}

fn of_taken(taken: &PackageTaken) -> Vec<String> {
    let reply = |one: &tiexin_contract::package::ReplyTaken| {
        let photos = match one.attachments {
            0 => String::new(),
            some => format!("照片和扫描件送到 {} 个，", count(some)),
        };
        format!(
            "第 {} 号同步包的答复：{photos}本机 {} 条有了结果，收到 {} 条。",
            one.number,
            count(one.settled),
            count(one.news)
        )
    };
    taken.replies.iter().map(reply).chain(taken.notes.iter().cloned()).collect()
}

fn of_carried(carried: &PackageCarried) -> Vec<String> {
    let mut lines = Vec::new();
    for one in &carried.packages {
        let which = format!("电脑 {} 的第 {} 号同步包", one.desk, one.number);
        lines.push(match (&one.refused, one.missing.as_slice()) {
            (Some(why), _) => format!("{which}：{why}"),
            (None, []) => format!("{which}已送到，答复在同一个地方，请带回给那台电脑。"),
            (None, missing) => {
                let missing: Vec<String> = missing.iter().map(u32::to_string).collect();
                format!("{which}还缺第 {} 份。", missing.join("、"))
            }
        });
        lines.extend(one.files.iter().map(|file| file.name.clone()));
    }
    lines
}
