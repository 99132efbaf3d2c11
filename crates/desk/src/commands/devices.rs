//! The desks of a region, asked of the province; a forgotten password, without it.

use futures::future::{BoxFuture, FutureExt};
use secrecy::SecretString;
use tiexin_contract::devices::{
    DeviceShown, DeviceStanding, ListDevices, RescuePassword, Rescued, RevokeDevice,
};
use tiexin_contract::{ErrorCode, ErrorReply};
use tiexin_domain::Problem;
use tiexin_domain::access::Action;
use tiexin_protocol::rescue::{Rescue, RescueFile};
use tiexin_protocol::wire::{DeviceRow, DeviceState, RevokeRequest};
use tiexin_store::{Book, UnlockError};
use uuid::Uuid;

use crate::desk::Desk;
use crate::enrolment::{line, reply};
use crate::registry::Registry;
use crate::rights::{At, Need};
use crate::{errors, files, password, place, update};

const DEVICES: Need = Need::Right(Action::Devices);

pub(super) fn register(registry: &mut Registry) {
    registry.add_waiting(DEVICES, list);
    registry.add_waiting(DEVICES, revoke);
    registry.open(rescue);
}

fn list(at: At, _: ListDevices) -> BoxFuture<'static, Result<Vec<DeviceShown>, ErrorReply>> {
    async move {
        let rows = line(at.book())?.devices(at.user.id).await.map_err(reply)?;
        shown(&at, rows)
    }
    .boxed()
}

fn revoke(at: At, args: RevokeDevice) -> BoxFuture<'static, Result<Vec<DeviceShown>, ErrorReply>> {
    async move {
        let line = line(at.book())?;
        let rows = line.devices(at.user.id).await.map_err(reply)?;
        let row = rows.iter().find(|row| row.id == args.device).ok_or_else(|| {
            ErrorReply::new(ErrorCode::NotFound, "您的辖区里没有这台电脑，没有改动。请刷新列表。")
        })?;
        if args.typed_name.trim() != row.name.trim() {
            let message = format!("请原样输入这台电脑的名称“{}”，没有停用", row.name);
            return Err(ErrorReply::invalid(vec![Problem::new("typed_name", "name_differs", message)]));
        }
        if let Some(why) = may_not(row, at.book().device().map_err(errors::store)?.id) {
            return Err(ErrorReply::new(ErrorCode::NoRight, why));
        }
        if row.copied_at.is_some() && !args.both {
            return Err(ErrorReply::new(ErrorCode::Refused, COPIED));
        }
        let ask = RevokeRequest { author: at.user.id, lost: args.lost };
        let rows = line.revoke(args.device, &ask).await.map_err(reply)?;
        at.note("device_revoked", None, &[])?;
        shown(&at, rows)
    }
    .boxed()
}

const COPIED: &str = "没有停用：有两台电脑共用这个编号（复制过台账文件夹），一停用，两台的数据都会销毁。只想换下其中一台的，在那台电脑上先同步，把台账文件夹改名留着，再用新的接入码接入；确实两台都要销毁的，请刷新列表看清楚，再停用（命令行加上 --yes）。";

/// Why this one cannot be shut out; the province would say no more than that there is no right.
fn may_not(row: &DeviceRow, own: Option<Uuid>) -> Option<&'static str> {
    match row.state {
        DeviceState::Wiped => Some("这台电脑已经停用，数据也销毁了，没有改动。"),
        DeviceState::Revoked => Some("这台电脑已经停用了，没有改动。"),
        _ if Some(row.id) == own => Some("不能停用自己正在用的电脑，没有改动。"),
        _ if !row.may_revoke => {
            Some("这台电脑上还有人在您辖区以外工作，您不能停用它，没有改动；请联系上级或管理员。")
        }
        _ => None,
    }
}

fn shown(at: &At, rows: Vec<DeviceRow>) -> Result<Vec<DeviceShown>, ErrorReply> {
    let own = at.book().device().map_err(errors::store)?.id;
    Ok(rows.into_iter().map(|row| one(row, own)).collect())
}

fn one(row: DeviceRow, own: Option<Uuid>) -> DeviceShown {
    DeviceShown {
        own: Some(row.id) == own,
        may_revoke: row.may_revoke && Some(row.id) != own,
        places: row.regions.iter().map(place::name).collect(),
        standing: match row.state {
            DeviceState::InUse => DeviceStanding::InUse,
            DeviceState::Retiring => DeviceStanding::Retiring,
            DeviceState::Revoked => DeviceStanding::Revoked,
            DeviceState::Wiped => DeviceStanding::Wiped,
        },
        id: row.id,
        name: row.name,
        users: row.users,
        regions: row.regions,
        app: row.app,
        enrolled_at: row.enrolled_at,
        last_seen: row.last_seen,
        waiting: row.waiting,
        lease_until: row.lease_until,
        copied_at: row.copied_at,
    }
}

fn rescue(desk: &Desk, args: RescuePassword) -> Result<Rescued, ErrorReply> {
    let config = &desk.inner().config;
    let refused = |message: &str| ErrorReply::new(ErrorCode::FileRefused, message);
    let bytes = files::bytes_of(&args.file)?;
    let file: RescueFile = serde_json::from_slice(&bytes)
        .ok()
        .filter(|file: &RescueFile| file.format == RescueFile::FORMAT)
        .ok_or_else(|| refused("这不是贴心的救援文件，没有改动。请选择管理员发来的救援文件。"))?;
    let rescue: Rescue = tiexin_sync::open_rescue(&file, &args.code).map_err(|_| {
        let message = "救援码与这个文件对不上，没有改动。请核对每一位，或请管理员重新发一份";
        ErrorReply::invalid(vec![Problem::new("code", "code_wrong", message)])
    })?;
    let users = Book::users_of(&config.data_dir).map_err(errors::unlock)?;
    let names = users.iter().find(|user| user.id == rescue.author);
    let (name, display) = names.map(|u| (u.name.as_str(), u.display_name.as_str())).unwrap_or_default();
    let problems = password::problems("password", &args.password, name, display);
    if !problems.is_empty() {
        return Err(ErrorReply::invalid(problems));
    }
    let secret = SecretString::from(args.password);
    let now_ms = config.clock.now_ms();
    let open = |_| Book::rescue(&config.data_dir, &rescue.key, rescue.author, &secret, now_ms);
    let user = update::opening(config, open, |error| match error {
        UnlockError::RescueForeign | UnlockError::NoSuchUser => {
            refused("这份救援文件不是给这台电脑或这个用户的，没有改动。请与管理员核对。")
        }
        other => errors::unlock(other),
    })?;
    Ok(Rescued { name: user.name, display_name: user.display_name })
}
