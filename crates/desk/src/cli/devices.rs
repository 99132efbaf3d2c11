//! The desks of a region, and a forgotten password.

use serde_json::{Value, json};
use tiexin_contract::devices::{DeviceShown, DeviceStanding, ListDevices, RescuePassword, RevokeDevice};

use super::args::{Device, Rescue};
use super::at::Door;
use super::exit::Outcome;
use super::out::Out;
use super::secret::{self, Source};

pub(super) async fn device(door: Door, command: Device) -> Outcome {
    let seat = door.sign_in().await?;
    let rows = match command {
        Device::List => seat.desk.run(ListDevices {}).await?,
        Device::Revoke { device, name, lost, yes, .. } => {
            seat.desk.run(RevokeDevice { device, lost, typed_name: name, both: yes }).await?
        }
    };
    tell(seat.out, &rows)
}

/// Frozen shape: `docs/command-line.md`.
fn tell(out: Out, rows: &[DeviceShown]) -> Outcome {
    let value: Vec<Value> = rows
        .iter()
        .map(|row| {
            json!({
                "id": row.id, "name": row.name, "users": row.users, "regions": row.regions, "app": row.app,
                "last_seen": row.last_seen, "waiting": row.waiting, "lease_until": row.lease_until,
                "standing": row.standing, "copied_at": row.copied_at, "may_revoke": row.may_revoke,
                "own": row.own,
            })
        })
        .collect();
    out.tell(&value, || rows.iter().map(line).collect())
}

fn line(row: &DeviceShown) -> String {
    let standing = match row.standing {
        DeviceStanding::InUse => "在用",
        DeviceStanding::Retiring => "退役中",
        DeviceStanding::Revoked => "停用",
        DeviceStanding::Wiped => "已销毁",
    };
    let waiting = row.waiting.map_or("-".to_owned(), |count| count.to_string());
    let copied = if row.copied_at.is_some() { "\t有两台电脑共用" } else { "" };
    format!(
        "{}\t{}\t{}\t{}\t待上传 {waiting}\t{standing}{copied}",
        row.id,
        row.name,
        row.users.join("、"),
        row.places.join("、")
    )
}

pub(super) async fn rescue(door: Door, args: Rescue) -> Outcome {
    let file = super::paths::given(&args.file)?;
    let password = secret::password(&Source {
        fd: None,
        variable: "TIEXIN_NEW_PASSWORD",
        prompt: "定一个新密码（至少 8 位）：",
        twice: true,
    })?;
    let wish = RescuePassword { file, code: args.code, password: password.to_string() };
    let rescued = door.desk.run(wish).await?;
    door.out.tell(&json!({"name": rescued.name, "display_name": rescued.display_name}), || {
        vec![format!("{} 的密码已换成新的，可以登录了。", rescued.display_name)]
    })
}
