//! What the office had done after the backup from which the book was put back, as desks tell it with the province's
//! own signature: listed, and done once more on the office's word. Nothing that was taken is given back by it.

mod plan;

use chrono::NaiveDate;
use serde::Serialize;
use tiexin_domain::RegionCode;
use tiexin_domain::access::{Grant, Role, User};
use uuid::Uuid;

use crate::access::Device;
use crate::error::Result;
use crate::province::Province;

use plan::plan;

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
    GrantEnded {
        user: String,
        role: Role,
        region: RegionCode,
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
}

/// The book as it stands.
pub(crate) struct Stands {
    pub(crate) users: Vec<User>,
    pub(crate) devices: Vec<Device>,
    /// (device, author, user)
    pub(crate) works: Vec<(Uuid, Uuid, Uuid)>,
}

impl Province {
    /// What desks tell that this book lacks since it was put back from a backup.
    pub async fn lacking(&self) -> Result<Vec<Lacking>> {
        Ok(plan(&self.said().await?, &self.stands().await?).told())
    }

    /// Does it once more. Gives what was done.
    pub async fn redo(&self) -> Result<Vec<Lacking>> {
        let plan = plan(&self.said().await?, &self.stands().await?);
        let now = self.clock.now();
        for user in &plan.users {
            self.book.add_user(&User { grants: Vec::new(), disabled: false, ..user.clone() }, now).await?;
        }
        for (user, grant) in &plan.grants {
            self.book.add_grant(user, grant, now).await?;
        }
        for (user, role, region, to) in &plan.ended {
            self.book.end_grant(user, role.code(), region, *to, now).await?;
        }
        for user in &plan.disabled {
            self.disable_user(user).await?;
        }
        for (back, ..) in &plan.devices {
            self.book.take_back(back, now).await?;
        }
        for (device, _, lost, by) in &plan.revoked {
            self.revoke(*device, *lost, *by).await?;
        }
        Ok(plan.told())
    }

    async fn stands(&self) -> Result<Stands> {
        Ok(Stands {
            users: self.book.users().await?,
            devices: self.book.devices().await?,
            works: self.book.device_users().await?,
        })
    }
}
