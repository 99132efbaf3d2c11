//! 用U盘带走、带回、代送.

use futures::future::{BoxFuture, FutureExt};
use tiexin_contract::package::{
    CarriedOne, PackageCarried, PackageCarry, PackageIn, PackageMade, PackageOut, PackageTaken, ReplyTaken,
};
use tiexin_contract::{ErrorCode, ErrorReply, Event};
use tiexin_protocol::package::{Fault, Gathered, MOST_PART_BYTES, PART_BYTES, Part, Way, gather, short};
use tiexin_sync::{Carried, PackageError, TakenIn, carry, make, take_in};

use super::package_files::{self, Found};
use super::update;
use crate::enrolment::{line, reply};
use crate::registry::{Registry, anywhere};
use crate::rights::{At, Need};
use crate::{errors, place};

pub(super) fn register(registry: &mut Registry) {
    registry.add(Need::EvenLocked, anywhere, out);
    registry.add_waiting(Need::EvenLocked, bring_back);
    registry.add_waiting(Need::SignedIn, deliver);
}

fn refuse(error: PackageError) -> ErrorReply {
    match error {
        PackageError::Sync(error) => reply(error),
        PackageError::NoKeys => ErrorReply::new(ErrorCode::Refused, error.to_string()),
        PackageError::Fault(_) | PackageError::Missing { .. } => {
            ErrorReply::new(ErrorCode::FileRefused, error.to_string())
        }
    }
}

fn out(at: &At, args: PackageOut) -> Result<PackageMade, ErrorReply> {
    let most = args.part_mib.map_or(PART_BYTES, |mib| (mib as usize).saturating_mul(1024 * 1024));
    let most = most.clamp(1, MOST_PART_BYTES);
    let made = make(at.book(), at.new_id(), most, at.now_ms).map_err(refuse)?;
    let files = package_files::write(&made.parts, args.to.as_deref())?;
    at.note("package_out", None, &[])?;
    Ok(PackageMade {
        number: made.number,
        changes: made.changes,
        left: made.left,
        attachments: made.attachments,
        attachments_left: made.attachments_left,
        files,
    })
}

/// Parts of packages that go one way. What lies in a folder beside them is passed over; damage there is
/// told when nothing else is found.
fn going(way: Way, found: Vec<Found>, mine: impl Fn(&Part) -> bool) -> Result<Vec<Gathered>, ErrorReply> {
    let mut parts = Vec::new();
    let mut damaged = None;
    for Found { part, named } in found {
        match part {
            Ok(part) if named || (part.header.address.way == way && mine(&part)) => parts.push(part),
            Ok(_) => {}
            Err(fault) if named => return Err(refuse(fault.into())),
            Err(fault) => damaged = Some(fault),
        }
    }
    match damaged {
        Some(fault) if parts.is_empty() => Err(refuse(fault.into())),
        _ => gather(parts).map_err(|fault| refuse(fault.into())),
    }
}

fn bring_back(at: At, args: PackageIn) -> BoxFuture<'static, Result<PackageTaken, ErrorReply>> {
    async move {
        let (at, taken) = on_pool(move || {
            let taken = back(&at, args);
            at.session.look_at_lease(at.now_ms);
            Ok((at, taken))
        })
        .await?;
        if at.desk.obey(at.book()).await? { Err(crate::obey::reply()) } else { taken }
    }
    .boxed()
}

