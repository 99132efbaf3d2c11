//! A township: what happened, the files that tell of it, and what the office does with them.

use crate::dice;
use crate::facts::{Fact, Facts, VILLAGES};
use crate::grid::Sure;
use crate::habit::{Habit, Habits};
use crate::office::{Ledger, Office, OfficeFile};

/// What the office does, in order.
#[derive(Debug, Clone)]
pub enum Step {
    /// Types a family by hand, with ID numbers or without.
    TypedByHand { family: usize, with_ids: bool },
    /// Reads files together, by place in the list of files.
    Import(Vec<usize>),
    /// The same, and takes the ledger's value wherever the book has another.
    ImportTaking(Vec<usize>),
    /// Reads the marked copy that the last import of a file gave.
    MarkedCopy(usize),
    /// A family moves in the middle of the month.
    Move { family: usize, to: usize },
}

#[derive(Debug, Clone)]
pub struct Township {
    pub seed: u64,
    pub habits: Habits,
    /// What is true at the end.
    pub facts: Facts,
    pub files: Vec<OfficeFile>,
    pub steps: Vec<Step>,
}

const LEDGERS: [Ledger; 4] = [Ledger::Families, Ledger::Members, Ledger::Services, Ledger::Activities];

impl Township {
    pub fn random(seed: u64, habits: Habits) -> Township {
        let facts = Facts::random(seed);
        let mut town = Township { seed, habits, facts: facts.clone(), files: Vec::new(), steps: Vec::new() };
        let before = if habits.has(Habit::CorrectedAgain) { town.before_correction() } else { facts };
        town.typed_by_hand();
        let first: Vec<(Ledger, Vec<usize>)> =
            LEDGERS.map(|ledger| (ledger, town.read(ledger, &before))).to_vec();
        town.first_imports(&first);
        town.read_again(&first);
        town.note_steps();
        town
    }

    /// What is done with files meets whatever stands in them.
    fn note_steps(&mut self) {
        for step in &self.steps {
            let (files, habit) = match step {
                Step::TypedByHand { .. } => ((0..self.files.len()).collect(), Habit::TypedByHand),
                Step::MarkedCopy(at) => (vec![*at], Habit::MarkedCopyBack),
                Step::Import(files) if self.habits.has(Habit::ReadAgain) => (files.clone(), Habit::ReadAgain),
                Step::Import(_) | Step::ImportTaking(_) | Step::Move { .. } => continue,
            };
            for at in files {
                self.files[at].habits = self.files[at].habits.with(habit);
            }
        }
    }

    /// Puts the files of a ledger into the list.
    fn read(&mut self, ledger: Ledger, facts: &Facts) -> Vec<usize> {
        let files = Office { seed: self.seed, habits: self.habits, facts }.files(ledger);
        let from = self.files.len();
        self.files.extend(files);
        (from..self.files.len()).collect()
    }

    fn typed_by_hand(&mut self) {
        if !self.habits.has(Habit::TypedByHand) {
            return;
        }
        for family in 0..self.facts.families.len() {
            let mut dice = dice(self.seed, "typed by hand", family as u64);
            if dice.u8(..100) < 40 {
                self.steps.push(Step::TypedByHand { family, with_ids: dice.bool() });
            }
        }
    }

    /// All ledgers in one go, or one after the other; a family moves in between.
    fn first_imports(&mut self, first: &[(Ledger, Vec<usize>)]) {
        let together = dice(self.seed, "together", 0).bool() && !self.habits.has(Habit::Moved);
        if together {
            self.steps.push(Step::Import(first.iter().flat_map(|(_, files)| files.clone()).collect()));
            return;
        }
        for (ledger, files) in first {
            self.steps.push(Step::Import(files.clone()));
            if *ledger == Ledger::Families && self.habits.has(Habit::Moved) {
                let mut dice = dice(self.seed, "moved", 0);
                let family = dice.usize(..self.facts.families.len());
                let to =
                    (self.facts.families[family].village + dice.usize(1..VILLAGES.len())) % VILLAGES.len();
                self.mark_moved(family);
                self.steps.push(Step::Move { family, to });
            }
        }
    }

    /// Rows of services to a family that is not where they say.
    fn mark_moved(&mut self, family: usize) {
        let facts = &self.facts;
        let of = |fact: &Fact| !matches!(fact, Fact::Family(_)) && facts.family_of(*fact) == Some(family);
        for file in &mut self.files {
            for row in file.rows.iter_mut().filter(|row| row.told.facts.iter().any(of)) {
                row.told.met(Habit::Moved, Sure::Odd);
                file.habits = file.habits.with(Habit::Moved);
            }
        }
    }

    fn read_again(&mut self, first: &[(Ledger, Vec<usize>)]) {
        if self.habits.has(Habit::ReadAgain) {
            for (_, files) in first {
                self.steps.push(Step::Import(files.clone()));
            }
        }
        if self.habits.has(Habit::MarkedCopyBack) {
            let files = first.iter().flat_map(|(_, files)| files);
            self.steps.extend(files.map(|file| Step::MarkedCopy(*file)).collect::<Vec<_>>());
        }
        if self.habits.has(Habit::CorrectedAgain) {
            for (ledger, _) in first.iter().filter(|(ledger, _)| *ledger != Ledger::Families) {
                let facts = self.facts.clone();
                let mut files = self.read(*ledger, &facts);
                for file in &files {
                    // Whichever row differs is not plain any more; which ones, no row says.
                    let file = &mut self.files[*file];
                    file.habits = file.habits.with(Habit::CorrectedAgain);
                    file.rows.iter_mut().for_each(|row| row.told.met(Habit::CorrectedAgain, Sure::Odd));
                }
                files.sort_unstable();
                let taking = dice(self.seed, "taking", 0).bool();
                self.steps.push(if taking { Step::ImportTaking(files) } else { Step::Import(files) });
            }
        }
    }

    /// What the ledgers said before they were corrected.
    fn before_correction(&self) -> Facts {
        let mut before = self.facts.clone();
        let one = |what: &str, nth: usize, of: u8| dice(self.seed, what, nth as u64).u8(..of) == 0;
        for (nth, claim) in before.claims.iter_mut().enumerate().filter(|(n, _)| one("old amount", *n, 3)) {
            claim.fen += 10_000 * (1 + nth as i64);
        }
        for (_, activity) in
            before.activities.iter_mut().enumerate().filter(|(n, _)| one("old headcount", *n, 3))
        {
            activity.headcount += 7;
        }
        for (_, member) in before.members.iter_mut().enumerate().filter(|(n, _)| one("old residence", *n, 5))
        {
            member.floating = !member.floating;
        }
        for (nth, visit) in before.visits.iter_mut().enumerate() {
            if one("old visitors", nth, 6) {
                visit.visitors = vec!["严粹"];
            } else if one("old gift", nth, 6) {
                visit.gift = Some(12_300);
            } else if one("old kind", nth, 8) {
                use tiexin_domain::nouns::visit::VisitKind::{Hospital, Routine};
                visit.kind = if visit.kind == Routine { Hospital } else { Routine };
            }
        }
        before
    }
}

/// A township by which a run can be repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    pub seed: u64,
    pub habits: Habits,
}
