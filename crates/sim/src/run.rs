//! Playing histories: one, many, shrunk; with bugs planted.

use std::collections::BTreeMap;
use std::process::{Command, ExitCode};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::time::Instant;

use fastrand::Rng;

use crate::check::settle_and_check;
use crate::step::{Step, history};
use crate::tally::Summary;
use crate::world::{Broken, Database, World};

/// The planted bugs, each a line of the production code behind `planted("…")`, and what it does.
const BUGS: &[(&str, &str)] = &[
    ("ack_before_commit", "the reply leaves, the transaction does not"),
    ("gap_accepted", "a push whose beginning is missing is taken in"),
    ("cursor_one_too_far", "a page begins one entry late"),
    ("rights_unchecked", "every author may write everywhere"),
    ("group_is_split", "a change is applied though another of its group is not"),
    ("view_leaks", "a village's desk is sent the whole township"),
    ("leaving_not_told", "a record that leaves the view is not taken away"),
    ("view_digest_not_taken_off", "a record that moved stays in its old village's digest"),
    ("foreign_generation_served", "a cursor of an older generation gets entries"),
    ("generation_kept", "a restored log goes on under its old generation"),
    ("acked_is_durable", "desks may forget what no backup holds"),
    ("fork_not_noticed", "two different changes under one number"),
    ("base_one_too_far", "an edit one version after the base is not seen as meanwhile"),
    ("sensitive_is_ordinary", "a second ID number overwrites the first"),
    ("overwritten_forgotten", "a value that gave way is not kept"),
    ("note_replaced", "the later note replaces the other"),
    ("own_note_replaced", "a note written twice without a line replaces what the first was joined to"),
    ("hidden_is_edited", "a hidden record is edited"),
    ("unknown_field_dropped", "a field of a newer program is lost"),
    ("page_drops_pending", "a page drops unsent changes of the records it touches"),
    ("echo_over_pending", "an own change that came back settles its record though more of it waits"),
    ("snapshot_over_pending", "a snapshot is laid over unsent work"),
    ("unseen_kept", "records that the province no longer has stay after a snapshot"),
    ("everything_read_is_pruned", "sent changes are forgotten before a backup holds them"),
    ("sent_goes_with_its_scope", "sent changes go with a withdrawn township though no backup holds them"),
    ("echo_taken_for_a_gap", "another machine's change under one's own number is read as a gap"),
    ("first_load_forgotten", "a first load that broke off is not taken up again"),
    ("withdrawn_is_kept", "a withdrawn township stays on the desk"),
    ("gap_after_restore", "a desk is stuck when the province lost what came before"),
    (
        "former_forgotten",
        "what a desk told under an older number is not told again when the province loses it",
    ),
    ("base_of_another_log", "versions of two townships' logs are compared"),
    ("moved_is_all_rewritten", "who moves a record is taken for the author of all of it"),
    ("moves_without_right", "a record may be moved to where its mover has no right"),
    ("merge_not_followed", "work on a record that was merged is not done on the one that stays"),
    ("merge_keeps_base", "who worked on a merged record is taken to have seen the one that stays"),
    (
        "former_number_is_believed",
        "what the province has under an older number of the book is taken for this book's",
    ),
    ("reply_brings_back", "an old reply brings a withdrawn township back"),
    ("told_is_numbered_anew", "a number that was told is given to another change"),
    ("held_back_out_of_order", "what is held back is numbered against the order in which it was saved"),
    ("surroundings_not_asked", "a second pair of contacts stands beside the first"),
    ("fixed_is_altered", "what is insert-only is changed and hidden by a changed program"),
    ("change_makes_a_record", "a change of a refused record makes half a record"),
];

/// One seed in so many runs on PostgreSQL, when there is one.
const ON_POSTGRES: u64 = 20;
/// One seed in so many has a crowd of desks, and a history as much longer.
const CROWDED: u64 = 25;
const LONGER: usize = 3;

