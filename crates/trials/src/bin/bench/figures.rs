//! Time and bytes of the jobs of sync, ours beside others'.

use std::time::Duration;

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Job {
    Push,
    FirstFew,
    FirstMany,
    PushEdits,
    PullEdits,
    Idle,
}

impl Job {
    const ALL: [Job; 6] =
        [Job::FirstFew, Job::FirstMany, Job::Push, Job::PushEdits, Job::PullEdits, Job::Idle];

    fn name(self) -> &'static str {
        match self {
            Job::Push => "push of 10,000 offline changes",
            Job::FirstFew => "first sync of 10,000",
            Job::FirstMany => "first sync of 50,000",
            Job::PushEdits => "200 edits among 50,000: push",
            Job::PullEdits => "200 edits among 50,000: pull",
            Job::Idle => "a round with nothing to do",
        }
    }
}

/// One program's figures.
#[derive(Debug, Default)]
pub(crate) struct Figures(Vec<(Job, Duration, u64)>);

impl Figures {
    pub(crate) fn add(&mut self, job: Job, (took, bytes): (Duration, u64)) {
        self.0.push((job, took, bytes));
    }

    fn of(&self, job: Job) -> Option<(Duration, u64)> {
        self.0.iter().find(|(other, ..)| *other == job).map(|(_, took, bytes)| (*took, *bytes))
    }

    /// A table in Markdown: each of the others' with how many times ours it is.
    pub(crate) fn print_beside(&self, others: &[(&str, Option<&Figures>)]) {
        let names: Vec<&str> = others.iter().map(|(name, _)| *name).collect();
        println!("| what | ours | {} |", names.join(" | "));
        println!("|---|---|{}", "---|".repeat(names.len()));
        for job in Job::ALL {
            let Some((took, bytes)) = self.of(job) else { continue };
            let beside = |(_, figures): &(&str, Option<&Figures>)| match figures.and_then(|f| f.of(job)) {
                Some((theirs, more)) => format!(
                    "{} ({:.1}×), {} ({:.1}×)",
                    time(theirs),
                    theirs.as_secs_f64() / took.as_secs_f64(),
                    size(more),
                    more as f64 / bytes as f64
                ),
                None => "–".into(),
            };
            let cells: Vec<String> = others.iter().map(beside).collect();
            println!("| {} | {}, {} | {} |", job.name(), time(took), size(bytes), cells.join(" | "));
        }
    }
}

fn time(took: Duration) -> String {
    let ms = took.as_secs_f64() * 1e3;
    if ms < 1_000.0 { format!("{ms:.1} ms") } else { format!("{:.2} s", ms / 1e3) }
}

fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        _ => format!("{:.2} MB", bytes as f64 / 1e6),
    }
}
