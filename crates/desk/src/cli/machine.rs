//! Binding the book to this machine.

use serde_json::json;
use tiexin_contract::book::{BindMachine, GetMachine, MachineState, ReleaseMachine};

use super::args::Machine;
use super::at::Door;
use super::exit::{Exit, Failure, Outcome};
use super::out::Out;
use super::paths::absolute;

pub(super) async fn machine(door: Door, command: Machine) -> Outcome {
    let seat = door.sign_in().await?;
    let state = match command {
        Machine::Show => seat.desk.run(GetMachine {}).await?,
        Machine::Bind { agreed: false, .. } => {
            let state = seat.desk.run(GetMachine {}).await?;
            return Err(Failure::new(
                Exit::Usage,
                format!("{}\n还没有绑定。看过以上说明、备份好以后，请加 --agreed 再运行一次。", state.notice),
            ));
        }
        Machine::Bind { key_folder, .. } => {
            let key_folder = key_folder.as_deref().map(absolute).transpose()?;
            seat.desk.run(BindMachine { key_folder }).await?
        }
        Machine::Release => {
            let before = seat.desk.run(GetMachine {}).await?;
            let state = seat.desk.run(ReleaseMachine {}).await?;
            return released(seat.out, &before, &state);
        }
    };
    tell(seat.out, &state)
}

/// Frozen shape: `docs/command-line.md`.
fn released(out: Out, before: &MachineState, state: &MachineState) -> Outcome {
    out.tell(&json!({"bound": state.bound, "here": state.here}), || match before.bound {
        true => vec![format!("已解除绑定：{}", before.release_notice)],
        false => vec!["台账没有绑定本机，没有改动。".into()],
    })
}

/// Frozen shape: `docs/command-line.md`.
fn tell(out: Out, state: &MachineState) -> Outcome {
    out.tell(&json!({"bound": state.bound, "here": state.here}), || {
        let now = match (state.bound, state.here) {
            (false, _) => "台账没有绑定本机。",
            (true, true) => "台账已绑定本机。",
            (true, false) => "台账绑定的是另一台电脑；您的账号是用救援文件打开的，不受影响。",
        };
        let mut lines = vec![format!("{now}绑定时密钥{}。", state.how), String::new(), state.notice.clone()];
        if state.bound {
            lines.push(format!("· 解除绑定（machine release）以后，{}", state.release_notice));
        }
        lines
    })
}
