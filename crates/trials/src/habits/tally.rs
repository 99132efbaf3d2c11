//! What many townships gave, together.

use std::collections::BTreeMap;
use std::fmt;

use tiexin_habits::{Habit, Habits, Run, Township};

use super::trial::{Verdict, smallest, trial};

/// So many wrong townships are tried with fewer habits.
const MOST_TRIED: usize = 40;

#[derive(Debug, Default)]
pub struct Tally {
    townships: u64,
    all: Verdict,
    /// How many files had both habits.
    met: BTreeMap<(Habit, Habit), u32>,
    /// A line for each township that is wrong: how to repeat it, and its first failure.
    pub wrong: Vec<String>,
    causes: BTreeMap<Habits, u32>,
}

impl Tally {
    /// Tries one more township. One that is wrong is tried with fewer habits until each is needed.
    pub async fn add(&mut self, run: Run) {
        for file in Township::random(run.seed, run.habits).files {
            for one in file.habits.iter() {
                for other in file.habits.iter().filter(|other| *other >= one) {
                    *self.met.entry((one, other)).or_default() += 1;
                }
            }
        }
        let verdict = trial(run).await;
        self.townships += 1;
        self.all.figures += verdict.figures;
        self.all.told += verdict.told;
        self.all.rows += verdict.rows;
        self.all.rows_told += verdict.rows_told;
        self.all.plain_told += verdict.plain_told;
        if !verdict.failures.is_empty() {
            // Each costs some townships more: where many are wrong, the first will do.
            let Run { seed, habits } = if self.wrong.len() < MOST_TRIED { smallest(run).await } else { run };
            let first = trial(Run { seed, habits }).await.failures.into_iter().next().unwrap_or_default();
            eprintln!("wrong: townships --seed {seed} --habits {habits}\n    {first}");
            self.wrong.push(format!("townships --seed {seed} --habits {habits}\n    {first}"));
            *self.causes.entry(habits).or_default() += 1;
        }
    }

    /// The pairs of different habits that met in no file.
    pub fn never_met(&self) -> Vec<(Habit, Habit)> {
        let pairs = Habit::ALL.iter().flat_map(|one| Habit::ALL.iter().map(move |other| (*one, *other)));
        pairs.filter(|(one, other)| one < other && !self.met.contains_key(&(*one, *other))).collect()
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "files in which a habit stood, and met which:")?;
        for (at, one) in Habit::ALL.iter().enumerate() {
            write!(f, "{:>22} {:>2}", one.name(), at + 1)?;
            for other in &Habit::ALL[..=at] {
                match self.met.get(&(*other, *one)) {
                    Some(count) => write!(f, "{count:>4}")?,
                    None => write!(f, "   .")?,
                }
            }
            writeln!(f)?;
        }
        let Verdict { figures, told, rows, rows_told, plain_told, .. } = &self.all;
        writeln!(f, "{} townships, {} of them wrong", self.townships, self.wrong.len())?;
        writeln!(f, "{figures} figures; {told} differ and are told by a finding")?;
        writeln!(f, "{rows} rows; {rows_told} with a finding, {plain_told} of these with nothing odd")?;
        for (habits, count) in &self.causes {
            writeln!(f, "{count:>5} × {habits}")?;
        }
        for wrong in &self.wrong {
            writeln!(f, "{wrong}")?;
        }
        Ok(())
    }
}
