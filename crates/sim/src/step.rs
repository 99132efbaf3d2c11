//! What may happen, one step at a time. A step holds everything it needs: any part of a history can be
//! played again.

use fastrand::Rng;

/// One event. Numbers choose among what there is when the step is played.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// Somebody saves something at a desk.
    Save {
        desk: u8,
        what: u8,
        pick: u16,
    },
    /// A desk runs a round; something happens to `trouble` of 256 messages.
    Round {
        desk: u8,
        trouble: u8,
        dice: u32,
        saving: bool,
    },
    /// A supervisor decides on something that was not applied.
    Settle {
        desk: u8,
        pick: u16,
    },
    /// A push given up long ago arrives.
    LateArrives {
        pick: u16,
    },
    /// A push is said once more, word for word.
    SayAgain {
        pick: u16,
    },
    /// The program at the desk ends and begins anew.
    Reopen {
        desk: u8,
    },
    /// Somebody copies a desk's folder.
    CopyDesk {
        desk: u8,
    },
    /// The newest copy is put back in place of the desk's folder, by the program's own restore.
    RestoreDesk {
        desk: u8,
    },
    /// The machine is put back from an image of the whole disk.
    RestoreImage {
        desk: u8,
    },
    /// A second machine is set up from an image of the first.
    CloneDesk {
        desk: u8,
    },
    /// A desk's clock is set wrong.
    DeskClock {
        desk: u8,
        days: i16,
    },
    ServerClock {
        days: u8,
    },
    ServerReopen,
    ServerBackup,
    /// The newest finished backup is put back.
    ServerRestore,
    /// A user gets or loses a right.
    Grant {
        desk: u8,
        what: u8,
    },
    /// A desk's disk is full, or has room again.
    Disk {
        desk: u8,
        full: bool,
    },
    /// A program of another version pushes: fields and kinds that this one does not know.
    OldProgram {
        pick: u16,
    },
    /// Two desks register the same family, each without knowing of the other.
    Twice {
        desk: u8,
        other: u8,
        pick: u16,
    },
    /// A person merges two registrations of one family, or takes a merge back.
    Merge {
        desk: u8,
        pick: u16,
    },
    /// All that waits at a desk is written on a stick.
    Pack {
        desk: u8,
        pick: u16,
    },
    /// Somebody brings a stick to the province, whole or in part, in any order; and perhaps the reply away.
    Carry {
        pick: u16,
        dice: u32,
    },
    /// A desk reads a reply from a stick: the newest, or an old one once more.
    TakeIn {
        desk: u8,
        pick: u16,
    },
    /// A reply comes home after its desk was put back, took a new number, or lost the right to what it brings.
    HomeLate {
        desk: u8,
        what: u8,
        pick: u16,
    },
}

/// A history from a seed.
pub(crate) fn history(dice: &mut Rng, steps: usize) -> Vec<Step> {
    (0..steps).map(|_| step(dice)).collect()
}

fn step(dice: &mut Rng) -> Step {
    let desk = dice.u8(..);
    let pick = dice.u16(..);
    match dice.u32(0..1000) {
        0..428 => Step::Save { desk, what: dice.u8(..), pick },
        428..440 => Step::HomeLate { desk, what: dice.u8(..), pick },
        440..452 => Step::Twice { desk, other: dice.u8(..), pick },
        452..474 => Step::Merge { desk, pick },
        474..494 => Step::Settle { desk, pick },
        494..508 => Step::Pack { desk, pick },
        508..530 => Step::Carry { pick, dice: dice.u32(..) },
        530..554 => Step::TakeIn { desk, pick },
        554..820 => {
            let trouble = *dice.choice(&[0u8, 0, 20, 60, 120, 200]).unwrap_or(&0);
            Step::Round { desk, trouble, dice: dice.u32(..), saving: dice.u8(..) < 80 }
        }
        820..845 => Step::LateArrives { pick },
        845..870 => Step::SayAgain { pick },
        870..890 => Step::Reopen { desk },
        890..904 => Step::CopyDesk { desk },
        904..912 => Step::RestoreDesk { desk },
        912..920 => Step::RestoreImage { desk },
        920..924 => Step::CloneDesk { desk },
        924..932 => Step::DeskClock { desk, days: dice.i16(-3650..=3650) },
        932..938 => Step::ServerClock { days: dice.u8(..40) },
        938..946 => Step::ServerReopen,
        946..956 => Step::ServerBackup,
        956..962 => Step::ServerRestore,
        962..980 => Step::Grant { desk, what: dice.u8(..) },
        980..990 => Step::Disk { desk, full: dice.bool() },
        _ => Step::OldProgram { pick },
    }
}
