//! Every kept input of every target, and every input that once broke something, as ordinary tests.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use tiexin_hostile::TARGETS;

/// One input may take so long, also in a debug build on a busy machine.
const MOST: Duration = Duration::from_secs(20);
/// Inputs of each target that are made anew with every run.
const MUTATED: u64 = 60;
/// The corpus stays small: it lies in the repository.
const MOST_BYTES: u64 = 2_000_000;

fn shelf() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz")
}

fn inputs(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn replay(name: &str) {
    let run = tiexin_hostile::target(name).expect("a target");
    let kept = inputs(&shelf().join("corpus").join(name));
    assert!(!kept.is_empty(), "{name} has no corpus");
    for file in kept.iter().chain(&inputs(&shelf().join("crashes").join(name))) {
        let bytes = std::fs::read(file).unwrap();
        let begun = Instant::now();
        run(&bytes);
        assert!(begun.elapsed() < MOST, "{} takes too long", file.display());
    }
    mutated(name, run, &kept);
}

/// So many inputs of each target are made anew with every run, the same ones; more of them with
/// `TIEXIN_FUZZ_SECONDS`, for so long and beginning where `TIEXIN_FUZZ_SEED` says. No branches are counted here: that is
/// for `./dev fuzz`.
fn mutated(name: &str, run: fn(&[u8]), kept: &[PathBuf]) {
    let number = |variable| std::env::var(variable).ok().and_then(|text| text.parse::<u64>().ok());
    let (most, first) = match number("TIEXIN_FUZZ_SECONDS") {
        Some(seconds) => (Duration::from_secs(seconds), number("TIEXIN_FUZZ_SEED").unwrap_or(0)),
        None => (Duration::MAX, 0),
    };
    let begun = Instant::now();
    let mut done = 0;
    for seed in first.. {
        if begun.elapsed() >= most || (most == Duration::MAX && done >= MUTATED) {
            break;
        }
        let from = std::fs::read(&kept[seed as usize % kept.len()]).unwrap();
        let input = tiexin_hostile::mutate::blind(name, &from, seed as u32);
        let one = Instant::now();
        let ended = std::panic::catch_unwind(|| run(&input));
        if ended.is_err() || one.elapsed() > MOST {
            let folder = shelf().join("artifacts").join(name);
            std::fs::create_dir_all(&folder).unwrap();
            let file = folder.join(format!("seed-{seed}"));
            std::fs::write(&file, &input).unwrap();
            panic!("{name}: see {}", file.display());
        }
        done += 1;
    }
    println!("{name}: {done} mutated inputs in {} s", begun.elapsed().as_secs());
}

macro_rules! each {
    ($($name:ident),+ $(,)?) => {
        $(#[test]
        fn $name() {
            replay(stringify!($name));
        })+

        #[test]
        fn every_target_is_replayed() {
            assert_eq!([$(stringify!($name)),+], TARGETS.map(|(name, _)| name));
        }
    };
}

each!(
    push,
    asked,
    blob,
    carried_in,
    part,
    carried_back,
    pull,
    replies,
    snapshot,
    keyring,
    ledger,
    meaning,
    picture,
    form,
    update,
);

#[test]
fn the_corpus_is_small_and_belongs_to_targets() {
    let mut bytes = 0;
    for kind in ["corpus", "crashes"] {
        for folder in inputs(&shelf().join(kind)) {
            let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
            assert!(tiexin_hostile::target(&name).is_some(), "{kind}/{name} belongs to no target");
            bytes += inputs(&folder).iter().map(|file| std::fs::metadata(file).unwrap().len()).sum::<u64>();
        }
    }
    assert!(bytes < MOST_BYTES, "{bytes} bytes: minimise it");
}
