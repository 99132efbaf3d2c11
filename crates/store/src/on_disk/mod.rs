//! The book as it lies on the disk: made, opened, locked, copied, moved aside, destroyed; who may open it.

pub(crate) mod aside;
pub(crate) mod backup;
pub(crate) mod before;
pub(crate) mod checkpoint;
pub(crate) mod connection;
pub(crate) mod hold;
pub(crate) mod incarnation;
pub(crate) mod keyring;
pub(crate) mod machine;
pub(crate) mod migrate;
pub(crate) mod rescue;
pub(crate) mod suite;
pub(crate) mod unlock;
pub(crate) mod wipe;
