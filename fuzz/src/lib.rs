//! How libFuzzer gives inputs to the targets of `tiexin-hostile`, and how inputs are mutated.
//!
//! Every second mutation is libFuzzer's own, so that also what no writer would write is tried.

pub use libfuzzer_sys;
use libfuzzer_sys::fuzzer_mutate;
use tiexin_hostile::mutate;

/// Part of the input that a mutation may reach, and what stands around it.
fn put(data: &mut [u8], parts: &[&[u8]]) -> Option<usize> {
    let whole = parts.concat();
    data.get_mut(..whole.len())?.copy_from_slice(&whole);
    Some(whole.len())
}

fn own(seed: u32) -> bool {
    seed & 1 == 0
}

/// A byte of flags and JSON, perhaps with something behind the first line.
pub fn flagged_json(data: &mut [u8], size: usize, most: usize, seed: u32) -> usize {
    let structured = || {
        let (flags, rest) = data[..size].split_first()?;
        let at = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
        let json = mutate::json(&rest[..at], most.saturating_sub(2 + rest.len() - at), seed >> 1)?;
        let flags = if seed % 64 == 0 { (seed >> 8) as u8 & 15 } else { *flags };
        let behind = rest[at..].to_vec();
        Some((flags, json, behind))
    };
    let made = if own(seed) { structured() } else { None };
    made.and_then(|(flags, json, behind)| put(data, &[&[flags], &json, &behind]))
        .unwrap_or_else(|| fuzzer_mutate(data, size, most))
}

/// JSON and nothing else.
pub fn json(data: &mut [u8], size: usize, most: usize, seed: u32) -> usize {
    let made = if own(seed) { mutate::json(&data[..size], most, seed >> 1) } else { None };
    made.and_then(|json| put(data, &[&json])).unwrap_or_else(|| fuzzer_mutate(data, size, most))
}

/// A byte of flags and lines of JSON.
pub fn lines(data: &mut [u8], size: usize, most: usize, seed: u32) -> usize {
    let structured = || {
        let (flags, rest) = data[..size].split_first()?;
        let mut lines: Vec<Vec<u8>> = rest.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
        let at = (seed >> 8) as usize % lines.len();
        lines[at] = mutate::json(&lines[at], most.saturating_sub(size), seed >> 1)?;
        if seed % 16 == 0 {
            let other = (seed >> 16) as usize % lines.len();
            lines.swap(at, other);
        }
        Some((*flags, lines.join(&b'\n')))
    };
    let made = if own(seed) { structured() } else { None };
    made.and_then(|(flags, lines)| put(data, &[&[flags], &lines]))
        .unwrap_or_else(|| fuzzer_mutate(data, size, most))
}

/// A container whose parts are mutated; one in four times the container itself.
pub fn container(data: &mut [u8], size: usize, most: usize, seed: u32) -> usize {
    let alter = |part: &mut Vec<u8>| {
        let length = part.len();
        part.resize((length + 64).min(1 << 20).max(length), 0);
        let room = part.len();
        let changed = fuzzer_mutate(part, length, room);
        part.truncate(changed);
    };
    let made = if seed % 4 != 0 { mutate::container(&data[..size], seed >> 2, alter) } else { None };
    made.filter(|made| made.len() <= most)
        .and_then(|made| put(data, &[&made]))
        .unwrap_or_else(|| fuzzer_mutate(data, size, most))
}

/// A target, perhaps with one of the mutators above.
#[macro_export]
macro_rules! target {
    ($name:literal) => {
        $crate::libfuzzer_sys::fuzz_target!(|data: &[u8]| $crate::run($name, data));
    };
    ($name:literal, $mutate:ident) => {
        $crate::target!($name);
        $crate::libfuzzer_sys::fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
            $crate::$mutate(data, size, max_size, seed)
        });
    };
}

/// Runs a target. The reading of ledgers and pictures catches the panics of the libraries that decode them: for
/// these a panic is no crash until it comes out of the target.
pub fn run(name: &str, data: &[u8]) {
    static ONCE: std::sync::Once = std::sync::Once::new();
    if matches!(name, "ledger" | "picture") {
        ONCE.call_once(|| std::panic::set_hook(Box::new(|_| {})));
    }
    tiexin_hostile::target(name).expect("a target of that name")(data);
}
