//! I10: without the right nothing is applied, and nothing is lost.

use serde_json::json;
use tiexin_domain::access::Role;
use tiexin_server::{Error, Refused};
use uuid::Uuid;

use crate::desk::{Desk, words};
use crate::on_both_stores;
use crate::place::{OTHER_TOWN, OTHER_VILLAGE, Place, TOWN, VILLAGE, grant, person, region, until, worker};

on_both_stores!(
    without_the_right_it_is_parked_whole,
    a_grant_ends_with_its_day,
    an_ended_grant_is_told_to_no_desk,
    a_disabled_user_loses_nothing,
    of_two_at_a_desk_only_the_disabled_one_is_meant,
    a_revoked_device_hears_so,
    an_unknown_author_is_parked,
    nothing_outside_the_grants_is_read,
    several_people_share_a_desk,
);

async fn without_the_right_it_is_parked_whole(place: Place) {
    let province = place.province().await;
    let mut owner = worker(&province, "owner", TOWN).await;
    let mut village = worker(&province, "village", VILLAGE).await;
    let mut auditor = person(&province, "auditor", &[grant(Role::Auditor, TOWN)]).await;
    let chief = person(&province, "chief", &[grant(Role::Supervisor, "3403")]).await;
    let id = Uuid::new_v4();
    let first = owner.new_household(id, OTHER_VILLAGE, "户主");
    owner.push(&province, &[first]).await;
    // Neither where it lies, nor by moving it in, nor at township level, nor as one who only reads.
    let edit = village.edit(id, TOWN, 1, json!({"phone": "13900000001"}));
    let move_in = village.edit(id, TOWN, 1, json!({"region": VILLAGE}));
    let above = village.new_household(Uuid::new_v4(), TOWN, "镇级");
    let own = village.new_household(Uuid::new_v4(), VILLAGE, "本村");
    let said = words(&village.push(&province, &[edit.clone(), move_in, above, own]).await);
    assert_eq!(said, ["no_right", "no_right", "no_right", "applied"]);
    let reading = auditor.edit(id, TOWN, 1, json!({"phone": "13900000002"}));
    assert_eq!(words(&auditor.push(&province, &[reading]).await), ["no_right"]);
    owner.follow(&province).await;
    assert_eq!(owner.field(TOWN, id, "phone"), json!(null));
    let kept = province.quarantine(chief.device, &region(TOWN)).await.unwrap();
    assert_eq!(kept.len(), 4);
    assert!(kept.iter().any(|q| q.change == edit), "kept whole");
}

async fn a_grant_ends_with_its_day(place: Place) {
    let province = place.province().await;
    let today = place.clock().today();
    let last = until(grant(Role::Worker, TOWN), today);
    let mut desk = person(&province, "w", &[last]).await;
    let one = desk.new_household(Uuid::new_v4(), VILLAGE, "今天");
    assert_eq!(words(&desk.push(&province, &[one]).await), ["applied"]);
    assert_eq!(desk.hello(&province).await.scopes.len(), 1);
    let before = desk.hello(&province).await.access;
    place.days_pass(1);
    let two = desk.new_household(Uuid::new_v4(), VILLAGE, "明天");
    assert_eq!(words(&desk.push(&province, &[two]).await), ["no_right"]);
    let hello = desk.hello(&province).await;
    assert!(hello.scopes.is_empty());
    assert_ne!(hello.access, before);
    // A grant ended by the office ends at once.
    province.add_grant("w", &grant(Role::Worker, TOWN)).await.unwrap();
    assert_eq!(desk.hello(&province).await.scopes.len(), 1);
    province.end_grant("w", &Role::Worker, &region(TOWN), None).await.unwrap();
    let three = desk.new_household(Uuid::new_v4(), VILLAGE, "之后");
    assert_eq!(words(&desk.push(&province, &[three]).await), ["no_right"]);
    let missing = province.end_grant("w", &Role::Worker, &region(OTHER_TOWN), None).await;
    assert!(matches!(missing, Err(Error::Refused(Refused::GrantUnknown))));
}

