//! How a desk stands with a real province: lease, orders, the key it leaves, witness, a cloned disk.

use secrecy::SecretString;
use tiexin_protocol::package::gather;
use tiexin_protocol::rescue::Rescue;
use tiexin_protocol::statement::{Signed, WipeOrder, Wiped};
use tiexin_seal::Keys;
use tiexin_server::Policy;
use tiexin_store::Book;
use tiexin_sync::{
    HttpProvince, PackageError, SyncError, Why, due, make, notices, run_round, run_round_for, take_in,
};
use uuid::Uuid;

use crate::town::{Desk, NOW, Town, household, with};

const HOUR: i64 = 3600 * 1000;
const DAY: i64 = 24 * HOUR;

async fn round(desk: &Desk, town: &Town, now: i64) -> Result<(), SyncError> {
    desk.round_at(&town.address(), now).await.map(drop)
}

fn ends(desk: &Desk) -> i64 {
    desk.book.lease(0).unwrap().expect("a lease").ends
}

#[tokio::test]
async fn a_round_renews_the_lease_whatever_the_clock_says() {
    let town = Town::begin().await;
    let desk = Desk::enrolled(&town).await;
    assert_eq!(desk.book.lease(NOW).unwrap(), None);
    for now in [NOW, NOW + 3650 * DAY, NOW - 3650 * DAY] {
        round(&desk, &town, now).await.unwrap();
        let lease = desk.book.lease(now).unwrap().unwrap();
        assert_eq!((lease.now, lease.ends - now, lease.over()), (now, 30 * DAY, false));
    }
    // Within the hour nothing is asked for anew.
    let before = ends(&desk);
    round(&desk, &town, NOW - 3650 * DAY + HOUR / 2).await.unwrap();
    assert_eq!(ends(&desk), before);
    round(&desk, &town, NOW - 3650 * DAY + HOUR).await.unwrap();
    assert_eq!(ends(&desk), before + HOUR);
}

#[tokio::test]
async fn a_lease_that_a_wrong_clock_has_ended_is_renewed_by_the_next_round() {
    let town = Town::begin().await;
    let desk = Desk::enrolled(&town).await;
    round(&desk, &town, NOW).await.unwrap();
    // The clock was once 40 days ahead and is right again, all within the hour.
    desk.book.time_passed(0, NOW + 40 * DAY).unwrap();
    let now = NOW + HOUR / 4;
    assert!(desk.book.lease(now).unwrap().unwrap().over());
    round(&desk, &town, now).await.unwrap();
    let lease = desk.book.lease(now).unwrap().unwrap();
    assert_eq!((lease.now, lease.ends, lease.over()), (now, now + 30 * DAY, false));
    // Nearly ended by it.
    desk.book.time_passed(0, NOW + 29 * DAY).unwrap();
    round(&desk, &town, now + 1).await.unwrap();
    assert_eq!(ends(&desk), now + 1 + 30 * DAY);
    // Whole as it is, nothing is asked for.
    round(&desk, &town, now + 2).await.unwrap();
    assert_eq!(ends(&desk), now + 1 + 30 * DAY);
}

#[tokio::test]
async fn a_round_that_somebody_asks_for_begins_with_hello() {
    let town = Town::begin().await;
    let desk = Desk::enrolled(&town).await;
    round(&desk, &town, NOW).await.unwrap();
    let line = desk.line(&town.address());
    let quiet = run_round(&desk.book, &line, NOW + 1, &|_, _| {}).await.unwrap();
    assert!(!quiet.greeted);
    let asked = run_round_for(Why::Asked, &desk.book, &line, NOW + 2, &|_, _| {}).await.unwrap();
    assert!(asked.greeted);
    assert_eq!(ends(&desk), NOW + 2 + 30 * DAY);
}

#[tokio::test]
async fn an_order_to_retire_is_heard_by_the_next_round() {
    let town = Town::begin().await;
    let desk = Desk::enrolled(&town).await;
    desk.round(&town).await;
    let id = desk.book.device().unwrap().id.unwrap();
    town.server.province.revoke(id, false, None).await.unwrap();
    desk.round(&town).await;
    assert!(due(&desk.book).unwrap().is_some());
}

