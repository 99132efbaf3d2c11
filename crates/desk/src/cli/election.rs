//! 换届: one council ends and the next begins, from a terminal.

use clap::Args;
use serde_json::json;
use tiexin_contract::election::{CouncilElected, ElectCouncil};
use tiexin_domain::Fields;
use tiexin_domain::apart::apart;
use uuid::Uuid;

use super::at::Door;
use super::exit::{Exit, Failure, Outcome};
use super::records::day;

#[derive(Debug, Args)]
#[command(
    after_help = "例如：tiexin-desk elect 组织编号 --meeting 会议编号 --until 2029-10-15 --post 会长=赵六 --post 理事=孙七、周八"
)]
pub(super) struct Elect {
    /// 组织的编号，见 list organisation
    #[arg(value_name = "编号")]
    id: Uuid,
    /// 换届的会议的编号，见 list meeting；会议当天原来的任职结束，新的开始
    #[arg(long, value_name = "编号")]
    meeting: Uuid,
    /// 新一届到哪天止
    #[arg(long, value_name = "日期")]
    until: Option<String>,
    /// 新一届的任职：岗位=姓名，几个人用顿号分开；有登记的人写编号；可写多个
    #[arg(long = "post", value_name = "岗位=姓名", required = true)]
    posts: Vec<String>,
    /// 只说明会结束、会开始哪些任职，不改动
    #[arg(long)]
    dry_run: bool,
}

/// Frozen shape: `docs/command-line.md`.
pub(super) async fn elect(door: Door, args: Elect) -> Outcome {
    let mut council = Vec::new();
    for text in &args.posts {
        council.extend(posts(text)?);
    }
    let until = args.until.as_deref().map(day).transpose()?;
    let seat = door.sign_in().await?;
    let asked =
        ElectCouncil { organisation: args.id, meeting: args.meeting, until, council, dry_run: args.dry_run };
    let done = seat.desk.run(asked).await?;
    let value =
        json!({"batch": done.batch, "ended": done.ended, "begun": done.begun, "dry_run": args.dry_run});
    seat.out.tell(&value, || lines(&done))
}

/// `理事=孙七、周八`, as a form of a post sends each.
fn posts(text: &str) -> Outcome<Vec<Fields>> {
    let both = text.split_once('=').map(|(post, names)| (post.trim(), names));
    let Some((post, names)) = both.filter(|(post, names)| !post.is_empty() && !names.trim().is_empty())
    else {
        let message = format!("任职的写法不对：{text}。请写成 岗位=姓名，如 会长=赵六。没有改动任何内容。");
        return Err(Failure::new(Exit::Usage, message));
    };
    let one = |name: String| {
        let who = if name.parse::<Uuid>().is_ok() { "person" } else { "name" };
        Fields::from_iter(
            [("post", post), (who, name.as_str())].map(|(field, value)| (field.into(), value.into())),
        )
    };
    Ok(apart(names).into_iter().map(one).collect())
}

fn lines(done: &CouncilElected) -> Vec<String> {
    let (ended, begun) = match done.batch {
        Some(_) => ("已结束", "已开始"),
        None => ("会结束", "会开始"),
    };
    let mut lines = vec![
        format!("{ended} {} 个任职：{}", done.ended.len(), done.ended.join("、")),
        format!("{begun} {} 个任职：{}", done.begun.len(), done.begun.join("、")),
    ];
    lines.extend(done.batch.map(|batch| format!("整批撤销：undo {batch}")));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_post_is_written_with_those_who_hold_it() {
        let id = "01900000-0000-7000-8000-000000000000";
        let told = posts(&format!("理事 = 孙七、周八，{id}")).unwrap();
        let names: Vec<_> = told.iter().map(|one| (one.get("name"), one.get("person"))).collect();
        assert_eq!(
            names,
            [(Some(&json!("孙七")), None), (Some(&json!("周八")), None), (None, Some(&json!(id)))]
        );
        assert!(told.iter().all(|one| one["post"] == "理事"));
        assert!(posts("会长").is_err() && posts("=赵六").is_err() && posts("会长= ").is_err());
    }
}
