//! stub
use crate::book::Book;
use crate::error::Result;
use tiexin_domain::User;
use uuid::Uuid;
impl Book {
    /// Users with their grants, as the province (or a stand-alone township) has given them.
    pub fn users(&self) -> Result<Vec<User>> {
        unimplemented!()
    }
    pub fn user(&self, id: Uuid) -> Result<Option<User>> {
        unimplemented!()
    }
    /// Replaces the list of users with their grants.
    pub fn set_users(&self, users: &[User]) -> Result<()> {
        unimplemented!()
    }
    /// Adds or replaces one user.
    pub fn put_user(&self, user: &User) -> Result<()> {
        unimplemented!()
    }
}