#[tokio::test]
async fn a_disabled_user_s_records_leave_the_desk_and_come_back() {
    let town = Town::begin().await;
    let desk = Desk::enrolled(&town).await;
    let one = Uuid::new_v4();
    desk.save(one, household("甲户"), NOW);
    desk.round(&town).await;
    assert_eq!(desk.book.scopes_held().unwrap().len(), 1);
    let province = &town.server.province;
    province.disable_user("worker").await.unwrap();
    // What was saved meanwhile is handed over first.
    desk.save(Uuid::new_v4(), household("乙户"), NOW);
    desk.round(&town).await;
    assert!(desk.book.scopes_held().unwrap().is_empty());
    assert!(desk.book.get(one).unwrap().is_none());
    assert!(desk.book.user(desk.user).unwrap().unwrap().disabled);
    assert_eq!(desk.book.sync_state().unwrap().waiting, 0);
    // A round after it has nothing to do and is refused nothing.
    desk.round(&town).await;
    province.enable_user("worker").await.unwrap();
    desk.round(&town).await;
    assert!(desk.book.get(one).unwrap().is_some());
}

/// What the province has of the desks' audits.
async fn told(town: &Town) -> usize {
    let wanted = tiexin_server::AuditWanted::default();
    town.server.province.audit_of(wanted, None).await.unwrap().lines.len()
}

#[tokio::test]
async fn the_audit_is_told_once_and_once_more_to_a_province_that_was_put_back() {
    let town = Town::begin().await;
    let desk = Desk::enrolled(&town).await;
    let noted = |desk: &Desk| desk.book.audit(None, 1_000).unwrap().len();
    desk.save(Uuid::new_v4(), household("甲户"), NOW);
    desk.round(&town).await;
    assert!(noted(&desk) > 1);
    assert_eq!(told(&town).await, noted(&desk));
    let copy = town.file("copy");
    town.server.province.back_up(&copy).await.unwrap();
    desk.book.write(|tx| tx.note_act("unmask", None, &["phone"], desk.user, NOW)).unwrap();
    desk.round(&town).await;
    desk.round(&town).await;
    assert_eq!(told(&town).await, noted(&desk));
    // The copy lacks the last entry: the desk cannot go on from it, and begins anew.
    let town = town.put_back(&copy).await;
    town.server.province.restored().await.unwrap();
    desk.book.write(|tx| tx.note_act("export", None, &[], desk.user, NOW)).unwrap();
    desk.round(&town).await;
    assert_eq!(told(&town).await, noted(&desk), "each once");
}

/// Carries a package to the province; its reply.
async fn carried(town: &Town, desk: &Desk, now: i64) -> tiexin_protocol::package::Gathered {
    let made = make(&desk.book, Uuid::new_v4(), 1 << 20, now).unwrap();
    let province = &town.server.province;
    let mut state = None;
    for part in &made.parts {
        state = Some(province.take_part(part.bytes().to_vec()).await.unwrap());
    }
    let state = state.unwrap();
    let mut parts = Vec::new();
    for part in 1..=state.reply_parts.unwrap() {
        let bytes = province.package_reply(state.package, part).await.unwrap();
        parts.push(tiexin_protocol::package::Part::read(bytes).unwrap());
    }
    gather(parts).unwrap().remove(0)
}

#[tokio::test]
async fn a_stick_renews_the_lease_from_the_day_it_was_made() {
    let town = Town::begin().await;
    let desk = Desk::enrolled(&town).await;
    desk.round(&town).await;
    let reply = carried(&town, &desk, NOW + 10 * DAY).await;
    let long_after = NOW + 35 * DAY;
    assert!(desk.book.lease(long_after).unwrap().unwrap().over());
    take_in(&desk.book, &reply, long_after).unwrap();
    assert_eq!(ends(&desk), NOW + 40 * DAY, "a reply that was kept back gives no more than it did then");
    assert!(!desk.book.lease(long_after).unwrap().unwrap().over());
}

#[tokio::test]
async fn a_lost_desk_is_told_to_destroy_its_book() {
    let town = Town::begin().await;
    let desk = Desk::enrolled(&town).await;
    desk.round(&town).await;
    assert_eq!(due(&desk.book).unwrap(), None);
    let id = desk.book.device().unwrap().id.unwrap();
    town.server.province.revoke_device(id).await.unwrap();
    desk.save(Uuid::new_v4(), household("没来得及"), NOW);
    let refused = round(&desk, &town, NOW + 1).await;
    assert!(matches!(refused, Err(SyncError::Shut(_))), "{refused:?}");
    let order = due(&desk.book).unwrap().expect("an order");
    assert!(!order.hand_over);
    // Its last word, under its own key.
    let keys = Keys::of_desk(&desk.book.device().unwrap().key_seed).unwrap();
    let signature = tiexin_seal::mark(&keys, "wiped", &order.order.to_string());
    let line = HttpProvince::new(&town.address(), None).unwrap();
    line.wiped(&Wiped { device: id, order: order.order, signature }).await.unwrap();
    assert!(town.server.province.devices().await.unwrap()[0].wiped_at.is_some());
}

