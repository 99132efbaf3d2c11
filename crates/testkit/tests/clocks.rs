//! A computer's clock that is not the province's: told at a sync, and work goes on (I13).

use chrono::{NaiveDateTime, TimeDelta, Utc};
use tiexin_contract::session::{ClockNotice, ClockTrouble, GetSession};
use tiexin_desk::ManualClock;
use tiexin_testkit::desks::{StoryDesk, family};
use tiexin_testkit::province::{Keep, Province};

const GUYANG: &str = "340323100";
const VILLAGE: &str = "340323100001";

/// Now by China's clock, whatever zone the machine of the tests is set to.
fn now() -> NaiveDateTime {
    Utc::now().naive_utc() + TimeDelta::hours(8)
}

async fn clock(desk: &StoryDesk) -> Option<ClockNotice> {
    desk.run(GetSession {}).await.unwrap().clock
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_weeks_off_is_noticed_at_a_sync() {
    let province = Province::start(Keep::sqlite()).unwrap();
    let code = province.user("wang", "worker", GUYANG).unwrap();
    let ahead = now() + TimeDelta::days(19) + TimeDelta::minutes(5);
    let desk = StoryDesk::enrolled(ManualClock::at(ahead), "wang", &province.url(), &code).await.unwrap();
    assert_eq!(clock(&desk).await, None, "nobody has said what time it is");
    assert!(desk.sync().await.unwrap().complete);
    let told = clock(&desk).await.unwrap();
    assert_eq!(told.code, ClockTrouble::OffProvince);
    assert!(told.message.contains("比省平台快了 19 天") && told.message.contains("校准"), "{}", told.message);

    // Work goes on.
    desk.run(family(VILLAGE, &["熊国学"])).await.unwrap();
    assert!(desk.sync().await.unwrap().complete);

    // Set right: nothing is told any more, and a sync confirms it.
    desk.clock.set(now());
    let told = clock(&desk).await;
    assert!(told.is_none_or(|told| told.code != ClockTrouble::OffProvince));
    assert!(desk.sync().await.unwrap().complete);
    assert_eq!(clock(&desk).await, None);

    // Two hours behind, which no date shows.
    desk.clock.set(now() - TimeDelta::minutes(125));
    assert!(desk.sync().await.unwrap().complete);
    let told = clock(&desk).await.unwrap();
    assert!(told.message.contains("慢了 2 小时"), "{}", told.message);
}
