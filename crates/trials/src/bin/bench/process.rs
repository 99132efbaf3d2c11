//! What Linux tells of the processes of a group, in `/proc` (proc(5)).

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

/// Ticks of `/proc/*/stat` in a second: 100 on every architecture of Debian.
const TICKS: f64 = 100.0;
/// Between two looks at the memory, and how many at most.
const LOOK: Duration = Duration::from_millis(250);
const LOOKS: usize = 60;

struct Process {
    folder: PathBuf,
    name: String,
    /// Seconds after the machine's start.
    started: f64,
}

/// Time since the named process of a group was started; exact to 20 ms.
pub(crate) fn age(group: u32, name: &str) -> Duration {
    let uptime = std::fs::read_to_string("/proc/uptime").expect("Linux");
    let now: f64 = uptime.split(' ').next().and_then(|s| s.parse().ok()).expect("seconds");
    let process = of_group(group).into_iter().find(|p| p.name == name).expect("it runs");
    Duration::from_secs_f64((now - process.started).max(0.0))
}

/// PSS of each process of the group in KiB, the driver apart, by name.
pub(crate) type Memory = BTreeMap<String, u64>;

/// Once two looks at the whole differ by less than one in a hundred.
pub(crate) async fn settled_memory(group: u32) -> Memory {
    let mut before = memory(group);
    for _ in 0..LOOKS {
        tokio::time::sleep(LOOK).await;
        let now = memory(group);
        if whole(&now).abs_diff(whole(&before)) * 100 < whole(&now) {
            return now;
        }
        before = now;
    }
    before
}

pub(crate) fn whole(memory: &Memory) -> u64 {
    memory.values().sum()
}

fn memory(group: u32) -> Memory {
    let pss = |process: Process| -> Option<(String, u64)> {
        let told = std::fs::read_to_string(process.folder.join("smaps_rollup")).ok()?;
        let kib = told
            .lines()
            .find_map(|line| line.strip_prefix("Pss:")?.split_whitespace().next()?.parse().ok())?;
        Some((process.name, kib))
    };
    let mut by_name = Memory::new();
    for (name, kib) in of_group(group).into_iter().filter(|p| p.name != "WebKitWebDriver").filter_map(pss) {
        *by_name.entry(name).or_default() += kib;
    }
    by_name
}

fn of_group(group: u32) -> Vec<Process> {
    let read = |entry: std::fs::DirEntry| -> Option<Process> {
        let folder = entry.path();
        let stat = std::fs::read_to_string(folder.join("stat")).ok()?;
        // The name stands in brackets and may itself hold brackets and spaces.
        let (head, rest) = stat.rsplit_once(')')?;
        let fields: Vec<&str> = rest.split_whitespace().collect();
        let in_group = fields.get(2)?.parse() == Ok(group);
        let started = fields.get(19)?.parse::<f64>().ok()? / TICKS;
        in_group.then(|| Process {
            folder,
            name: head.split_once('(').map_or("", |(_, n)| n).to_owned(),
            started,
        })
    };
    std::fs::read_dir("/proc").expect("Linux").flatten().filter_map(read).collect()
}