/// A desk counts days by a clock of its own: what was ended at once must not last there until its midnight.
async fn an_ended_grant_is_told_to_no_desk(place: Place) {
    let province = place.province().await;
    let desk = worker(&province, "w", TOWN).await;
    let before = desk.hello(&province).await;
    assert_eq!(before.users[0].grants.len(), 1);
    province.end_grant("w", &Role::Worker, &region(TOWN), None).await.unwrap();
    let pulled = province.pull(&desk.pulling(vec![])).await.unwrap();
    assert_ne!(pulled.access, before.access, "the next pull says that hello has news");
    let hello = desk.hello(&province).await;
    assert_eq!(hello.users[0].grants, []);
    assert_eq!(hello.access, pulled.access);
    // One that ends today counts today, and is told with its day.
    let today = place.clock().today();
    province.add_grant("w", &until(grant(Role::Worker, TOWN), today)).await.unwrap();
    assert_eq!(desk.hello(&province).await.users[0].grants[0].to, Some(today));
    // Joining another machine does not bring it back either.
    place.days_pass(1);
    let joined = Desk::join(&province, &desk, "w", desk.author).await.unwrap();
    assert_eq!(joined.user.grants, []);
}

async fn a_disabled_user_loses_nothing(place: Place) {
    let province = place.province().await;
    let mut desk = worker(&province, "w", TOWN).await;
    let one = desk.new_household(Uuid::new_v4(), VILLAGE, "户主");
    desk.push(&province, &[one]).await;
    let before = desk.hello(&province).await.access;
    province.disable_user("w").await.unwrap();
    let two = desk.new_household(Uuid::new_v4(), VILLAGE, "离岗后补传");
    assert_eq!(words(&desk.push(&province, &[two]).await), ["no_right"]);
    // The device is in use: it hears that hello has news, and there that nothing is left to read.
    let pulled = province.pull(&desk.pulling(desk.cursors())).await.unwrap();
    assert!(pulled.pages.is_empty() && pulled.access != before);
    let refused = province.snapshot_bytes(desk.device, &region(TOWN)).await;
    assert!(matches!(refused, Err(Error::Refused(Refused::NoRight))));
    let hello = desk.hello(&province).await;
    assert!(hello.users[0].disabled && hello.scopes.is_empty());
    // A grant that ends meanwhile is heard, too.
    province.end_grant("w", &Role::Worker, &region(TOWN), None).await.unwrap();
    assert_ne!(province.pull(&desk.pulling(vec![])).await.unwrap().access, hello.access);
    province.add_grant("w", &grant(Role::Worker, TOWN)).await.unwrap();
    province.enable_user("w").await.unwrap();
    let hello = desk.hello(&province).await;
    assert!(!hello.users[0].disabled && hello.scopes.len() == 1);
    let three = desk.new_household(Uuid::new_v4(), VILLAGE, "回来后");
    assert_eq!(words(&desk.push(&province, &[three]).await), ["applied"]);
}

async fn of_two_at_a_desk_only_the_disabled_one_is_meant(place: Place) {
    let province = place.province().await;
    let mut desk = worker(&province, "a", TOWN).await;
    province.add_user("b", "乙").await.unwrap();
    province.add_grant("b", &grant(Role::Worker, OTHER_TOWN)).await.unwrap();
    Desk::join(&province, &desk, "b", Uuid::new_v4()).await.unwrap();
    let one = desk.new_household(Uuid::new_v4(), VILLAGE, "户主");
    desk.push(&province, &[one]).await;
    province.disable_user("b").await.unwrap();
    let hello = desk.hello(&province).await;
    assert_eq!(hello.scopes.iter().map(|head| head.scope.as_str()).collect::<Vec<_>>(), [TOWN]);
    desk.follow(&province).await;
    let two = desk.new_household(Uuid::new_v4(), VILLAGE, "照常");
    assert_eq!(words(&desk.push(&province, &[two]).await), ["applied"]);
}

