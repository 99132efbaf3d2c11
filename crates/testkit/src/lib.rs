//! What tests share: real servers, real desks, screens to look at, a network that can be cut.

pub mod cluster;
pub mod desks;
mod driver;
pub mod f1;
mod files;
pub mod patience;
pub mod province;
pub mod proxy;
pub mod small_disk;
pub mod terminal;
pub mod township;
pub mod window;
pub mod worker;
