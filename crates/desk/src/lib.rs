//! A desk: sessions, rights, and the body of every command. Binary `tiexin-desk`.
//!
//! A shell (the window, the loopback host, the terminal, a test) opens a [`Desk`] and hands it every
//! call. Sessions, roles and regions are checked in one place, `rights`, before a body runs. The desk is handed the
//! list of its commands (`opening`); nothing that it is made of knows one.
//! Must not know Tauri; knows axum only for the loopback host in [`host`]. All SQL is the store's.

mod authority;
mod borrowed;
mod browser;
mod cadence;
mod calendar;
pub mod cli;
pub mod clock;
mod commands;
mod config;
mod crash;
pub mod demo;
mod desk;
mod engine;
mod enrolment;
mod errors;
pub mod events;
mod festivals;
mod files;
mod folders;
mod guessing;
mod home;
pub mod host;
mod in_browser;
mod jobs;
mod kept;
mod leave;
mod limits;
mod lock;
mod log;
mod lookup;
mod masking;
mod notice;
mod obey;
mod office_day;
mod opening;
mod password;
mod picture;
mod place;
mod plans;
mod province;
mod refusals;
mod registry;
mod reminders;
mod rights;
mod rows;
mod rules;
mod screen;
mod seat;
mod session;
mod surroundings;
mod typed;
pub mod update;
mod values;
mod waiting;

pub use browser::open as open_page;
pub use clock::{Clock, Ids, ManualClock, SystemClock, SystemIds};
pub use config::{DEMO_ACCOUNTS, DeskConfig, KdfCost};
pub use crash::{write_crash_files, write_logs};
pub use desk::Desk;
pub use events::Events;
pub use home::{Home, home};
pub use host::{Running, find_pages, serve};
pub use in_browser::{InBrowser, LINGER, Told};
pub use picture::picture_ready;
pub use screen::{Answer, Entered, Place, enter};
pub use tiexin_sync::Pace;
pub use tiexin_sync::release::Trusted;

use tiexin_domain::labels;