async fn a_revoked_device_hears_so(place: Place) {
    let province = place.province().await;
    let mut desk = worker(&province, "w", TOWN).await;
    province.revoke_device(desk.device).await.unwrap();
    let one = desk.new_household(Uuid::new_v4(), VILLAGE, "户主");
    let parked = desk.push(&province, &[one]).await;
    assert_eq!(words(&parked), ["no_right"], "late, but not lost (I10)");
    let shut = |e: Error| matches!(e, Error::Shut(_));
    assert!(shut(province.pull(&desk.pulling(vec![])).await.unwrap_err()));
    let unknown = Uuid::new_v4();
    desk.device = unknown;
    let stranger = province.pull(&desk.pulling(vec![])).await.unwrap_err();
    assert!(matches!(stranger, Error::Refused(Refused::DeviceUnknown)));
}

async fn an_unknown_author_is_parked(place: Place) {
    let province = place.province().await;
    let mut desk = worker(&province, "w", TOWN).await;
    let other = worker(&province, "other", TOWN).await;
    let mut one = desk.new_household(Uuid::new_v4(), VILLAGE, "户主");
    // A real user of another machine, in whose name nothing may be written here.
    one.author = other.user;
    let mut two = desk.new_household(Uuid::new_v4(), VILLAGE, "户主");
    two.author = desk.user;
    assert_eq!(words(&desk.push(&province, &[one, two]).await), ["author_unknown", "applied"]);
}

async fn nothing_outside_the_grants_is_read(place: Place) {
    let province = place.province().await;
    let mut desk = worker(&province, "w", TOWN).await;
    let mut neighbour = worker(&province, "n", OTHER_TOWN).await;
    let theirs = neighbour.new_household(Uuid::new_v4(), "340323104001", "邻镇");
    neighbour.push(&province, &[theirs]).await;
    neighbour.follow(&province).await;
    desk.follow(&province).await;
    assert_eq!(desk.scopes.keys().collect::<Vec<_>>(), [TOWN]);
    // A cursor for what may not be read gets no page, whatever it says.
    let reply = province.pull(&desk.pulling(neighbour.cursors())).await.unwrap();
    assert!(reply.pages.is_empty());
    let refused = province.snapshot_bytes(desk.device, &region(OTHER_TOWN)).await;
    assert!(matches!(refused, Err(Error::Refused(Refused::NoRight))));
    let mut chief = person(&province, "chief", &[grant(Role::Supervisor, "340323")]).await;
    chief.follow(&province).await;
    assert!(chief.scopes.contains_key(TOWN) && chief.scopes.contains_key(OTHER_TOWN));
}

async fn several_people_share_a_desk(place: Place) {
    let province = place.province().await;
    let mut desk = worker(&province, "a", TOWN).await;
    province.add_user("b", "b").await.unwrap();
    province.add_grant("b", &grant(Role::Worker, OTHER_TOWN)).await.unwrap();
    let before = desk.hello(&province).await.access;
    let second = Uuid::new_v4();
    let joined = Desk::join(&province, &desk, "b", second).await.unwrap();
    assert_eq!(joined.device, desk.device);
    let hello = desk.hello(&province).await;
    assert_eq!(hello.users.iter().map(|u| u.name.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    assert_ne!(hello.access, before);
    // Each writes by their own right; both read what either may.
    let mut by_b = desk.new_household(Uuid::new_v4(), "340323104001", "乙");
    by_b.author = second;
    let mut not_b = desk.new_household(Uuid::new_v4(), VILLAGE, "乙");
    not_b.author = second;
    let by_a = desk.new_household(Uuid::new_v4(), VILLAGE, "甲");
    assert_eq!(words(&desk.push(&province, &[by_b, not_b, by_a]).await), ["applied", "no_right", "applied"]);
    desk.follow(&province).await;
    assert_eq!(desk.scopes.len(), 2);
    // An author id belongs to one person.
    province.add_user("c", "c").await.unwrap();
    for taken in [second, desk.user, desk.author] {
        let refused = Desk::join(&province, &desk, "c", taken).await;
        assert!(matches!(refused, Err(Error::Refused(Refused::AuthorTaken))));
    }
}
