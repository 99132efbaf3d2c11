//! The computer's clock is wrong: told, and work goes on.

use chrono::{NaiveDate, NaiveDateTime};
use serde_json::json;
use tiexin_contract::family::RecordVisit;
use tiexin_contract::records::{RecordHistory, SaveRecord};
use tiexin_contract::session::{ClockTrouble, GetSession, SignIn, SignOut};
use tiexin_contract::today::GetToday;
use tiexin_desk::{Clock, Desk, DeskConfig, ManualClock, SystemClock};
use tiexin_domain::nouns::Visit;
use uuid::Uuid;

use crate::office::{Office, PASSWORD, TOWNSHIP, VILLAGE, day, fields, list, set_up};

fn at(day: NaiveDate, hour: u32) -> NaiveDateTime {
    day.and_hms_opt(hour, 0, 0).unwrap()
}

/// A book that was used on `used`, opened on a computer with this clock; the program is of 1 November 2026.
async fn reopened(used: NaiveDate, shown: NaiveDateTime, zone: Option<i32>) -> (Office, Uuid) {
    let office = Office::township(used).await;
    let home = office.family("韩广田", |_| {}).await;
    office.ok(SignOut {}).await;
    let clock = ManualClock::of_computer(shown, Some(day(2026, 11, 1)), zone);
    let desk = Desk::open(DeskConfig::quick(office.folder.path(), clock.clone())).unwrap();
    desk.run(SignIn { name: "wangli".into(), password: PASSWORD.into() }).await.unwrap();
    (Office { desk, clock, folder: office.folder }, home)
}

fn visit(home: Uuid, on: NaiveDate) -> RecordVisit {
    let mut visit = Visit::routine(VILLAGE.parse().unwrap(), home, "", on);
    visit.visitors = vec!["王丽".into()];
    RecordVisit { id: None, visit }
}

/// The battery is dead: the clock stands before the program itself.
#[tokio::test]
async fn a_clock_before_the_program_gives_no_date_and_refuses_none() {
    let (office, home) = reopened(day(2027, 3, 1), at(day(2009, 1, 1), 8), Some(480)).await;
    let state = office.ok(GetSession {}).await;
    let clock = state.clock.clone().unwrap();
    assert_eq!(clock.code, ClockTrouble::BeforeProgram);
    assert!(
        clock.message.contains("电脑的日期和时间") && clock.message.contains("2009年1月1日"),
        "{clock:?}"
    );
    assert!(!state.day_is_sure() && state.today >= day(2026, 11, 1));
    // The rights of today, and pages that count from the latest day that is known.
    assert_eq!(office.ok(GetToday { region: TOWNSHIP.parse().unwrap() }).await.date, day(2027, 3, 1));
    for on in [day(2027, 3, 2), day(2027, 3, 1), day(2026, 12, 31)] {
        office.ok(visit(home, on)).await;
    }
    assert!(office.refused(visit(home, day(2207, 3, 2))).await.about("date").is_some());
    // What would be read by the clock is not guessed.
    for text in ["昨天", "3.2", "今天"] {
        let survey = json!({"region": VILLAGE, "household": home, "head_name": "韩广田", "date": text,
            "persons": [{"name": "韩广田"}], "needs": ["就医"]});
        let survey =
            SaveRecord { kind: "need_survey".into(), id: None, version: None, fields: fields(survey) };
        let refused = office.refused(survey).await;
        let problem = refused.about("date").unwrap();
        assert!(problem.contains("电脑的日期和时间"), "{text}: {refused:?}");
    }
    assert_eq!(office.ok(list("need_survey", TOWNSHIP, 5)).await.total, 0);
    assert_eq!(office.ok(list("visit", TOWNSHIP, 5)).await.total, 3);
}

#[tokio::test]
async fn a_clock_that_went_back_is_told_and_does_not_refuse_yesterday() {
    let (office, home) = reopened(day(2028, 3, 10), at(day(2027, 3, 1), 8), Some(480)).await;
    let state = office.ok(GetSession {}).await;
    let clock = state.clock.clone().unwrap();
    assert_eq!(clock.code, ClockTrouble::BeforeBook);
    assert!(clock.message.contains("2028年3月10日"), "{clock:?}");
    assert!(state.day_is_sure());
    office.ok(visit(home, day(2028, 3, 9))).await;
    let refused = office.refused(visit(home, day(2028, 3, 20))).await;
    assert!(refused.about("date").unwrap().contains("电脑的日期和时间"), "{refused:?}");
}

#[tokio::test]
async fn a_clock_far_ahead_and_another_zone_are_told() {
    let (office, _) = reopened(day(2026, 11, 20), at(day(2062, 1, 1), 8), Some(480)).await;
    assert_eq!(office.ok(GetSession {}).await.clock.unwrap().code, ClockTrouble::FarAhead);
    // Set right again: what the clock once showed is not held against it.
    office.clock.set(at(day(2026, 11, 21), 8));
    assert_eq!(office.ok(GetSession {}).await.clock, None);
    let (office, home) = reopened(day(2026, 11, 20), at(day(2026, 11, 21), 1), Some(-720)).await;
    let state = office.ok(GetSession {}).await;
    let clock = state.clock.clone().unwrap();
    assert_eq!((clock.code, state.day_is_sure()), (ClockTrouble::OtherZone, true));
    assert!(clock.message.contains("时区") && clock.message.contains("01:00"), "{clock:?}");
    office.ok(visit(home, day(2026, 11, 21))).await;
    let (office, _) = reopened(day(2026, 11, 20), at(day(2026, 11, 21), 1), Some(480)).await;
    assert_eq!(office.ok(GetSession {}).await.clock, None);
}

/// Whatever zone the machine of the tests is set to.
#[tokio::test]
async fn the_computers_clock_gives_chinas_time() {
    let clock = SystemClock::start();
    let apart = clock.local().and_utc().timestamp_millis() - clock.now_ms();
    assert!((8 * 3_600_000 - 1_000..=8 * 3_600_000 + 1_000).contains(&apart), "{apart}");
    assert!(clock.built_on().unwrap() <= clock.today());
    let office = Office::fresh(day(2026, 10, 20));
    office.ok(set_up(TOWNSHIP)).await;
    let home = office.family("韩广田", |_| {}).await;
    assert!(!office.ok(RecordHistory { id: home }).await.is_empty());
}
