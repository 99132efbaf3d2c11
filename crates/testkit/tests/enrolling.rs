//! A code lets in the person to whom it was given out, and nobody else, on a real line.

use std::sync::Arc;

use chrono::NaiveDate;
use tiexin_contract::session::{AddLocalUser, GetSession, SignIn};
use tiexin_contract::sync::Enrol;
use tiexin_contract::{ErrorCode, ErrorReply};
use tiexin_desk::ManualClock;
use tiexin_testkit::desks::{PASSWORD, StoryDesk};
use tiexin_testkit::province::{Keep, Province};

const GUYANG: &str = "340323100";

fn clock() -> Arc<ManualClock> {
    ManualClock::on(NaiveDate::from_ymd_opt(2026, 10, 5).expect("a day"))
}

#[track_caller]
fn of_another<T: std::fmt::Debug>(done: Result<T, ErrorReply>) {
    let why = done.expect_err("a code of somebody else lets nobody in");
    assert_eq!(why.code, ErrorCode::Refused);
    assert!(why.message.contains("发给另一位用户") && why.message.contains("管理员"), "{}", why.message);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_of_somebody_else_lets_nobody_in_and_stays_good() {
    let province = Province::start(Keep::sqlite()).unwrap();
    let url = province.url();
    let zhao = province.user("zhao", "worker", GUYANG).unwrap();

    // The first use of a desk: nothing is left of it.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_owned();
    of_another(StoryDesk::enrolled_in(folder, clock(), "wang", &url, &zhao).await.map(|_| ()));
    assert!(!path.join("book").exists());

    // A desk that worked alone keeps its work and is not joined.
    let alone = StoryDesk::alone(clock(), "wang", GUYANG).await.unwrap();
    of_another(alone.run(Enrol { server: url.clone(), code: zhao.clone(), authority: None }).await);
    assert!(!alone.sync_state().await.enrolled);
    let wang = province.user("wang", "worker", GUYANG).unwrap();
    alone.run(Enrol { server: url.clone(), code: wang, authority: None }).await.unwrap();
    assert!(alone.sync().await.unwrap().complete);

    // One more user of an enrolled desk.
    let colleague = |name: &str, display_name: &str| AddLocalUser {
        name: name.into(),
        display_name: display_name.into(),
        password: PASSWORD.into(),
        region: None,
        code: Some(zhao.clone()),
    };
    of_another(alone.run(colleague("sun", "孙某")).await);
    let users = async || alone.run(GetSession {}).await.unwrap().users.len();
    assert_eq!(users().await, 1);

    // Who chose another sign-in name on this PC is known by the name; the code was good all the time.
    alone.run(colleague("zhaozhuren", "Zhao")).await.unwrap();
    assert_eq!(users().await, 2);
}

/// The users of a desk that worked alone join one after the other; joining tells nothing yet, and who has not joined
/// is told so.
#[tokio::test(flavor = "multi_thread")]
async fn joining_tells_nothing_before_all_are_in() {
    let province = Province::start(Keep::sqlite()).unwrap();
    let url = province.url();
    let codes = ["wang", "zhao"].map(|name| province.user(name, "worker", GUYANG).unwrap());
    let desk = StoryDesk::alone(clock(), "wang", GUYANG).await.unwrap();
    let colleague = AddLocalUser {
        name: "zhao".into(),
        display_name: "赵某".into(),
        password: PASSWORD.into(),
        region: Some(GUYANG.parse().unwrap()),
        code: None,
    };
    desk.run(colleague).await.unwrap();
    let [wang, zhao] = codes.map(|code| Enrol { server: url.clone(), code, authority: None });
    desk.run(wang).await.unwrap();
    desk.run(SignIn { name: "zhao".into(), password: PASSWORD.into() }).await.unwrap();
    desk.run(zhao).await.unwrap();
    let state = desk.sync_state().await;
    assert!(state.enrolled && state.last_full_round.is_none(), "{state:?}");
    let state = desk.sync().await.unwrap();
    assert!(state.complete && !state.to_join && state.awaited.is_empty(), "{state:?}");
}
