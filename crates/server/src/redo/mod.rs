//! What the office had done after the backup from which the book was put back, as desks tell it with the province's
//! own signature: listed, and done once more on the office's word. Nothing that was taken is given back by it.

mod people;
mod plan;
mod rights;

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::Serialize;
use tiexin_domain::RegionCode;
use tiexin_domain::access::{Grant, Role, User};
use tiexin_protocol::canonical;
use uuid::Uuid;

use crate::access::{Device, Right};
use crate::error::{Error, Refused, Result};
use crate::province::Province;

use plan::{Deed, Step, plan};

/// Signs by which the office names a line.
const SHORT: usize = 6;

/// One act that the book lacks. In the order in which they can be done.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Lacking {
    User {
        id: Uuid,
        name: String,
        display_name: String,
    },
    Grant {
        user: String,
        grant: Grant,
    },
    /// `from`: of the grant that was ended; another of the same role and region stays.
    GrantEnded {
        user: String,
        role: Role,
        region: RegionCode,
        #[serde(skip_serializing_if = "Option::is_none")]
        from: Option<NaiveDate>,
        to: NaiveDate,
    },
    UserDisabled {
        user: String,
    },
    /// A device, or one more user of a known one. `users`: names.
    Device {
        id: Uuid,
        name: String,
        known: bool,
        users: Vec<String>,
    },
    Revoked {
        id: Uuid,
        name: String,
        lost: bool,
    },
    /// A device has destroyed its book after the backup: what it alone had told since does not come back.
    Gone {
        id: Uuid,
        /// Empty: the book does not know it.
        name: String,
    },
}

impl Lacking {
    /// By what the office names the line. The same for the same act, however many others are listed.
    pub fn code(&self) -> String {
        let json = serde_json::to_value(self).unwrap_or_default();
        blake3::hash(&canonical(&json)).to_hex().chars().take(SHORT).collect()
    }

    /// Sign-in names of those who must be there before it can be done.
    fn needs(&self) -> Vec<&str> {
        match self {
            Lacking::Grant { user, .. } | Lacking::UserDisabled { user } => vec![user],
            Lacking::Device { users, .. } => users.iter().map(String::as_str).collect(),
            _ => Vec::new(),
        }
    }
}

/// The book as it stands.
pub(crate) struct Stands {
    pub(crate) users: Vec<User>,
    pub(crate) rights: Vec<Right>,
    pub(crate) devices: Vec<Device>,
    /// (device, author, user)
    pub(crate) works: Vec<(Uuid, Uuid, Uuid)>,
}

impl Province {
    /// What desks tell that this book lacks since it was put back from a backup.
    pub async fn lacking(&self) -> Result<Vec<Lacking>> {
        Ok(self.steps().await?.into_iter().map(|step| step.told).collect())
    }

    /// Does all of it once more. Gives what was done.
    pub async fn redo(&self) -> Result<Vec<Lacking>> {
        self.redo_of(&[]).await
    }

    /// Does the lines of these codes once more, and what they cannot do without; no codes: all.
    ///
    /// # Errors
    /// `Config`: there is no such line. Then nothing was done.
    pub async fn redo_of(&self, codes: &[String]) -> Result<Vec<Lacking>> {
        let steps = chosen(self.steps().await?, codes)?;
        let now = self.clock.now();
        let mut done = Vec::new();
        for Step { told, deed } in steps {
            match deed {
                Deed::AddUser(user) => self.book.add_user(&user, now).await?,
                Deed::AddGrant(user, grant, given) => self.book.add_grant(&user, &grant, given, now).await?,
                Deed::End(right, to) => match self.book.end_grant(&right, to, now).await {
                    // It was to be given first, and that was not chosen.
                    Err(Error::Refused(Refused::GrantUnknown)) => continue,
                    ended => ended?,
                },
                Deed::Disable(user) => self.disable_user(&user).await?,
                Deed::TakeBack(back) => self.book.take_back(&back, now).await?,
                Deed::Revoke(device, lost, by) => self.revoke(device, lost, by).await?,
                Deed::Wiped(device) => self.book.wiped(device, now).await?,
                Deed::None => continue,
            }
            done.push(told);
        }
        Ok(done)
    }

    async fn steps(&self) -> Result<Vec<Step>> {
        let stands = Stands {
            users: self.book.users().await?,
            rights: self.book.rights().await?,
            devices: self.book.devices().await?,
            works: self.book.device_users().await?,
        };
        Ok(plan(&self.said().await?, &stands))
    }
}

fn chosen(steps: Vec<Step>, codes: &[String]) -> Result<Vec<Step>> {
    if codes.is_empty() {
        return Ok(steps);
    }
    let wanted: Vec<String> = codes.iter().map(|code| code.trim().to_lowercase()).collect();
    let there: BTreeSet<String> = steps.iter().map(|step| step.told.code()).collect();
    if let Some(code) = wanted.iter().find(|code| !there.contains(*code)) {
        return Err(Error::Config(format!(
            "没有编号 {code} 这一行，没有补办；请看 restored list 现在列出的"
        )));
    }
    let asked = |step: &Step| wanted.contains(&step.told.code());
    let needed: BTreeSet<String> = steps
        .iter()
        .filter(|step| asked(step))
        .flat_map(|step| step.told.needs())
        .map(str::to_owned)
        .collect();
    let wanted = |step: &Step| {
        asked(step) || matches!(&step.told, Lacking::User { name, .. } if needed.contains(name))
    };
    Ok(steps.into_iter().filter(wanted).collect())
}
