//! Getting to the book: which folder, which user, signed in.

use std::path::PathBuf;

use tiexin_contract::regions::RegionGet;
use tiexin_contract::session::{ClockTrouble, GetSession, SessionState, SignIn, SignedIn};
use tiexin_contract::{ErrorCode, ErrorReply};
use tiexin_domain::region::RegionCode;
use tiexin_terminal::say;

use super::args::Shared;
use super::exit::{Exit, Failure, Outcome};
use super::out::Out;
use super::secret::{self, Source};
use crate::{Desk, DeskConfig};

/// A desk before anybody signed in.
pub(super) struct Door {
    pub(super) desk: Desk,
    pub(super) out: Out,
    user: Option<String>,
    password_fd: Option<u32>,
}

/// A desk with a signed-in user.
pub(super) struct Seat {
    pub(super) desk: Desk,
    pub(super) out: Out,
    pub(super) me: SignedIn,
    /// `None`: the computer's clock is wrong, nobody knows.
    pub(super) today: Option<chrono::NaiveDate>,
}

/// A desk whose user gave the right password.
pub(super) struct Entered {
    pub(super) desk: Desk,
    pub(super) out: Out,
    pub(super) me: Option<SignedIn>,
    /// Why the book is locked, where nobody is signed in.
    pub(super) locked: String,
    pub(super) today: Option<chrono::NaiveDate>,
}

/// Where the book lies: as it was named, else where the window has it.
pub(super) fn folder(shared: &Shared) -> Outcome<PathBuf> {
    let folder = shared.data.clone().or_else(|| crate::home().map(|home| home.folder));
    folder.ok_or_else(|| {
        Failure::new(
            Exit::Usage,
            "找不到本用户的数据文件夹，请用 --data 指明台账所在的文件夹（或设置环境变量 TIEXIN_DATA）。",
        )
    })
}

/// The folder's desk for one run: it neither idles nor syncs by itself.
pub(super) fn one_run(shared: &Shared) -> Outcome<DeskConfig> {
    let mut config = DeskConfig::at(folder(shared)?);
    config.idle_minutes = 0;
    config.automatic_sync = false;
    Ok(config)
}

impl Door {
    pub(super) fn open(shared: &Shared) -> Outcome<Door> {
        Door::with(one_run(shared)?, shared)
    }

    pub(super) fn with(config: DeskConfig, shared: &Shared) -> Outcome<Door> {
        Ok(Door {
            desk: Desk::open(config)?,
            out: Out { json: shared.json },
            user: shared.user.clone(),
            password_fd: shared.password_fd,
        })
    }

    pub(super) async fn state(&self) -> Outcome<SessionState> {
        Ok(self.desk.run(GetSession {}).await?)
    }

    /// The user's name as given.
    pub(super) fn named(&self) -> Outcome<String> {
        let given = self.user.clone().filter(|name| !name.is_empty());
        given.ok_or_else(|| {
            Failure::new(Exit::Usage, "请用 --user 写明登录名（或设置环境变量 TIEXIN_USER）。")
        })
    }

    pub(super) fn password(&self, prompt: &str, twice: bool) -> Outcome<zeroize::Zeroizing<String>> {
        secret::password(&Source { fd: self.password_fd, variable: "TIEXIN_PASSWORD", prompt, twice })
    }

    /// Unlocks the book for the user named, or for its only one.
    pub(super) async fn sign_in(self) -> Outcome<Seat> {
        let Entered { desk, out, me, today, locked } = self.enter().await?;
        let me = me.ok_or_else(|| Failure::from(crate::errors::locked(&locked)))?;
        Ok(Seat { desk, out, me, today })
    }

    /// The same, also while the lease is over: for what speaks with the province.
    pub(super) async fn enter(self) -> Outcome<Entered> {
        let state = self.state().await?;
        if state.needs_setup {
            may_begin(&state)?;
            return Err(Failure::new(
                Exit::NotFound,
                "这个文件夹里还没有台账。请先用 init 新建，或用 enrol 加入省平台。",
            ));
        }
        let name = match (&self.user, state.users.as_slice()) {
            (Some(name), _) if !name.is_empty() => name.clone(),
            (_, [only]) => only.name.clone(),
            (_, users) => {
                let names: Vec<&str> = users.iter().map(|u| u.name.as_str()).collect();
                return Err(Failure::new(
                    Exit::Usage,
                    format!("本机有几个账号，请用 --user 写明是谁：{}", names.join("、")),
                ));
            }
        };
        let password = self.password(&format!("{name} 的密码："), false)?.to_string();
        let state = self.desk.run(SignIn { name, password }).await?;
        let today = state.day_is_sure().then_some(state.today);
        if let Some(trouble) = &state.book_trouble {
            say!("{trouble}");
        }
        // The zone alone changes no date: `status` tells of it.
        if let Some(clock) = state.clock.filter(|clock| clock.code != ClockTrouble::OtherZone) {
            say!("{}", clock.message);
        }
        if state.signed_in.is_none() && state.lease_ended.is_none() {
            let message = "没有登录成功，内容没有改动。请再试一次。";
            return Err(Failure::from(ErrorReply::new(ErrorCode::SignedOut, message)));
        }
        let locked = state.lease_ended.map(|ended| ended.message).unwrap_or_default();
        Ok(Entered { desk: self.desk, out: self.out, me: state.signed_in, today, locked })
    }
}

/// No book is begun over one whose keyring is missing.
pub(super) fn may_begin(state: &SessionState) -> Outcome {
    match &state.book_trouble {
        Some(trouble) => Err(Failure::new(Exit::Failed, trouble.clone())),
        None => Ok(()),
    }
}

/// Says what is to be said of the book's folder.
pub(super) fn tell_kept(state: &SessionState) {
    if let Some(kept) = &state.kept {
        say!("{}", kept.message);
    }
}

impl Seat {
    /// The region that was asked for, or the user's own.
    pub(super) async fn region(&self, code: Option<&str>) -> Outcome<RegionCode> {
        match code {
            Some(code) => region(&self.desk, code).await,
            None => Ok(self.me.home.clone()),
        }
    }
}

/// A region that exists.
pub(super) async fn region(desk: &Desk, code: &str) -> Outcome<RegionCode> {
    let unknown = || {
        Failure::new(
            Exit::NotFound,
            format!("没有代码为 {code} 的地区。代码是 2、4、6、9 或 12 位数字，请核对。"),
        )
    };
    let code = code.trim().parse::<RegionCode>().map_err(|_| unknown())?;
    match desk.run(RegionGet { code }).await {
        Ok(found) => Ok(found.code),
        Err(reply) if reply.code == ErrorCode::NotFound => Err(unknown()),
        Err(reply) => Err(reply.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_book_that_is_not_named_is_the_windows() {
        let at = |data: Option<PathBuf>| folder(&Shared { data, user: None, json: false, password_fd: None });
        assert_eq!(at(None).ok(), crate::home().map(|home| home.folder));
        assert_eq!(at(Some("book".into())).ok(), Some(PathBuf::from("book")));
    }
}
