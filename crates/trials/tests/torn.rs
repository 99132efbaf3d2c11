//! Some hundred power cuts of what `crashes images` makes as many of as one likes.

use tiexin_testkit::window::Trouble;
use tiexin_trials::torn::{DeskImages, ProvinceImages, Seen};

/// Each part of the space was met.
fn met(seen: &Seen, wanted: &[&str]) {
    println!("{seen}");
    for what in wanted {
        assert!(seen.facts.get(*what).copied().unwrap_or_default() > 0, "never met: {what}");
    }
}

const WHIMS: [&str; 8] = [
    "unsynced Nothing",
    "unsynced Everything",
    "unsynced Beginning",
    "unsynced Some",
    "unsynced Torn",
    "unsynced Garbage",
    "sectors of 512",
    "sectors of 4096",
];

#[test]
fn a_desk_keeps_what_it_acknowledged_at_every_power_cut() -> Result<(), Trouble> {
    let mut images = DeskImages::new(20_261_128);
    images.make(250)?;
    met(&images.seen, &WHIMS);
    let deeds = ["deed: group saved", "deed: batch imported", "deed: page read", "deed: checkpoint"];
    met(&images.seen, &deeds);
    let found =
        ["what was acknowledged, no more", "and what was under way, whole", "cut again while it was mended"];
    met(&images.seen, &found);
    Ok(())
}

#[test]
fn a_province_keeps_what_it_answered_at_every_power_cut() -> Result<(), Trouble> {
    let mut images = ProvinceImages::new(20_261_128);
    images.make(200)?;
    met(&images.seen, &WHIMS);
    met(&images.seen, &["what was acknowledged, no more", "and the push under way, whole"]);
    Ok(())
}

/// These tests can fail: a disk that says of everything that it is safe is found out at once.
#[test]
fn a_disk_that_lies_is_found_out() {
    let found = |made: Result<(), Trouble>| made.expect_err("nothing was found").0;
    for why in
        [found(DeskImages::on_a_lying_disk(1).make(50)), found(ProvinceImages::on_a_lying_disk(1).make(50))]
    {
        println!("{why}");
        assert!(why.contains(": image "), "{why}");
    }
}