/// What a seed stands for: the world's dice, the steps, and on which store.
#[derive(Clone)]
struct Run {
    dice: Rng,
    history: Vec<Step>,
    /// The cluster's URL.
    postgres: Option<String>,
    /// Tens of desks instead of a handful.
    crowd: bool,
}

impl Run {
    fn of(seed: u64, steps: usize) -> Run {
        let mut dice = Rng::with_seed(seed);
        let crowd = seed % CROWDED == CROWDED / 2;
        let history = history(&mut dice, if crowd { LONGER * steps } else { steps });
        let postgres = std::env::var("TIEXIN_TEST_PG").ok().filter(|_| seed.is_multiple_of(ON_POSTGRES));
        Run { dice, history, postgres, crowd }
    }

    fn only(&self, part: &[Step]) -> Run {
        Run { history: part.to_vec(), ..self.clone() }
    }
}

/// Plays the steps in the world that the dice make.
fn play(run: Run, summary: Option<&Mutex<Summary>>) -> Result<(), Broken> {
    let Run { mut dice, history, postgres, crowd } = run;
    let database = postgres.as_deref().map(Database::create).transpose()?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(4)
        .build()
        .map_err(|e| e.to_string())?;
    runtime.block_on(async {
        let mut world = World::begin(&mut dice, database, crowd).await?;
        for (n, step) in history.iter().enumerate() {
            world.play(*step).await.map_err(|e| format!("step {n} {step:?}: {e}"))?;
        }
        let end = settle_and_check(&mut world).await;
        if let Some(summary) = summary {
            summary.lock().expect("summary").add(history.len() as u64, &world.tally);
        }
        end
    })
}

/// A panic in production code is a failure like any other.
fn guarded(seed: u64, steps: usize, summary: Option<&Mutex<Summary>>) -> Result<(), Broken> {
    caught(|| play(Run::of(seed, steps), summary))
}

fn caught(play: impl FnOnce() -> Result<(), Broken>) -> Result<(), Broken> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(play)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        Err(format!(
            "panic: {}",
            text.or_else(|| panic.downcast_ref::<&str>().map(|s| (*s).into())).unwrap_or_default()
        ))
    })
}

/// Plays seeds on all threads; ends with the first failures told. A seed that fails is played again: one that holds
/// then did not fail by its history, and is told as unsteady (`docs/known-faults.md`).
pub(crate) fn many(
    from: u64,
    seeds: u64,
    steps: usize,
    threads: usize,
    end: Option<Instant>,
    begun: Instant,
) -> ExitCode {
    let next = AtomicU64::new(0);
    let stop = AtomicBool::new(false);
    let summary = Mutex::new(Summary::default());
    let failures: Mutex<BTreeMap<u64, Broken>> = Mutex::default();
    let unsteady = AtomicU64::new(0);
    std::thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            scope.spawn(|| {
                while !stop.load(SeqCst) && end.is_none_or(|end| Instant::now() < end) {
                    let n = next.fetch_add(1, SeqCst);
                    if n >= seeds {
                        break;
                    }
                    if let Err(broken) = guarded(from + n, steps, Some(&summary)) {
                        if guarded(from + n, steps, None).is_ok() {
                            unsteady.fetch_add(1, SeqCst);
                            println!("UNSTEADY: seed {}, not when played again: {broken}", from + n);
                            continue;
                        }
                        println!("seed {}: {broken}", from + n);
                        let mut failures = failures.lock().expect("failures");
                        failures.insert(from + n, broken);
                        if failures.len() >= 5 {
                            stop.store(true, SeqCst);
                        }
                    }
                }
            });
        }
    });
    let summary = summary.into_inner().expect("summary");
    summary.print();
    let failures = failures.into_inner().expect("failures");
    println!(
        "simulator: {} seeds, {} steps, {} failures, {} unsteady, {:.0} s",
        summary.seeds,
        summary.steps,
        failures.len(),
        unsteady.into_inner(),
        begun.elapsed().as_secs_f64()
    );
    match failures.keys().next() {
        None => ExitCode::SUCCESS,
        Some(seed) => {
            println!("look at it with: sim replay {seed} --steps {steps}");
            ExitCode::FAILURE
        }
    }
}