#[tokio::test]
async fn a_lost_desk_hears_so_by_stick_too() {
    let town = Town::begin().await;
    let desk = Desk::enrolled(&town).await;
    desk.round(&town).await;
    desk.save(Uuid::new_v4(), household("迟到户"), NOW);
    let id = desk.book.device().unwrap().id.unwrap();
    town.server.province.revoke_device(id).await.unwrap();
    let reply = carried(&town, &desk, NOW).await;
    let refused = take_in(&desk.book, &reply, NOW);
    assert!(matches!(refused, Err(PackageError::Sync(SyncError::Shut(_)))), "{refused:?}");
    assert!(due(&desk.book).unwrap().is_some());
}

#[tokio::test]
async fn a_desk_that_retires_hands_over_before_the_order_is_due() {
    let town = Town::begin().await;
    let desk = Desk::enrolled(&town).await;
    desk.round(&town).await;
    let id = desk.book.device().unwrap().id.unwrap();
    town.server.province.revoke(id, false, None).await.unwrap();
    let last = Uuid::new_v4();
    desk.save(last, household("最后一户"), NOW);
    round(&desk, &town, NOW + HOUR).await.unwrap();
    assert!(due(&desk.book).unwrap().is_some_and(|order| order.hand_over));
    // Something was saved after it was heard: not before that is told, too.
    desk.save(last, with(desk.fields(last), "phone", "19900001111".into()), NOW);
    assert_eq!(due(&desk.book).unwrap(), None);
    round(&desk, &town, NOW + HOUR + 1).await.unwrap();
    assert!(due(&desk.book).unwrap().is_some());
    let other = Desk::enrolled(&town).await;
    other.round(&town).await;
    assert_eq!(other.fields(last)["phone"], "19900001111");
    assert_eq!(due(&other.book).unwrap(), None, "an order is for one desk");
}

/// A province that says the same as the real one, but slips an order in.
struct Forger {
    real: HttpProvince,
    order: Signed,
}

#[async_trait::async_trait]
impl tiexin_sync::Province for Forger {
    async fn hello(
        &self,
        request: &tiexin_protocol::wire::HelloRequest,
    ) -> Result<tiexin_protocol::wire::HelloReply, SyncError> {
        let mut reply = self.real.hello(request).await?;
        reply.order = Some(self.order.clone());
        Ok(reply)
    }
    async fn push(
        &self,
        parcel: &tiexin_sync::Parcel,
    ) -> Result<tiexin_protocol::wire::PushReply, SyncError> {
        self.real.push(parcel).await
    }
    async fn pull(
        &self,
        _: &tiexin_protocol::wire::PullRequest,
    ) -> Result<tiexin_protocol::wire::PullReply, SyncError> {
        Err(SyncError::Shut(Box::new(self.order.clone())))
    }
    async fn snapshot(
        &self,
        scope: &tiexin_domain::RegionCode,
        from: u64,
        tag: Option<&str>,
    ) -> Result<tiexin_sync::SnapshotPart, SyncError> {
        self.real.snapshot(scope, from, tag).await
    }
    async fn quarantine(
        &self,
        scope: &tiexin_domain::RegionCode,
    ) -> Result<Vec<tiexin_protocol::wire::Quarantined>, SyncError> {
        self.real.quarantine(scope).await
    }
}

