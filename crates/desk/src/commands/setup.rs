//! The first use of a desk, and further users of this PC.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use futures::future::{BoxFuture, FutureExt};
use secrecy::SecretString;
use tiexin_contract::session::{AddLocalUser, SessionState, SetUpEnrolled, SetUpStandalone};
use tiexin_contract::sync::Enrol;
use tiexin_contract::{ErrorCode, ErrorReply};
use tiexin_domain::access::{Action, Grant, Role, User};
use tiexin_domain::{Level, Problem, RegionCode};
use tiexin_protocol::wire::Joining;
use tiexin_store::{Book, LocalUser, NewUser, Regions};
use tiexin_sync::ProvinceAddress;

use super::session::state;
use crate::desk::Desk;
use crate::registry::Registry;
use crate::rights::{At, Need};
use crate::{authority, enrolment, errors, obey, password, update};

pub(super) fn register(registry: &mut Registry) {
    registry.open(standalone);
    registry.open_waiting(enrolled);
    registry.add_waiting(Need::SignedIn, add_user);
    registry.add_waiting(Need::SignedIn, join);
}

/// A township (or village) begins alone: its first user works there, a county's supervises.
fn standalone(desk: &Desk, args: SetUpStandalone) -> Result<SessionState, ErrorReply> {
    let mut problems = new_user_problems(&args.name, &args.display_name, &args.password);
    problems.extend(region_problem(&args.region));
    if !problems.is_empty() {
        return Err(ErrorReply::invalid(problems));
    }
    let (book, local) = make_book(desk, &args.name, &args.display_name, args.password)?;
    book.put_user(&with_grant(&local, args.region)).map_err(errors::store)?;
    desk.seat(book, local);
    state(desk)
}

fn enrolled(desk: Desk, args: SetUpEnrolled) -> BoxFuture<'static, Result<SessionState, ErrorReply>> {
    async move {
        let problems = new_user_problems(&args.name, &args.display_name, &args.password);
        if !problems.is_empty() {
            return Err(ErrorReply::invalid(problems));
        }
        let authority = args.authority.as_ref().map(authority::read).transpose()?;
        let folder = desk.inner().config.data_dir.clone();
        let before = names_in(&folder);
        let maker = desk.clone();
        let made = tokio::task::spawn_blocking(move || {
            make_book(&maker, &args.name, &args.display_name, args.password)
        });
        let (book, local) = made.await.map_err(|_| errors::internal())??;
        let person = joining(&local.name, &local.display_name);
        let joined = enrolment::join(&book, local.id, person, &args.server, &args.code, authority).await;
        if let Err(refusal) = joined {
            // Nothing was recorded in it yet: what this call made goes again, so that it can be repeated.
            drop(book);
            for path in names_in(&folder).difference(&before) {
                let _ = tiexin_files::remove(path);
            }
            return Err(refusal);
        }
        on_pool(move || {
            desk.seat(book, local);
            state(&desk)
        })
        .await
    }
    .boxed()
}

/// A desk that stands alone joins the province; all that was recorded goes along.
fn join(at: At, args: Enrol) -> BoxFuture<'static, Result<SessionState, ErrorReply>> {
    async move {
        let authority = args.authority.as_ref().map(authority::read).transpose()?;
        if stands_already(&at, &args.server).await? {
            return Err(ErrorReply::new(ErrorCode::Refused, STANDS_ALREADY));
        }
        let person = joining(&at.user.name, &at.user.display_name);
        enrolment::join(at.book(), at.user.id, person, &args.server, &args.code, authority).await?;
        at.session.province.reconnect();
        on_pool(move || {
            at.session.note_enrolled();
            at.note("enrolled", None, &[])?;
            state(&at.desk)
        })
        .await
    }
    .boxed()
}

const STANDS_ALREADY: &str = "这份台账已经接入这个省平台，您也在用，不用再接入；接入码没有用掉。如果台账文件夹是从另一台电脑复制来的，要让这台电脑单独接入：先同步到没有待上传的，退出贴心，把台账文件夹改名留着、不再打开，再打开贴心，选“接入省平台”，用这个接入码接入，记录会从省平台取回。";

/// Whether the province knows this book's device and its user. Enrolled once more it would stay the same device, also
/// where two machines use copies of it, and the code would be spent for nothing. It is asked: one that was put back from
/// a backup may not know the device.
async fn stands_already(at: &At, server: &str) -> Result<bool, ErrorReply> {
    let device = at.book().device().map_err(errors::store)?;
    let typed = ProvinceAddress::read(server.trim(), None).map_err(enrolment::reply)?.as_text();
    if device.id.is_none() || device.server.as_deref() != Some(typed.as_str()) {
        return Ok(false);
    }
    // Who has never joined is not asked about: a round would tell what colleagues wrote before they all are in.
    if !tiexin_sync::has_joined(at.book(), at.user.id).map_err(errors::store)? {
        return Ok(false);
    }
    let Ok(state) = at.session.province.round(&at.desk, at.book()).await else { return Ok(false) };
    let known = !state.enrol_again && (state.complete || state.trouble.is_none());
    // A round leaves the users whom the province named.
    Ok(known && at.book().user(at.user.id).map_err(errors::store)?.is_some())
}

