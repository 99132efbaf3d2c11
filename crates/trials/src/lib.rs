//! What measures, loads, kills and tears: the programs behind `./dev bench`, `load`, `soak` and `shots`, and a few
//! rounds of each for the tests. What tests share is in `testkit`.

pub mod habits;
pub mod killed;
pub mod torn;
