//! A desk that is kept open, with all its real parts: TLS, the connection pool, the engine's own timers, the events that
//! its screen is told.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tiexin_contract::Event;
use tiexin_contract::import::FileGiven;
use tiexin_contract::session::SetUpEnrolled;
use tiexin_contract::sync::{GetSync, SyncNow, SyncState};
use tiexin_desk::{Desk, DeskConfig, ManualClock, Pace};
use tiexin_domain::{Grant, Role};
use tiexin_server::{Config, Policy, Running, StoreUrl, Tls, spawn};
use tiexin_testkit::desks::{PASSWORD, family};
use tiexin_testkit::patience::{PATIENCE, until};
use tiexin_testkit::proxy::Network;

const TOWN: &str = "340323100";
const VILLAGE: &str = "340323100001";

fn pem(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/tls").join(name)
}

async fn province(folder: &Path, tls: bool) -> Running {
    let policy = Policy { token_seconds: 1, ..Policy::default() };
    let tls = tls.then(|| Tls { cert: pem("localhost.cert.pem"), key: pem("localhost.key.pem") });
    let config = Config { policy, tls, ..Config::loopback(StoreUrl::Sqlite(folder.join("province.db"))) };
    let running = spawn(config).await.expect("it listens");
    running.province.add_user("worker", "worker").await.expect("a user");
    let region = TOWN.parse().expect("a region code");
    let grant = Grant { role: Role::Worker, region, from: None, to: None };
    running.province.add_grant("worker", &grant).await.expect("a grant");
    running
}

/// A desk that syncs by itself, at this pace.
async fn desk(folder: &Path, running: &Running, server: String, pace: u32) -> (Desk, Arc<ManualClock>) {
    let clock = ManualClock::on(chrono::Local::now().date_naive());
    let path = Some(pem("localhost.cert.pem").display().to_string());
    let authority = FileGiven { name: "ca.crt".into(), path, base64: None };
    let authority = server.starts_with("https").then_some(authority);
    let config = DeskConfig {
        automatic_sync: true,
        pace: Pace(pace),
        ..DeskConfig::quick(folder.join("book"), clock.clone())
    };
    let desk = Desk::open(config).expect("an empty folder opens");
    let code = running.province.enrol_code("worker", 7).await.expect("a code");
    let (name, password) = ("worker".to_owned(), PASSWORD.to_owned());
    let setup = SetUpEnrolled { server, code, display_name: name.clone(), name, password, authority };
    desk.run(setup).await.expect("it is enrolled");
    (desk, clock)
}

async fn save(desk: &Desk, name: &str) {
    desk.run(family(VILLAGE, &[name])).await.expect("saved");
}

async fn state(desk: &Desk) -> SyncState {
    desk.run(GetSync {}).await.expect("the state can always be asked")
}

/// Waits until the desk says it is in sync, with as many entries as the province has.
async fn in_sync(desk: &Desk, running: &Running) {
    let ended = until(PATIENCE, async || {
        let state = state(desk).await;
        let head = running.province.verify().await.expect("the province's book").entries;
        let read = state.scopes.iter().find(|scope| scope.scope.as_str() == TOWN)?.sequence;
        (state.complete && read == head).then_some(())
    });
    assert!(ended.await.is_some(), "{:?}", state(desk).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn over_tls_with_tokens_of_a_second_and_the_screen_hears_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = province(folder.path(), true).await;
    let address = format!("https://localhost:{}", running.addr.port());
    let (desk, _) = desk(folder.path(), &running, address, 20).await;
    let mut events = desk.subscribe();
    let (begun, mut n) = (Instant::now(), 0);
    while begun.elapsed() < Duration::from_secs(5) {
        n += 1;
        save(&desk, &format!("户主{n}")).await;
        in_sync(&desk, &running).await;
    }
    // The newest state that the screen was told is how things stand; no state told of a token.
    let told = until(PATIENCE, async || {
        let mut newest: Option<SyncState> = None;
        while let Ok(event) = events.try_recv() {
            if let Event::Sync(state) = event {
                assert_eq!(state.trouble, None);
                if newest.as_ref().is_none_or(|older| older.turn < state.turn) {
                    newest = Some(*state);
                }
            }
        }
        newest.filter(|state| state.complete && state.waiting == 0)
    });
    assert!(told.await.is_some());
    assert!(n > 3, "{n}");
}

/// The system would give such a connection up after a quarter of an hour, and each request after a minute.
#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_died_in_silence_is_not_asked_twice() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = province(folder.path(), false).await;
    let network = Network::to(running.addr).await.expect("a network");
    // A minute without a word is two seconds here.
    let (desk, _) = desk(folder.path(), &running, network.url(), 30).await;
    save(&desk, "甲户").await;
    in_sync(&desk, &running).await;
    network.silence();
    save(&desk, "乙户").await;
    in_sync(&desk, &running).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_so_before_the_computer_slept_is_not_claimed_after_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = province(folder.path(), false).await;
    let network = Network::to(running.addr).await.expect("a network");
    // As it ships: the next round of its own would begin a minute later.
    let (desk, clock) = desk(folder.path(), &running, network.url(), 1).await;
    save(&desk, "甲户").await;
    // Nothing is left that would begin a round sooner.
    desk.run(SyncNow {}).await.expect("the round ends");
    in_sync(&desk, &running).await;
    network.cut();
    clock.pass(chrono::TimeDelta::hours(8));
    let silent = until(PATIENCE, async || (!state(&desk).await.complete).then_some(()));
    silent.await.expect("no claim");
    network.restore();
    in_sync(&desk, &running).await;
}
