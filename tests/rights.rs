//! Rights that change while people work: moved to another village, nothing left, the account disabled and given back;
//! and a clock that was wrong for a moment.

use chrono::{NaiveDate, TimeDelta};
use serde_json::json;
use tiexin_contract::records::{ListRecords, SaveRecord};
use tiexin_contract::session::{GetSession, SessionState, SignIn, SignOut, SignedIn, WhyLocked};
use tiexin_contract::{ErrorCode, Event};
use tiexin_desk::ManualClock;
use tiexin_testkit::desks::{PASSWORD, StoryDesk};
use tiexin_testkit::province::{Keep, Province};

const VILLAGE: &str = "340323100001";
const OTHER_VILLAGE: &str = "340323100002";

/// The desk's calendar is weeks behind the province's: what ended there has ended here all the same.
fn clock() -> std::sync::Arc<ManualClock> {
    ManualClock::on(NaiveDate::from_ymd_opt(2026, 10, 5).unwrap())
}

async fn session(desk: &StoryDesk) -> SessionState {
    desk.run(GetSession {}).await.unwrap()
}

async fn me(desk: &StoryDesk) -> SignedIn {
    session(desk).await.signed_in.expect("signed in")
}

async fn again(desk: &StoryDesk, name: &str) -> SessionState {
    desk.run(SignOut {}).await.unwrap();
    desk.run(SignIn { name: name.into(), password: PASSWORD.into() }).await.unwrap()
}

fn list(region: &str) -> ListRecords {
    serde_json::from_value(json!({"kind": "household", "region": region, "limit": 10})).expect("a list")
}

async fn household(desk: &StoryDesk, village: &str, name: &str) {
    let fields = json!({"region": village, "head_name": name}).as_object().cloned().unwrap();
    desk.run(SaveRecord { kind: "household".into(), id: None, version: None, fields }).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_ended_at_once_has_ended_with_the_next_sync() {
    let province = Province::start(Keep::sqlite()).unwrap();
    let code = province.user("zhou", "worker", VILLAGE).unwrap();
    let desk = StoryDesk::enrolled(clock(), "zhou", &province.url(), &code).await.unwrap();
    desk.sync().await.unwrap();
    assert_eq!(me(&desk).await.home.as_str(), VILLAGE);
    household(&desk, VILLAGE, "甲户").await;
    desk.sync().await.unwrap();

    let right = |act: &str, village: &str| {
        let words = ["grant", act, "--user", "zhou", "--role", "worker", "--region", village];
        province.administer(&words).unwrap();
    };
    // Moved to another village: that one is home.
    right("add", OTHER_VILLAGE);
    right("end", VILLAGE);
    let mut events = desk.desk.subscribe();
    desk.sync().await.unwrap();
    let heard = std::iter::from_fn(|| events.try_recv().ok());
    assert!(heard.into_iter().any(|event| event == Event::Rights), "the screens ask who may do what anew");
    let at = me(&desk).await;
    assert_eq!((at.home.as_str(), at.grants.len(), at.can_write), (OTHER_VILLAGE, 1, true));
    assert_eq!(desk.run(list(VILLAGE)).await.unwrap_err().code, ErrorCode::NoRight);
    assert_eq!(desk.run(list(OTHER_VILLAGE)).await.unwrap().total, 0);

    // Nothing left: it is said, and nothing is taken that would only be parked.
    right("end", OTHER_VILLAGE);
    desk.sync().await.unwrap();
    let at = me(&desk).await;
    assert!(at.grants.is_empty() && !at.can_write);
    let refused = desk.run(list(OTHER_VILLAGE)).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::NoRight);
    assert!(refused.message.contains("没有任何地区的权限"), "{}", refused.message);
    let fields = json!({"region": OTHER_VILLAGE, "head_name": "乙户"}).as_object().cloned().unwrap();
    let saved = desk.run(SaveRecord { kind: "household".into(), id: None, version: None, fields }).await;
    assert_eq!(saved.unwrap_err().code, ErrorCode::NoRight);
    // The office's list tells the three states apart.
    let listed = province.administer(&["grant", "list"]).unwrap();
    let states: Vec<_> = listed.as_array().unwrap().iter().map(|grant| grant["state"].clone()).collect();
    assert_eq!(states, ["ended", "ended"]);
    right("add", VILLAGE);
    desk.sync().await.unwrap();
    assert_eq!(desk.run(list(VILLAGE)).await.unwrap().total, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disabled_account_leaves_nothing_to_read_and_can_be_given_back() {
    let province = Province::start(Keep::sqlite()).unwrap();
    let code = province.user("qian", "worker", "340323100").unwrap();
    let desk = StoryDesk::enrolled(clock(), "qian", &province.url(), &code).await.unwrap();
    household(&desk, VILLAGE, "甲户").await;
    desk.sync().await.unwrap();
    province.administer(&["user", "disable", "qian"]).unwrap();
    household(&desk, VILLAGE, "没来得及").await;
    let state = desk.sync().await.unwrap();
    assert_eq!(
        (state.trouble, state.waiting, state.scopes.len()),
        (None, 0, 0),
        "handed over, then given up"
    );
    let locked = session(&desk).await.lease_ended.expect("locked");
    assert_eq!(locked.why, WhyLocked::Disabled);
    assert!(locked.message.contains("停用"), "{}", locked.message);
    let refused = desk.run(list("340323100")).await.unwrap_err();
    assert!(refused.message.contains("这个账号已被省平台停用"), "not the computer: {}", refused.message);
    // Signing in again tells the same, and does not shut the way back.
    assert_eq!(again(&desk, "qian").await.lease_ended.expect("locked").why, WhyLocked::Disabled);
    assert_eq!(desk.sync().await.unwrap().trouble, None);
    province.administer(&["user", "enable", "qian"]).unwrap();
    desk.sync().await.unwrap();
    assert!(session(&desk).await.signed_in.is_some());
    assert_eq!(desk.run(list("340323100")).await.unwrap().total, 1);
    assert!(desk.verify().await.sound);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_was_ahead_for_a_moment() {
    let province = Province::start(Keep::sqlite()).unwrap();
    let code = province.user("sun", "worker", VILLAGE).unwrap();
    // The province's own time: a clock that was told to be off would be what is wrong.
    let clock = clock();
    let now = (chrono::Utc::now() + TimeDelta::hours(8)).naive_utc();
    clock.set(now);
    let desk = StoryDesk::enrolled(clock, "sun", &province.url(), &code).await.unwrap();
    desk.sync().await.unwrap();
    assert_eq!(desk.sync_state().await.lease.expect("a lease").days_left, 30);
    desk.clock.pass(TimeDelta::minutes(1));
    assert_eq!(desk.sync_state().await.lease.expect("a lease").days_left, 30, "the first day has only begun");

    desk.clock.pass(TimeDelta::days(40));
    let state = again(&desk, "sun").await;
    let locked = state.lease_ended.expect("locked");
    assert_eq!(locked.why, WhyLocked::Lease);
    let day = (now + TimeDelta::days(40)).format("%Y年%-m月%-d日").to_string();
    assert!(locked.message.contains(&day), "the date is named: {}", locked.message);

    // Right again within the hour: what is said is that the clock has moved, and one round opens the book.
    desk.clock.pass(-TimeDelta::days(40));
    let locked = again(&desk, "sun").await.lease_ended.expect("locked");
    assert_eq!(locked.why, WhyLocked::Clock);
    assert!(!locked.message.contains("太久"), "{}", locked.message);
    assert_eq!(desk.sync().await.unwrap().lease.expect("a lease").days_left, 30);
    assert!(session(&desk).await.signed_in.is_some());
}
