//! What tests share: real servers, real desks, screens to look at, a network that can be cut.

pub mod desks;
pub mod killed;
pub mod province;
pub mod proxy;
pub mod terminal;
pub mod window;