#[tokio::test]
async fn a_forged_or_foreign_order_does_nothing() {
    let town = Town::begin().await;
    let desk = Desk::enrolled(&town).await;
    let other = Desk::enrolled(&town).await;
    desk.round(&town).await;
    other.round(&town).await;
    let device = desk.book.device().unwrap();
    let id = device.id.unwrap();
    let of = |device, hand_over| WipeOrder { device, order: Uuid::new_v4(), issued: NOW, hand_over };
    let stranger = Keys::of_province(&[9; 32]).unwrap();
    let own = Keys::of_desk(&device.key_seed).unwrap();
    // The province's own, for another desk.
    let neighbour = other.book.device().unwrap().id.unwrap();
    town.server.province.revoke_device(neighbour).await.unwrap();
    assert!(matches!(round(&other, &town, NOW + HOUR).await, Err(SyncError::Shut(_))));
    let Err(SyncError::Shut(foreign)) = round(&other, &town, NOW + HOUR).await else { panic!("shut") };
    let orders = [
        tiexin_seal::state(&stranger, &of(id, false)).unwrap(),
        tiexin_seal::state(&own, &of(id, false)).unwrap(),
        *foreign,
        Signed { body: "{}".into(), signature: String::new() },
    ];
    for order in orders {
        let key = tiexin_sync::device_key(&device.key_seed);
        let real = HttpProvince::new(&town.address(), Some((id, key))).unwrap();
        let forger = Forger { real, order };
        let done = run_round(&desk.book, &forger, NOW + 2 * HOUR, &|_, _| {}).await;
        assert!(matches!(done, Err(SyncError::Shut(_))));
        assert_eq!(due(&desk.book).unwrap(), None);
    }
    round(&desk, &town, NOW + 4 * HOUR).await.unwrap();
}

#[tokio::test]
async fn the_key_of_the_book_is_left_once_and_rescues_a_forgotten_password() {
    let mut town = Town::begin().await;
    let desk = Desk::enrolled(&town).await;
    desk.round(&town).await;
    let id = desk.book.device().unwrap().id.unwrap();
    let (private, public) = tiexin_seal::escrow_keygen();
    town.decide(Policy { escrow: Some(public.clone()), ..Policy::default() }).await;
    round(&desk, &town, NOW + HOUR).await.unwrap();
    let held = town.server.province.devices().await.unwrap()[0].escrow.clone().expect("left");
    assert_eq!(held.to, public);
    round(&desk, &town, NOW + 3 * HOUR).await.unwrap();
    assert_eq!(town.server.province.devices().await.unwrap()[0].escrow.clone(), Some(held), "and not again");

    let rescued = town.server.province.rescue(id, "worker", &private).await.unwrap();
    let rescue: Rescue = tiexin_seal::with_code(&rescued.code, &rescued.file.sealed).unwrap();
    assert_eq!(rescue.author, desk.user);
    let fresh = SecretString::from("又一个好记的密码");
    let folder = desk.book.dir().to_owned();
    Book::rescue(&folder, &rescue.key, rescue.author, &fresh, NOW).unwrap();
    Book::unlock(&folder, "worker", &fresh, NOW).unwrap();
}

#[tokio::test]
async fn heads_and_roots_that_a_desk_holds_are_told() {
    let town = Town::begin().await;
    let desk = Desk::enrolled(&town).await;
    desk.save(Uuid::new_v4(), household("甲户"), NOW);
    town.server.province.audit_root(None).await.unwrap();
    desk.round(&town).await;
    round(&desk, &town, NOW + HOUR).await.unwrap();
    assert_eq!(town.server.province.verify().await.unwrap().broken, []);
    // The province is put back from a copy without this, and says nothing of it.
    town.meddle(
        "DROP TRIGGER log_is_append_only; UPDATE log SET chain = zeroblob(32) WHERE seq = 1;
         UPDATE scope SET chain = zeroblob(32) WHERE head = 1",
    );
    let desk_id = desk.book.device().unwrap().id.unwrap();
    let _ = round(&desk, &town, NOW + 2 * HOUR).await;
    let broken = town.server.province.verify().await.unwrap().broken;
    let at = format!("{desk_id} 见证 scope 340323100");
    assert!(broken.iter().any(|f| (f.at.as_str(), f.seq, f.code) == (&at, Some(1), "witness_disagrees")));
}

#[tokio::test]
async fn two_desks_of_one_disk_image_are_both_told() {
    let town = Town::begin().await;
    let first = Desk::enrolled(&town).await;
    first.save(Uuid::new_v4(), household("甲户"), NOW);
    first.round(&town).await;
    let second = first.image();
    first.save(Uuid::new_v4(), household("乙户"), NOW);
    round(&first, &town, NOW + 1).await.unwrap();
    second.save(Uuid::new_v4(), household("丙户"), NOW);
    // It finds its number taken, takes one of its own, and goes on.
    round(&second, &town, NOW + 1).await.unwrap();
    for hours in 1..4 {
        round(&first, &town, NOW + hours * HOUR).await.unwrap();
        round(&second, &town, NOW + hours * HOUR).await.unwrap();
    }
    assert_eq!(notices(&first.book).unwrap(), ["device_copied"]);
    assert_eq!(notices(&second.book).unwrap(), ["device_copied"]);
    assert_eq!(first.agreed(), second.agreed(), "and nothing is lost");
}
