//! Mutations without a fuzzer that watches: for ordinary tests, the same every time.

use fastrand::Rng;

use super::{container, json};

/// Another input of this target made of `input`. Everything follows from the seed.
pub fn blind(target: &str, input: &[u8], seed: u32) -> Vec<u8> {
    let mut dice = Rng::with_seed(u64::from(seed));
    let most = input.len() + 4_096;
    let inside = match target {
        _ if dice.u8(0..4) == 0 => None,
        "ledger" => container(input, seed, |part| scratch(part, &mut Rng::with_seed(u64::from(seed)))),
        "picture" | "meaning" => None,
        "keyring" | "form" => json(input, most, seed),
        _ => input.split_first().and_then(|(flags, rest)| lines(*flags, rest, most, seed, &mut dice)),
    };
    inside.unwrap_or_else(|| {
        let mut other = input.to_vec();
        scratch(&mut other, &mut dice);
        other
    })
}

/// One line of JSON behind the flags; now and then the flags.
fn lines(flags: u8, rest: &[u8], most: usize, seed: u32, dice: &mut Rng) -> Option<Vec<u8>> {
    let mut lines: Vec<Vec<u8>> = rest.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    let at = dice.usize(0..lines.len());
    lines[at] = json(&lines[at], most, seed)?;
    let flags = if dice.u8(..) < 8 { dice.u8(0..16) } else { flags };
    Some([&[flags][..], &lines.join(&b'\n')].concat())
}

/// A few bytes changed, cut out, doubled or put in.
fn scratch(bytes: &mut Vec<u8>, dice: &mut Rng) {
    for _ in 0..dice.usize(1..=6) {
        if bytes.is_empty() {
            return bytes.push(dice.u8(..));
        }
        let at = dice.usize(0..bytes.len());
        let end = (at + dice.usize(1..=16)).min(bytes.len());
        match dice.u8(0..7) {
            0 => bytes[at] ^= 1 << dice.u8(0..8),
            1 => bytes[at] = dice.u8(..),
            2 => bytes[at..end].fill(0xff),
            3 => bytes[at..end].fill(0),
            4 => drop(bytes.drain(at..end)),
            5 => {
                let piece = bytes[at..end].to_vec();
                let to = dice.usize(0..=bytes.len());
                bytes.splice(to..to, piece);
            }
            _ => bytes.truncate(at.max(bytes.len() / 2)),
        }
    }
}
