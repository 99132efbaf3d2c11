//! Rescue of a desk whose user has forgotten the password. The private half of the escrow key is shown to
//! the program for this one act and never kept.

use serde::Serialize;
use serde_json::json;
use tiexin_protocol::rescue::{LeftKey, Rescue, RescueFile};
use uuid::Uuid;

use crate::code;
use crate::error::{Error, Refused, Result};
use crate::province::Province;

/// A rescue file and the code that opens it; the two go different ways.
#[derive(Debug, Clone, Serialize)]
pub struct Rescued {
    pub file: RescueFile,
    pub code: String,
}

impl Province {
    /// A file with which `user` may set a new password on `device`, without a network. Enters the act into
    /// the audit first.
    ///
    /// # Errors
    /// `Config`: the device left no key, or another escrow key was in force when it did.
    pub async fn rescue(&self, device: Uuid, user: &str, private: &str) -> Result<Rescued> {
        let known = self.book.device(device).await?.ok_or(Refused::DeviceUnknown)?;
        let users = self.book.users().await?;
        let user = users.iter().find(|one| one.name == user).ok_or(Refused::UserUnknown)?;
        let works = self.book.device_users().await?;
        // The id of the enrolment; the province's own stands there as well.
        let author = works
            .iter()
            .filter(|(at, _, who)| (*at, *who) == (device, user.id))
            .map(|(_, author, _)| *author)
            .max_by_key(|author| *author != user.id)
            .ok_or(Refused::UserUnknown)?;
        let escrow = known
            .escrow
            .ok_or_else(|| Error::Config("这台电脑还没有托管钥匙：启用托管后，它要联网同步过一次".into()))?;
        let left: LeftKey = tiexin_seal::take_out(private, &escrow.sealed).map_err(|_| {
            Error::Config(format!("托管私钥不对，或钥匙文件已损坏；托管时用的公钥是 {}", escrow.to))
        })?;
        if left.device != device {
            return Err(Error::Row("托管钥匙".into()));
        }
        let now = self.clock.now();
        self.book.note("rescue_made", json!({"device": device, "user": user.id}), now).await?;
        let rescue = Rescue { device, author, made_at: now, key: left.key };
        let code = code::new_rescue_code();
        let sealed = tiexin_seal::under_code(&code, &rescue)?;
        Ok(Rescued { file: RescueFile { format: RescueFile::FORMAT.into(), device, sealed }, code })
    }
}
