//! What processes cost, as Linux tells it in `/proc` (proc(5)).

use std::time::Instant;

/// Ticks of `/proc/*/stat` in a second: 100 on every architecture of Debian.
const TICKS: f64 = 100.0;

/// The processes of a run.
pub(crate) struct Cast {
    pub(crate) servers: Vec<u32>,
    /// PostgreSQL's first process; its children serve connections.
    pub(crate) postmaster: u32,
}

/// Processor time so far, seconds.
pub(crate) struct Usage {
    at: Instant,
    servers: f64,
    postgres: f64,
    own: f64,
}

impl Cast {
    pub(crate) fn usage(&self) -> Usage {
        Usage {
            at: Instant::now(),
            servers: self.servers.iter().filter_map(|pid| seconds(*pid)).sum(),
            postgres: self.database().into_iter().filter_map(seconds).sum(),
            own: seconds(std::process::id()).unwrap_or_default(),
        }
    }

    fn database(&self) -> Vec<u32> {
        let all = std::fs::read_dir("/proc").expect("Linux").flatten();
        let pids = all.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
        pids.filter(|pid| *pid == self.postmaster || parent(*pid) == Some(self.postmaster)).collect()
    }

    /// Prints what was used since, in cores, and the servers' memory.
    pub(crate) fn print_since(&self, before: &Usage) {
        let now = self.usage();
        let wall = now.at.duration_since(before.at).as_secs_f64();
        let cores = |now: f64, before: f64| (now - before) / wall;
        println!(
            "  cores used  server {:.2}, PostgreSQL {:.2}, this program {:.2}",
            cores(now.servers, before.servers),
            cores(now.postgres, before.postgres),
            cores(now.own, before.own)
        );
        let (resident, most): (Vec<u64>, Vec<u64>) =
            self.servers.iter().map(|pid| (status(*pid, "VmRSS:"), status(*pid, "VmHWM:"))).unzip();
        println!(
            "  memory      server {} MiB, at most {} MiB so far",
            resident.iter().sum::<u64>() / 1024,
            most.iter().sum::<u64>() / 1024
        );
    }
}

/// The process that started this one.
pub(crate) fn parent(pid: u32) -> Option<u32> {
    fields(pid)?.get(1)?.parse().ok()
}

fn seconds(pid: u32) -> Option<f64> {
    let fields = fields(pid)?;
    let ticks = |at: usize| fields.get(at)?.parse::<f64>().ok();
    Some((ticks(11)? + ticks(12)?) / TICKS)
}

/// The fields of `/proc/PID/stat` after the name, which stands in brackets and may hold anything.
fn fields(pid: u32) -> Option<Vec<String>> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, rest) = stat.rsplit_once(')')?;
    Some(rest.split_whitespace().map(str::to_owned).collect())
}

/// KiB.
fn status(pid: u32, name: &str) -> u64 {
    let told = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = told.lines().find_map(|line| line.strip_prefix(name));
    line.and_then(|rest| rest.split_whitespace().next()?.parse().ok()).unwrap_or_default()
}

/// Most files that this process, and the servers it starts, may have open.
pub(crate) fn open_files() -> usize {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"));
    line.and_then(|rest| rest.split_whitespace().next()?.parse().ok()).unwrap_or(1024)
}
