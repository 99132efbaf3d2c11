//! Two people of one desk that worked alone join one after the other.

use secrecy::SecretString;
use tiexin_domain::Role;
use tiexin_protocol::wire::Joining;
use tiexin_store::{By, KdfCost, NewUser, Save};
use tiexin_sync::{EnrolWish, enrol, has_joined};
use uuid::Uuid;

use crate::town::{Desk, NOW, Town, household};

/// What a colleague wrote who has not joined yet waits at the desk, and goes up once they have. Told before, the province
/// would keep it apart, each record for itself.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_colleague_wrote_waits_until_they_have_joined() {
    let town = Town::begin().await;
    let province = &town.server.province;
    province.add_user("second", "第二位").await.unwrap();
    town.grant_to("second", Role::Worker, "340323100").await;
    let desk = Desk::alone();
    let second = Uuid::new_v4();
    let new = NewUser {
        id: second,
        name: "colleague".into(),
        display_name: "同事".into(),
        password: SecretString::from("long-enough-password"),
    };
    desk.book.add_user(new, KdfCost::QUICK, desk.user, NOW).unwrap();
    let (own, theirs) = (Uuid::now_v7(), Uuid::now_v7());
    let by = By { author: second, now_ms: NOW, group: Uuid::new_v4() };
    let save = Save { id: theirs, kind: "household".into(), fields: household("李四"), void: None };
    desk.book.save_group(&[save], &by).unwrap();
    desk.save(own, household("张三"), NOW);
    desk.enrol(&town).await;
    assert_eq!(
        (has_joined(&desk.book, desk.user).unwrap(), has_joined(&desk.book, second).unwrap()),
        (true, false)
    );
    assert_eq!(desk.round(&town).await.pushed, 1);
    let state = desk.book.sync_state().unwrap();
    assert_eq!((state.waiting, state.held_back, state.parked), (1, 1, 0));
    assert_eq!(state.held_authors, [second]);

    let wish = EnrolWish {
        address: town.address(),
        authority: None,
        code: province.enrol_code("second", 7).await.unwrap(),
        author: second,
        device_name: "测试机".into(),
    };
    let person = Joining { name: "second".into(), display_name: "第二位".into() };
    enrol(&desk.book, wish, person).await.unwrap();
    assert_eq!(desk.round(&town).await.pushed, 1);
    assert!(desk.book.not_joined().unwrap().is_empty());
    desk.round(&town).await;
    desk.agreed();
    let report = desk.book.verify().unwrap();
    assert!(report.faults.is_empty(), "{report:?}");
    // Another desk of the township reads both.
    let other = Desk::enrolled(&town).await;
    other.round(&town).await;
    assert_eq!((other.fields(own), other.fields(theirs)), (desk.fields(own), desk.fields(theirs)));
}