/// Plays one seed; when it fails, finds a short history that still does.
pub(crate) fn replay(seed: u64, steps: usize) -> ExitCode {
    let run = Run::of(seed, steps);
    let Err(broken) = caught(|| play(run.clone(), None)) else {
        println!("seed {seed}: all invariants hold after {steps} steps");
        return ExitCode::SUCCESS;
    };
    println!("seed {seed}: {broken}");
    std::panic::set_hook(Box::new(|_| {}));
    let class = class(&broken);
    let fails =
        |part: &[Step]| caught(|| play(run.only(part), None)).is_err_and(|e| self::class(&e) == class);
    let short = shrink(run.history.clone(), &fails);
    println!("{} steps are enough:", short.len());
    for step in &short {
        println!("  {step:?}");
    }
    if let Err(broken) = caught(|| play(run.only(&short), None)) {
        println!("{broken}");
    }
    ExitCode::FAILURE
}

/// What kind of failure it is: shrinking must not slip from one to another.
fn class(broken: &str) -> String {
    let said = broken.rsplit_once("}: ").map_or(broken, |(_, said)| said);
    said.chars().filter(|c| c.is_alphabetic()).take(40).filter(|c| !c.is_ascii_digit()).collect()
}

/// Takes parts out, halves first, as long as what is left still fails.
fn shrink(mut history: Vec<Step>, fails: &dyn Fn(&[Step]) -> bool) -> Vec<Step> {
    let mut part = history.len() / 2;
    while part > 0 {
        let mut at = 0;
        let mut shrunk = false;
        while at < history.len() {
            let mut less = history.clone();
            less.drain(at..(at + part).min(history.len()));
            if fails(&less) {
                history = less;
                shrunk = true;
            } else {
                at += part;
            }
        }
        if !shrunk || part > 1 {
            part /= 2;
        }
    }
    history
}

/// Prints the first seed that fails, or nothing.
pub(crate) fn find(most: u64, steps: usize) -> ExitCode {
    std::panic::set_hook(Box::new(|_| {}));
    for seed in 1..=most {
        if let Err(broken) = guarded(seed, steps, None) {
            println!("{seed} {}", broken.lines().next().unwrap_or_default());
            return ExitCode::SUCCESS;
        }
    }
    ExitCode::FAILURE
}

/// Every planted bug must be found.
pub(crate) fn bugs(most: u64, only: &[String], steps: usize, threads: usize) -> ExitCode {
    let wanted: Vec<_> =
        BUGS.iter().filter(|(name, _)| only.is_empty() || only.iter().any(|o| o == name)).collect();
    let next = AtomicU64::new(0);
    let missed = AtomicU64::new(0);
    println!("| planted bug | what it does | seeds | found as |\n|---|---|---|---|");
    std::thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            scope.spawn(|| {
                while let Some((name, what)) = wanted.get(next.fetch_add(1, SeqCst) as usize) {
                    let found = std::env::current_exe().and_then(|me| {
                        Command::new(me)
                            .args(["find", &most.to_string(), "--steps", &steps.to_string()])
                            .env("TIEXIN_PLANTED", name)
                            .output()
                    });
                    let told = found.map(|out| String::from_utf8_lossy(&out.stdout).trim().to_owned());
                    match told.as_deref().unwrap_or_default().split_once(' ') {
                        Some((seed, broken)) => {
                            let broken: String = broken.chars().take(90).collect();
                            println!("| `{name}` | {what} | {seed} | {broken} |");
                        }
                        None => {
                            missed.fetch_add(1, SeqCst);
                            println!("| `{name}` | {what} | **not found in {most}** | |");
                        }
                    }
                }
            });
        }
    });
    println!("planted bugs: {} of {} found", wanted.len() as u64 - missed.load(SeqCst), wanted.len());
    if missed.load(SeqCst) == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
