//! stub
use crate::book::Book;
use crate::error::{Result, UnlockError};
use rusqlite::Connection;
use std::path::Path;
use uuid::Uuid;
use zeroize::Zeroizing;
/// This desk as the province knows it.
#[derive(Debug, Clone)]
pub struct Device {
    /// `None` before enrolment.
    pub id: Option<Uuid>,
    pub incarnation: Uuid,
    /// Seed of the device's ed25519 key.
    pub key_seed: Zeroizing<[u8; 32]>,
    pub server: Option<String>,
    /// Name by which people know the machine.
    pub name: Option<String>,
    /// Bearer token and when it ends, milliseconds since 1970 UTC.
    pub token: Option<(String, i64)>,
    /// [`tiexin_protocol::wire::HelloReply::access`] as last heard.
    pub access: Option<String>,
}
impl Book {
    pub fn device(&self) -> Result<Device> {
        unimplemented!()
    }
    pub fn enrolled(&self, id: Uuid, server: &str, name: &str) -> Result<()> {
        unimplemented!()
    }
    pub fn set_server(&self, server: &str) -> Result<()> {
        unimplemented!()
    }
    pub fn set_token(&self, token: Option<(&str, i64)>) -> Result<()> {
        unimplemented!()
    }
    pub fn set_access(&self, access: &str) -> Result<()> {
        unimplemented!()
    }
}
pub(crate) fn settle_incarnation(_: &mut Connection, _: &Path) -> Result<(), UnlockError> {
    unimplemented!()
}
