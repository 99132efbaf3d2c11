//! A province that does not know a kind of records yet, and is upgraded.

use serde_json::json;
use tiexin_domain::Kind;
use tiexin_domain::record::Fields;
use tiexin_server::Policy;
use uuid::Uuid;

use crate::town::{Desk, NOW, Town, household, with};

/// What the province of these tests does not know yet.
const STRANGE: &str = "insurance_claim";

/// As an older program tells it.
fn older() -> Policy {
    let mut policy = Policy::default();
    policy.kinds.retain(|kind| kind != STRANGE);
    assert_eq!(policy.kinds.len() + 1, Kind::ALL.len());
    policy
}

async fn older_town() -> Town {
    let mut town = Town::begin().await;
    town.decide(older()).await;
    town
}

fn claim(home: Uuid, amount: &str) -> Fields {
    let fields = json!({"region": "340323100001", "household": home, "head_name": "张三",
                        "insured": {"name": "张三"}, "amount": amount, "paid_on": "2026-10-05"});
    fields.as_object().unwrap().clone()
}

fn sound(desk: &Desk) {
    let report = desk.book.verify().unwrap();
    assert!(report.faults.is_empty(), "{report:?}");
}

/// (changes that wait, those of them that are held back).
fn waits(desk: &Desk) -> (u64, u64) {
    let state = desk.book.sync_state().unwrap();
    assert_eq!((state.parked, state.conflicts), (0, 0));
    (state.waiting, state.held_back)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_it_does_not_know_waits_and_the_rest_goes_on_its_way() {
    let mut town = older_town().await;
    let (a, b) = (Desk::enrolled(&town).await, Desk::enrolled(&town).await);
    b.round(&town).await;
    let (home, other, paid) = (Uuid::now_v7(), Uuid::now_v7(), Uuid::now_v7());
    a.save(home, household("张三"), NOW);
    a.save_of(STRANGE, paid, claim(home, "300.00"), NOW);
    a.save(other, household("李四"), NOW);
    assert_eq!(a.round(&town).await.pushed, 2);
    assert_eq!(waits(&a), (1, 1));
    // Desk and province have compared: the round was full though something is held back, and each later one is.
    let compared = || a.book.sync_state().unwrap().last_round;
    assert_eq!(compared(), Some(NOW));
    sound(&a);
    b.round(&town).await;
    assert_eq!((b.fields(home), b.fields(other)), (a.fields(home), a.fields(other)));
    assert!(b.book.get(paid).unwrap().is_none());
    // The desk works on: what was saved later is not held up, and a round with nothing to tell pushes nothing.
    a.save_of(STRANGE, paid, claim(home, "450.00"), NOW);
    a.save(home, with(a.fields(home), "hardship", json!(["因病"])), NOW);
    assert_eq!(a.round(&town).await.pushed, 1);
    assert_eq!((a.round(&town).await.pushed, waits(&a)), (0, (2, 2)));
    sound(&a);
    // It is upgraded: the next round tells what was held back, without being asked.
    town.decide(Policy::default()).await;
    assert_eq!((a.round(&town).await.pushed, waits(&a)), (2, (0, 0)));
    b.round(&town).await;
    assert_eq!(b.fields(paid), a.fields(paid));
    assert_eq!(b.fields(paid)["amount"], "450.00");
    a.round(&town).await;
    assert_eq!(a.agreed(), b.agreed());
    sound(&a);
}

/// Put back from a copy, a desk counts anew: what was held back still is.
#[tokio::test(flavor = "multi_thread")]
async fn a_desk_that_takes_a_new_number_holds_back_as_before() {
    let mut town = older_town().await;
    let a = Desk::enrolled(&town).await;
    let (home, paid) = (Uuid::now_v7(), Uuid::now_v7());
    a.save_of(STRANGE, paid, claim(home, "300.00"), NOW);
    a.save(home, household("张三"), NOW);
    a.book.take_new_incarnation().unwrap();
    assert_eq!((a.round(&town).await.pushed, waits(&a)), (1, (1, 1)));
    a.book.take_new_incarnation().unwrap();
    a.round(&town).await;
    assert_eq!(waits(&a), (1, 1));
    sound(&a);
    town.decide(Policy::default()).await;
    a.round(&town).await;
    assert_eq!(waits(&a), (0, 0));
    sound(&a);
}

/// A right that has ended: what is held back there is handed over all the same, and nothing of it stays (I11).
#[tokio::test(flavor = "multi_thread")]
async fn a_township_that_is_given_up_holds_nothing_back() {
    let town = older_town().await;
    town.grant("340323104").await;
    let a = Desk::enrolled(&town).await;
    let (home, paid) = (Uuid::now_v7(), Uuid::now_v7());
    a.save(home, household("张三"), NOW);
    a.save_of(STRANGE, paid, claim(home, "300.00"), NOW);
    a.round(&town).await;
    assert_eq!(waits(&a), (1, 1));
    let (role, region) = (tiexin_domain::Role::Worker, "340323100".parse().unwrap());
    town.server.province.end_grant("worker", &role, &region, None).await.unwrap();
    a.round(&town).await;
    let state = a.book.sync_state().unwrap();
    assert_eq!((state.waiting, state.held_back), (0, 0));
    assert!(a.book.get(paid).unwrap().is_none() && a.book.get(home).unwrap().is_none());
    let told = town.server.province.quarantine_on_file(&region).await.unwrap();
    assert_eq!(
        told.iter().map(|one| one.change.record).collect::<Vec<_>>(),
        [paid],
        "kept whole at the province"
    );
}
