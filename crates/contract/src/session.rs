//! Signing in and out, the first use of a desk, users of this PC.

use serde::{Deserialize, Serialize};
use tiexin_domain::access::{Grant, User};
use tiexin_domain::region::RegionCode;

use crate::commands;
pub use crate::done::Done;
use crate::files::FileGiven;

/// What the desk is and who is at it. Allowed signed out.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct GetSession {}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SessionState {
    /// No book yet: show the first-use screen.
    pub needs_setup: bool,
    /// Sign-in names on this PC.
    pub users: Vec<LocalUserName>,
    pub signed_in: Option<SignedIn>,
    /// Accounts of the demo county with their passwords; only in the demo.
    pub demo_accounts: Vec<DemoAccount>,
    /// The demo banner is to be shown.
    pub demo: bool,
    /// Today by the desk's clock, `YYYY-MM-DD`.
    pub today: chrono::NaiveDate,
    pub app_version: String,
    /// Minutes without a touch until the desk locks.
    pub idle_minutes: u32,
    /// The password was right, but the book stays locked until it has spoken with the province, by line or by
    /// stick: its lease is over, or the account was disabled. Nobody is signed in until then.
    #[serde(default)]
    pub lease_ended: Option<LeaseEnded>,
    /// The book of this desk was destroyed on the province's order, and none was begun since.
    #[serde(default)]
    pub wiped: Option<WipedState>,
    /// What is wrong with the computer's clock or zone; work goes on.
    #[serde(default)]
    pub clock: Option<ClockNotice>,
    /// The book lies where it may come to harm; work goes on.
    #[serde(default)]
    pub kept: Option<KeptNotice>,
    /// The book that is open is not the one that was here, or none can be opened because its keyring is missing:
    /// Chinese, what lies where and what to do.
    #[serde(default)]
    pub book_trouble: Option<String>,
    /// Whether the book of this desk is joined to a province, also while nobody is signed in: a forgotten password
    /// has another way out there. None: not known, or no book.
    #[serde(default)]
    pub joined: Option<bool>,
    /// Who locked the desk, or left it until it locked itself, and is expected back. None while somebody is signed
    /// in, and after signing out.
    #[serde(default)]
    pub locked: Option<LocalUserName>,
    /// The program broke here, and left a file that tells where.
    #[serde(default)]
    pub crash: Option<CrashTold>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CrashTold {
    /// Milliseconds since 1970 UTC.
    pub at: i64,
    /// Of the file on this machine.
    pub path: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClockNotice {
    pub code: ClockTrouble,
    /// Chinese: what the clock shows, what that means, what to do.
    pub message: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockTrouble {
    /// Before the day on which the program was built: it is certainly wrong. No date may be taken from it.
    BeforeProgram,
    /// Before the day on which this book was used last.
    BeforeBook,
    /// Many years ahead.
    FarAhead,
    /// Ahead of the province's clock, or behind it, by more than some minutes.
    OffProvince,
    /// The zone is not China's; dates are China's all the same.
    OtherZone,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptNotice {
    pub code: KeptWhere,
    /// Chinese: where the book lies, what can happen there, what to do.
    pub message: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeptWhere {
    /// In a folder that another program syncs.
    Synced,
    /// On another machine.
    Network,
}

impl SessionState {
    /// Whether `today` is today. Otherwise forms begin without a date.
    pub fn day_is_sure(&self) -> bool {
        self.clock.as_ref().is_none_or(|clock| clock.code != ClockTrouble::BeforeProgram)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeaseEnded {
    /// Whose password was right.
    pub display_name: String,
    /// Changes that wait for the province; they are safe.
    pub waiting: u64,
    #[serde(default)]
    pub why: WhyLocked,
    /// Chinese: why it is locked and what opens it again.
    #[serde(default)]
    pub message: String,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhyLocked {
    /// The desk has not spoken with the province for too long.
    #[default]
    Lease,
    /// The computer's clock is certainly wrong, and the lease can only be told by it.
    Clock,
    /// The province has disabled the account.
    Disabled,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WipedState {
    /// Milliseconds since 1970 UTC, desk clock.
    pub at: i64,
    /// The machine was called lost; otherwise it retired and handed over first.
    pub lost: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LocalUserName {
    pub name: String,
    pub display_name: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SignedIn {
    pub user: User,
    /// The region the user works in first: the deepest grant.
    pub home: RegionCode,
    pub home_name: String,
    /// Grants in force.
    pub grants: Vec<Grant>,
    pub can_write: bool,
    pub can_settle: bool,
    pub can_audit: bool,
    /// Looks after the desks of a region.
    #[serde(default)]
    pub can_devices: bool,
    /// Enrolled with a province.
    pub enrolled: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DemoAccount {
    pub name: String,
    pub password: String,
    /// Chinese: whose account it is.
    pub label: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SignIn {
    pub name: String,
    pub password: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SignOut {}

/// Locks the desk: as signing out, but the same user is expected back and finds his pages as he left them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LockDesk {}

/// First use: a township (or village) begins alone and may enrol later.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SetUpStandalone {
    pub region: RegionCode,
    pub name: String,
    pub display_name: String,
    pub password: String,
}

/// First use: with the province's address and a one-time code.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SetUpEnrolled {
    pub server: String,
    pub code: String,
    /// Name and password under which the user signs in on this PC.
    pub name: String,
    pub display_name: String,
    pub password: String,
    /// The certificate of the province's own authority, when it has one.
    #[serde(default)]
    pub authority: Option<FileGiven>,
}

/// Another user of this PC; the one signed in vouches by being signed in.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AddLocalUser {
    pub name: String,
    pub display_name: String,
    pub password: String,
    /// Where the new user works on a desk that stands alone; enrolled desks take grants from the province.
    #[serde(default)]
    pub region: Option<RegionCode>,
    /// The new user's one-time code on an enrolled desk.
    #[serde(default)]
    pub code: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ChangePassword {
    pub old: String,
    pub new: String,
}

commands! {
    GetSession => "session.get" -> SessionState;
    SignIn => "session.sign_in" -> SessionState;
    SignOut => "session.sign_out" -> SessionState;
    LockDesk => "session.lock" -> SessionState;
    SetUpStandalone => "session.set_up_standalone" -> SessionState;
    SetUpEnrolled => "session.set_up_enrolled" -> SessionState;
    AddLocalUser => "session.add_user" -> SessionState;
    ChangePassword => "session.change_password" -> Done;
}
