//! The wire as it was recorded, for ever (I15): what desks of every recorded version sent is still taken in, and
//! what they are answered is what they were answered, as their eyes see it.
//!
//! A recording lies in `crates/protocol/tests/fixtures/wire-<protocol>.<n>/`, a file for each message, numbered in
//! the order in which they were said: `<nn>-<who>-<what>.<Shape>.json`. How the next one is made: `docs/sync.md`.

mod old;
mod people;
mod replay;
mod script;
mod shapes;
mod standing;
mod stick;
mod tape;

use std::path::PathBuf;

use crate::on_both_stores;
use crate::place::Place;

on_both_stores!(what_was_recorded_is_still_taken_in, a_desk_that_knows_the_least_is_understood);

async fn what_was_recorded_is_still_taken_in(place: Place) {
    replay::all(place, replay::As::Recorded).await;
}

async fn a_desk_that_knows_the_least_is_understood(place: Place) {
    replay::all(place, replay::As::Oldest).await;
}

/// The oldest desk whose pushes are taken is three versions behind, as soon as there are three.
#[test]
fn three_versions_back_is_still_spoken_with() {
    use tiexin_protocol::{OLDEST_PROTOCOL, PROTOCOL};
    assert!(OLDEST_PROTOCOL <= PROTOCOL.saturating_sub(3).max(1));
}

/// Every field and every variant of every message stands in some recording.
#[test]
fn every_shape_was_recorded() {
    let shown = shapes::shown(&tape::recordings());
    let missing: Vec<String> = shapes::all().difference(&shown).cloned().collect();
    assert!(missing.is_empty(), "no recorded message shows these; see docs/sync.md: {missing:#?}");
}

/// Makes the next recording. Says which line to add to `crates/protocol/tests/recorded.rs`.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "writes a new folder of fixtures"]
async fn record_the_wire() {
    let folder: PathBuf = tape::next();
    let mut tape = tape::Tape::begin(&folder);
    script::play(&Place::sqlite(), &mut tape).await;
    println!("recorded {} messages in {}", tape.messages(), folder.display());
}
