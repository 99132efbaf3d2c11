//! Who is at the desk: sign in, sign out, password, idling.

use secrecy::SecretString;
use tiexin_contract::book::Touch;
use tiexin_contract::session::{
    ChangePassword, DemoAccount, Done, GetSession, LeaseEnded, LocalUserName, LockDesk, SessionState, SignIn,
    SignOut, SignedIn,
};
use tiexin_contract::{ErrorCode, ErrorReply};
use tiexin_domain::access::{Action, Grant, User};
use tiexin_domain::{Problem, RegionCode};
use tiexin_store::{Book, LocalUser, UnlockError};

use crate::clock::Clock;
use crate::config::DEMO_ACCOUNTS;
use crate::desk::Desk;
use crate::registry::{Registry, anywhere};
use crate::rights::{At, Need};
use crate::session::{LOCK, Session};
use crate::{crash, enrolment, errors, obey, office_day, password, place, update};

pub(super) fn register(registry: &mut Registry) {
    registry.open(get);
    registry.open(sign_in);
    registry.open(sign_out);
    registry.open(lock);
    registry.add(Need::SignedIn, anywhere, change_password);
    registry.add(Need::SignedIn, anywhere, touch);
}

fn get(desk: &Desk, _: GetSession) -> Result<SessionState, ErrorReply> {
    state(desk)
}

fn sign_in(desk: &Desk, args: SignIn) -> Result<SessionState, ErrorReply> {
    let config = &desk.inner().config;
    let secret = SecretString::from(args.password);
    // The place is taken only by somebody whose password was right.
    let now_ms = config.clock.now_ms();
    let open = |first| {
        let unlock = if first { Book::unlock_first } else { Book::unlock };
        let (book, local) = unlock(&config.data_dir, args.name.trim(), &secret, now_ms)?;
        if first {
            // What every screen shows, before anything can be recorded.
            book.users().and_then(|_| book.sync_state()).map_err(|_| UnlockError::Migration)?;
        }
        Ok((book, local))
    };
    let tell = |error| errors::unlock_in(&config.data_dir, error);
    let (book, local) = update::opening(config, open, tell)?;
    desk.seat(book, local);
    state(desk)
}

fn sign_out(desk: &Desk, _: SignOut) -> Result<SessionState, ErrorReply> {
    desk.leave(Some("sign_out"));
    state(desk)
}

fn lock(desk: &Desk, _: LockDesk) -> Result<SessionState, ErrorReply> {
    desk.leave(Some(LOCK));
    state(desk)
}

fn change_password(at: &At, args: ChangePassword) -> Result<Done, ErrorReply> {
    let problems = password::problems("new", &args.new, &at.user.name, &at.user.display_name);
    if !problems.is_empty() {
        return Err(ErrorReply::invalid(problems));
    }
    if args.old == args.new {
        let message = "新密码与原密码相同，请换一个";
        return Err(ErrorReply::invalid(vec![Problem::new("new", "password_same", message)]));
    }
    let (old, new) = (SecretString::from(args.old), SecretString::from(args.new));
    let name = &at.session.local.name;
    at.book().change_password(name, &old, &new, at.now_ms).map_err(|error| match errors::store(error) {
        wrong if wrong.code == ErrorCode::WrongPassword => ErrorReply {
            message: "原密码不对，密码没有改动。请检查大小写和输入法后再试。".into(),
            ..wrong
        },
        other => other,
    })?;
    Ok(Done { id: None })
}

fn touch(at: &At, _: Touch) -> Result<Done, ErrorReply> {
    at.session.touch(at.desk.inner().config.clock.steady_ms());
    Ok(Done { id: None })
}