fn add_user(at: At, args: AddLocalUser) -> BoxFuture<'static, Result<SessionState, ErrorReply>> {
    async move {
        let (at, args) = on_pool(move || {
            check_added(&at, &args)?;
            Ok((at, args))
        })
        .await?;
        let id = at.new_id();
        let book = at.book().clone();
        if let Some(code) = &args.code {
            let device = book.device().map_err(errors::store)?;
            let server = device.server.ok_or_else(not_enrolled)?;
            let person = joining(&args.name, &args.display_name);
            enrolment::join(&book, id, person, &server, code, None).await?;
        }
        on_pool(move || {
            let cost = at.desk.inner().config.kdf.of_store();
            let new = NewUser {
                id,
                name: args.name.trim().to_owned(),
                display_name: args.display_name.trim().to_owned(),
                password: SecretString::from(args.password),
            };
            let local = LocalUser { id, name: new.name.clone(), display_name: new.display_name.clone() };
            at.book().add_user(new, cost, at.user.id, at.now_ms).map_err(errors::store)?;
            if let (None, Some(region)) = (&args.code, args.region) {
                at.book().put_user(&with_grant(&local, region)).map_err(errors::store)?;
            }
            at.session.province.reconnect();
            state(&at.desk)
        })
        .await
    }
    .boxed()
}

/// The one signed in vouches only for what is theirs to give: regions they may write in.
fn check_added(at: &At, args: &AddLocalUser) -> Result<(), ErrorReply> {
    let mut problems = new_user_problems(&args.name, &args.display_name, &args.password);
    let taken = Book::users_of(at.book().dir()).map_err(errors::unlock)?;
    if taken.iter().any(|user| user.name == args.name.trim()) {
        problems.push(Problem::new("name", "name_taken", "这个登录名已经有人用了，请换一个"));
    }
    if enrolment::is_enrolled(at.book())? {
        if args.code.as_deref().is_none_or(|code| code.trim().is_empty()) {
            problems.push(Problem::new("code", "code_missing", "请填写管理员发给这位同事的一次性接入码"));
        }
    } else {
        match &args.region {
            None => problems.push(Problem::new("region", "region_missing", "请选择这位同事负责的地区")),
            Some(region) => {
                problems.extend(region_problem(region));
                if !at.may(Action::Write, region) {
                    return Err(errors::no_right());
                }
            }
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(ErrorReply::invalid(problems)) }
}

fn make_book(
    desk: &Desk,
    name: &str,
    display_name: &str,
    password: String,
) -> Result<(Book, LocalUser), ErrorReply> {
    let config = &desk.inner().config;
    let first = NewUser {
        id: config.ids.id(),
        name: name.trim().to_owned(),
        display_name: display_name.trim().to_owned(),
        password: SecretString::from(password),
    };
    obey::forget(&config.data_dir);
    let make = |_| Book::create(&config.data_dir, first, config.kdf.of_store(), config.clock.now_ms());
    update::opening(config, make, errors::unlock)
}

fn joining(name: &str, display_name: &str) -> Joining {
    Joining { name: name.trim().to_owned(), display_name: display_name.trim().to_owned() }
}

fn with_grant(local: &LocalUser, region: RegionCode) -> User {
    let role = if region.level() >= Level::Township { Role::Worker } else { Role::Supervisor };
    User {
        id: local.id,
        name: local.name.clone(),
        display_name: local.display_name.clone(),
        grants: vec![Grant { role, region, from: None, to: None }],
        disabled: false,
    }
}

fn new_user_problems(name: &str, display_name: &str, secret: &str) -> Vec<Problem> {
    let mut problems = password::name_problems(name, display_name);
    problems.extend(password::problems("password", secret, name.trim(), display_name.trim()));
    problems
}

fn region_problem(region: &RegionCode) -> Option<Problem> {
    let known = Regions::anhui().name(region).is_some();
    (!known).then(|| Problem::new("region", "region_unknown", "没有这个地区，请从列表中选择"))
}

fn not_enrolled() -> ErrorReply {
    ErrorReply::new(ErrorCode::Invalid, "这台电脑还没有接入省平台，没有改动。请先在“同步”页接入。")
}

fn names_in(folder: &Path) -> HashSet<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    entries.filter_map(|entry| entry.ok().map(|e| e.path())).filter(|path| path.is_file()).collect()
}

async fn on_pool<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ErrorReply> + Send + 'static,
) -> Result<T, ErrorReply> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|_| Err(errors::internal()))
}