fn back(at: &At, args: PackageIn) -> Result<PackageTaken, ErrorReply> {
    let own = at.book().device().map_err(errors::store)?.id;
    let found = package_files::read(&args.files)?;
    let replies = going(Way::Reply, found, |part| Some(part.header.address.device) == own)?;
    let update = update::from_stick(at, &args.files);
    if let (true, Some(note)) = (replies.is_empty(), &update) {
        return Ok(PackageTaken { replies: Vec::new(), notes: vec![note.clone()] });
    }
    if replies.is_empty() {
        return Err(ErrorReply::new(
            ErrorCode::NotFound,
            "这里没有带给本机的答复，没有改动。请先把带走的同步包交给省平台，或交给有网络的电脑代送。",
        ));
    }
    let mut taken = PackageTaken { replies: Vec::new(), notes: update.into_iter().collect() };
    let mut refused = None;
    for one in &replies {
        match take_in(at.book(), one, at.now_ms) {
            Ok(done) => {
                tell(at, &done);
                taken.notes.extend(notes(&done));
                let news = done.entries + done.loaded;
                let TakenIn { number, settled, attachments, .. } = done;
                taken.replies.push(ReplyTaken { number, settled, news, attachments });
            }
            Err(error) => {
                taken.notes.push(error.to_string());
                refused.get_or_insert(error);
            }
        }
    }
    match refused {
        Some(error) if taken.replies.is_empty() => Err(refuse(error)),
        _ => {
            at.note("package_in", None, &[])?;
            let state = at.session.province.state(&at.desk, at.book(), at.now_ms)?;
            at.desk.tell(Event::Sync(Box::new(state)));
            Ok(taken)
        }
    }
}

fn tell(at: &At, done: &TakenIn) {
    if !done.kinds.is_empty() {
        at.desk.tell(Event::Changed { kinds: done.kinds.iter().cloned().collect() });
    }
}

fn notes(done: &TakenIn) -> Vec<String> {
    let names =
        |scopes: &[tiexin_domain::RegionCode]| scopes.iter().map(place::name).collect::<Vec<_>>().join("、");
    let mut notes = Vec::new();
    if !done.gaps.is_empty() {
        notes.push(format!("{}还缺更早的内容，请先带回较早的答复，或联网同步一次。", names(&done.gaps)));
    }
    if !done.anew.is_empty() {
        notes
            .push(format!("{}与省平台核对不一致，请再带走一次，省平台会带回完整的内容。", names(&done.anew)));
    }
    if done.attachments_again > 0 {
        notes.push(format!(
            "有 {} 个附件没有完整送到省平台，仍在本机，请再带走一次，或联网同步。",
            done.attachments_again
        ));
    }
    if done.copied {
        notes.push(
            "这台电脑的数据曾被复制或恢复过，已重新编号，内容都在。请再带走一次，原来的答复不再有用。".into(),
        );
    }
    if done.more {
        notes.push("省平台还有内容没有带完，请再带走一次。".into());
    }
    notes
}

fn deliver(at: At, args: PackageCarry) -> BoxFuture<'static, Result<PackageCarried, ErrorReply>> {
    async move {
        let (at, packages) = on_pool(move || {
            let packages = going(Way::Push, package_files::read(&args.files)?, |_| true)?;
            if packages.is_empty() {
                return Err(ErrorReply::new(
                    ErrorCode::NotFound,
                    "这里没有要代送的同步包。请选择名称以“贴心-”开头、以 .txp 结尾的文件。",
                ));
            }
            if packages.iter().any(|one| one.address.way == Way::Reply) {
                return Err(refuse(Fault::Homeward.into()));
            }
            Ok(((at, args.to), packages))
        })
        .await?;
        let (at, to) = at;
        let province = line(at.book())?;
        let mut carried = PackageCarried { packages: Vec::new() };
        for package in &packages {
            let one = carry(&province, package).await.map_err(refuse)?;
            let to = to.clone();
            carried.packages.push(on_pool(move || written(one, to.as_deref())).await?);
        }
        on_pool(move || {
            at.note("package_carried", None, &[])?;
            Ok(carried)
        })
        .await
    }
    .boxed()
}

fn written(one: Carried, to: Option<&str>) -> Result<CarriedOne, ErrorReply> {
    Ok(CarriedOne {
        desk: short(one.address.device),
        number: one.address.number,
        missing: one.missing,
        refused: one.refused,
        files: package_files::write(&one.replies, to)?,
    })
}

async fn on_pool<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ErrorReply> + Send + 'static,
) -> Result<T, ErrorReply> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|_| Err(errors::internal()))
}