/// What the desk is and who is at it.
pub(super) fn state(desk: &Desk) -> Result<SessionState, ErrorReply> {
    let config = &desk.inner().config;
    let needs_setup = !Book::exists(&config.data_dir);
    let users =
        if needs_setup { Vec::new() } else { Book::users_of(&config.data_dir).map_err(errors::unlock)? };
    let session = desk.session();
    let lease_ended = match &session {
        Some(session) => locked(session, &*config.clock)?,
        None => None,
    };
    let clock = office_day::notice(&*config.clock, session.as_ref().map(|session| &session.book));
    let wiped = if needs_setup { obey::wiped(&config.data_dir) } else { None };
    let book_trouble = match &session {
        Some(session) => crate::lock::emptied(&session.book).map_err(errors::store)?,
        None if wiped.is_none() && Book::is_keyless(&config.data_dir) => {
            Some(crate::lock::KEYLESS.to_owned())
        }
        None => None,
    };
    let signed_in = session.filter(|_| lease_ended.is_none()).map(|session| {
        let user = session.user()?;
        let enrolled = enrolment::is_enrolled(&session.book)?;
        Ok(signed_in(user, enrolled, config.clock.today()))
    });
    Ok(SessionState {
        needs_setup,
        users: users.into_iter().map(named).collect(),
        signed_in: signed_in.transpose()?,
        demo_accounts: if config.demo { demo_accounts(desk) } else { Vec::new() },
        demo: config.demo,
        today: config.clock.today(),
        app_version: config.install.as_ref().map_or_else(built, |install| install.running.to_string()),
        idle_minutes: config.idle_minutes,
        lease_ended,
        clock: clock.map_err(errors::store)?,
        kept: desk.inner().kept.clone(),
        book_trouble,
        joined: if needs_setup {
            None
        } else {
            Book::enrolled_of(&config.data_dir).map_err(errors::unlock)?
        },
        wiped,
        locked: desk.inner().sessions.expected().map(named),
        crash: crash::last_crash(&config.data_dir),
    })
}

fn built() -> String {
    env!("CARGO_PKG_VERSION").into()
}

fn named(user: LocalUser) -> LocalUserName {
    LocalUserName { name: user.name, display_name: user.display_name }
}

/// Why the book is locked; looked at anew, for it may have been opened.
fn locked(session: &Session, clock: &dyn Clock) -> Result<Option<LeaseEnded>, ErrorReply> {
    let user = session.user()?;
    if session.locked(&user, clock)?.is_none() {
        return Ok(None);
    }
    session.look_at_lease(clock.now_ms());
    let Some((why, message)) = session.locked(&user, clock)? else { return Ok(None) };
    let waiting = session.book.sync_state().map_err(errors::store)?.waiting;
    Ok(Some(LeaseEnded { display_name: user.display_name, waiting, why, message }))
}

fn signed_in(user: User, enrolled: bool, today: chrono::NaiveDate) -> SignedIn {
    let grants: Vec<Grant> = user.grants.iter().filter(|grant| grant.in_force(today)).cloned().collect();
    let carries = |action| grants.iter().any(|grant| grant.role.carries(action));
    let home = home(&grants);
    SignedIn {
        home_name: if grants.is_empty() { "没有授权的地区".into() } else { place::name(&home) },
        home,
        can_write: carries(Action::Write),
        can_settle: carries(Action::Settle),
        can_audit: carries(Action::Audit),
        can_devices: enrolled && carries(Action::Devices),
        grants,
        user,
        enrolled,
    }
}

/// The widest grant's region, the first of several: a narrower one given besides takes nobody away from the usual place.
/// The province for a user without any.
fn home(grants: &[Grant]) -> RegionCode {
    let widest = grants.iter().map(|grant| &grant.region).min_by_key(|region| region.as_str().len());
    // Invariant: 34 is a region code.
    widest.cloned().unwrap_or_else(|| RegionCode::new("34").expect("two digits"))
}

fn demo_accounts(desk: &Desk) -> Vec<DemoAccount> {
    let path = desk.inner().config.data_dir.join(DEMO_ACCOUNTS);
    let text = std::fs::read_to_string(path).unwrap_or_default();
    serde_json::from_str(&text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tiexin_domain::Role;

    #[test]
    fn a_narrower_grant_besides_is_not_the_working_place() {
        let of = |regions: &[&str]| {
            let grant = |region: &&str| Grant {
                role: Role::Worker,
                region: region.parse().unwrap(),
                from: None,
                to: None,
            };
            home(&regions.iter().map(grant).collect::<Vec<_>>()).to_string()
        };
        assert_eq!(of(&["340323104", "340323104002"]), "340323104");
        assert_eq!(of(&["340323104002", "340323104"]), "340323104");
        assert_eq!(of(&["340323104", "340323105"]), "340323104");
        assert_eq!(of(&["340323104001", "340323"]), "340323");
        assert_eq!(of(&[]), "34");
    }
}
