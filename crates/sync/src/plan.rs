//! What to do next in a round. Pure: the facts in, one step out.

use tiexin_domain::region::RegionCode;

/// What a round knows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facts {
    /// Hello was said in this round, or the access told by the last pull is the one we hold.
    pub greeted: bool,
    /// Changes that can be told stand in the outbox without a verdict; what is held back is none of them.
    pub waiting: bool,
    /// Scopes that this desk may no longer hold.
    pub to_drop: Vec<RegionCode>,
    /// Scopes to be loaded from a snapshot, most wanted first.
    pub to_load: Vec<RegionCode>,
    /// A pull of this round answered that nothing is new, after the last push.
    pub at_head: bool,
    /// Scopes where something new waits for a decision of this desk's people.
    pub to_review: Vec<RegionCode>,
}

/// The next thing to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    Hello,
    Push,
    Drop(RegionCode),
    Load(RegionCode),
    Pull,
    /// Fetch what waits for a decision.
    Review(RegionCode),
    /// Everything told, everything read: the round is full.
    Finish,
}

/// Pushing comes before all else: what the worker did is told first, so that it is safe first, is
/// handed over before a withdrawn scope is given up (I11), and never lies under a re-based scope.
pub fn next_step(facts: &Facts) -> Step {
    if !facts.greeted {
        Step::Hello
    } else if facts.waiting {
        Step::Push
    } else if let Some(scope) = facts.to_drop.first() {
        Step::Drop(scope.clone())
    } else if let Some(scope) = facts.to_load.first() {
        Step::Load(scope.clone())
    } else if !facts.at_head {
        Step::Pull
    } else if let Some(scope) = facts.to_review.first() {
        Step::Review(scope.clone())
    } else {
        Step::Finish
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_round_is_full_only_when_nothing_is_left(greeted: bool, waiting: bool, load: bool, drop: bool, at_head: bool, review: bool) {
            let some = |wanted: bool| if wanted { vec!["340323100".parse().unwrap()] } else { vec![] };
            let facts = Facts { greeted, waiting, to_drop: some(drop), to_load: some(load), at_head, to_review: some(review) };
            let full = greeted && !waiting && !load && !drop && at_head && !review;
            prop_assert_eq!(next_step(&facts) == Step::Finish, full);
        }
    }

    #[test]
    fn work_is_told_before_anything_is_read() {
        let facts = Facts {
            greeted: true,
            waiting: true,
            to_drop: vec!["3403".parse().unwrap()],
            to_load: vec!["34".parse().unwrap()],
            at_head: false,
            to_review: Vec::new(),
        };
        assert_eq!(next_step(&facts), Step::Push);
    }
}
