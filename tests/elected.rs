//! An election is cut off: the desk and the province are killed while it is written and while it is told; a post that
//! it ends was made void elsewhere. At no desk does a council of two terms stand.

use std::cell::Cell;
use std::path::Path;
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use chrono::TimeDelta;
use serde_json::{Value, json};
use tiexin_contract::book::Verify;
use tiexin_contract::election::ElectCouncil;
use tiexin_contract::import::{ImportBatches, UndoImport};
use tiexin_contract::quarantine::{Item, ListQuarantine, Settle};
use tiexin_contract::records::{GetRecord, ListRecords, RecordPage, RecordRow, SaveRecord, VoidRecord};
use tiexin_contract::session::SignIn;
use tiexin_contract::sync::SyncNow;
use tiexin_desk::ManualClock;
use tiexin_domain::nouns::settlement::Choice;
use tiexin_domain::record::Fields;
use tiexin_testkit::desks::{PASSWORD, StoryDesk};
use tiexin_testkit::patience::{PATIENCE, until};
use tiexin_testkit::province::{Keep, Province};
use tiexin_testkit::proxy::Network;
use tiexin_testkit::terminal::{Host, Unanswered};
use uuid::Uuid;

const TOWN: &str = "340323100";
const USER: &str = "town";
const BEGAN: &str = "2021-05";
const DAY: &str = "2024-10-15";
/// One of them is elected again.
const FORMER: [(&str, &str); 4] =
    [("张三", "president"), ("李四", "secretary"), ("王五", "council"), ("钱七", "council")];
const NEXT: [(&str, &str); 4] =
    [("赵六", "president"), ("李四", "secretary"), ("孙八", "council"), ("周九", "council")];
/// Whose post is made void elsewhere.
const LEFT: &str = "王五";
/// How often the log of the book has changed when a kill comes. The first one comes before anything is written.
const WRITES: usize = 6;
/// Into so many parts what is told of an election is cut by kills.
const PARTS: u64 = 6;

on_both_stores!(the_story);

/// The office's own time: the program's clock goes on from it.
fn clock() -> Arc<ManualClock> {
    let now = (chrono::Utc::now() + TimeDelta::hours(8)).naive_utc();
    let clock = ManualClock::on(now.date());
    clock.set(now);
    clock
}

fn fields(value: Value) -> Fields {
    value.as_object().cloned().unwrap()
}

/// The program on the book of the town, signed in, with nothing left to tell: a kill amid either is another story.
async fn opened(book: &Path) -> Host {
    let host = Host::start(book).unwrap();
    host.call(&SignIn { name: USER.into(), password: PASSWORD.into() }).await.unwrap();
    told(&host).await;
    host
}

/// Rounds until everything is told and read.
async fn told(host: &Host) {
    let ended = until(PATIENCE, async || {
        // A round that began without its province ends with a message.
        let state = host.call(&SyncNow {}).await.ok()?;
        (state.trouble.is_none() && state.waiting == 0).then_some(())
    });
    assert!(ended.await.is_some(), "not everything was told");
}

/// Rounds until everything is read.
async fn heard(county: &StoryDesk) {
    let ended = until(PATIENCE, async || {
        let state = county.sync().await.ok()?;
        (state.trouble.is_none() && state.waiting == 0).then_some(())
    });
    assert!(ended.await.is_some(), "not everything was read");
}

async fn saved(host: &Host, kind: &str, value: Value) -> Uuid {
    let save = SaveRecord { kind: kind.into(), id: None, version: None, fields: fields(value) };
    host.call(&save).await.unwrap().id
}

/// An organisation with its council, and the election of the next one.
async fn house(host: &Host) -> ElectCouncil {
    let said = json!({"region": TOWN, "name": "谷阳镇计生协", "kind": "association"});
    let organisation = saved(host, "organisation", said).await;
    for (name, post) in FORMER {
        let said = json!({"region": TOWN, "name": name, "organisation": organisation, "post": post,
            "staffing": "part_time", "from": BEGAN});
        saved(host, "post", said).await;
    }
    let said =
        json!({"region": TOWN, "name": "换届大会", "kind": "election", "date": DAY, "of": organisation});
    let meeting = saved(host, "meeting", said).await;
    let council = NEXT.map(|(name, post)| fields(json!({"name": name, "post": post}))).into();
    ElectCouncil { organisation, meeting, until: None, council, dry_run: false }
}

fn posts() -> ListRecords {
    let list = ListRecords::of("post", TOWN.parse().unwrap(), 500);
    ListRecords { columns: Some(["name", "from", "why_ended"].map(str::to_owned).into()), ..list }
}

/// Whether no election has ended it.
fn goes_on(post: &RecordRow) -> bool {
    post.fields.get("why_ended").is_none_or(Value::is_null)
}

/// Who holds a post that goes on, and since when.
fn council(page: &RecordPage) -> Vec<String> {
    let standing = page.rows.iter().filter(|row| goes_on(row));
    let text = |row: &RecordRow, field: &str| row.fields[field].as_str().unwrap().to_owned();
    let mut council: Vec<String> =
        standing.map(|row| format!("{} {}", text(row, "name"), text(row, "from"))).collect();
    council.sort();
    council
}

fn since(day: &str, names: &[(&str, &str)]) -> Vec<String> {
    let mut names: Vec<String> = names.iter().map(|(name, _)| format!("{name} {day}")).collect();
    names.sort();
    names
}

/// Whether the next council stands; nothing but one of both stands, whole, and the organisation says the same.
fn one_term(posts: &RecordPage, house: &RecordRow) -> bool {
    let council = council(posts);
    let next = council == since(DAY, &NEXT);
    assert!(next || council == since(BEGAN, &FORMER), "{council:?}");
    let elected = house.fields.get("last_election").and_then(Value::as_str);
    assert_eq!(elected, next.then_some(DAY), "{council:?}");
    next
}

async fn at_town(host: &Host, election: &ElectCouncil) -> bool {
    let house = host.call(&GetRecord { id: election.organisation }).await.unwrap();
    one_term(&host.call(&posts()).await.unwrap(), &house)
}

async fn at_county(county: &StoryDesk, election: &ElectCouncil) -> bool {
    let house = county.run(GetRecord { id: election.organisation }).await.unwrap();
    one_term(&county.run(posts()).await.unwrap(), &house)
}

/// The last election is taken back, and that is known everywhere.
async fn taken_back(host: &Host, county: &StoryDesk, election: &ElectCouncil) {
    let batches = host.call(&ImportBatches {}).await.unwrap();
    let batch = batches.iter().find(|batch| !batch.undone).unwrap().id;
    host.call(&UndoImport { batch }).await.unwrap();
    told(host).await;
    heard(county).await;
    assert!(!at_town(host, election).await && !at_county(county, election).await);
}

/// How the log of the book stands: what is written goes there first.
fn log(book: &Path) -> Option<(u64, SystemTime)> {
    let log = std::fs::metadata(book.join("book.db-wal")).ok()?;
    Some((log.len(), log.modified().ok()?))
}

/// Whether the log of the book was seen to change so often.
fn written(book: &Path, times: usize) -> impl FnMut() -> bool {
    let (mut last, mut seen) = (log(book), 0);
    move || {
        let now = log(book);
        seen += usize::from(now != last);
        last = now;
        seen >= times
    }
}

/// Kills both programs, as one cut of the office's power, when it has come so far or is done; what became of the work.
async fn cut_off<T>(
    (host, province): (&Host, &mut Province),
    work: impl Future<Output = T>,
    mut so_far: impl FnMut() -> bool,
) -> T {
    let done = Cell::new(false);
    let work = async {
        let outcome = work.await;
        done.set(true);
        outcome
    };
    let killer = async {
        let patience = Instant::now() + PATIENCE;
        while !done.get() && !so_far() {
            assert!(Instant::now() < patience, "it neither came so far nor ended");
            tokio::task::yield_now().await;
        }
        host.kill();
        province.kill();
    };
    let (outcome, ()) = tokio::join!(work, killer);
    outcome
}

/// Whether the desk had said that it is done.
async fn elected(host: &Host, election: &ElectCouncil) -> bool {
    match host.call(election).await {
        Ok(_) => true,
        Err(Unanswered::Lost) => false,
        Err(Unanswered::Refused(refusal)) => panic!("{refusal:?}"),
    }
}

async fn the_story(keep: Keep) {
    let mut province = Province::start(keep).unwrap();
    let network = Network::to(province.address()).await.unwrap();
    let town_code = province.user(USER, "worker", TOWN).unwrap();
    let county_code = province.user("county", "supervisor", "340323").unwrap();
    let StoryDesk { desk, dir, .. } =
        StoryDesk::enrolled(clock(), USER, &network.url(), &town_code).await.unwrap();
    // From now on it is the program's.
    drop(desk);
    let book = dir.path();
    let county = StoryDesk::enrolled(clock(), "county", &province.url(), &county_code).await.unwrap();
    let mut host = opened(book).await;
    let election = house(&host).await;
    told(&host).await;
    heard(&county).await;
    assert!(!at_town(&host, &election).await && !at_county(&county, &election).await);

    // Killed while it is written.
    let mut amid = 0;
    for writes in 0..=WRITES {
        let said = cut_off((&host, &mut province), elected(&host, &election), written(book, writes)).await;
        amid += usize::from(writes > 0 && !said);
        province.start_again().unwrap();
        host = opened(book).await;
        let next = at_town(&host, &election).await;
        assert!(next || !said, "what was acknowledged is there");
        heard(&county).await;
        assert_eq!(at_county(&county, &election).await, next);
        if next {
            taken_back(&host, &county, &election).await;
        }
    }
    assert!(amid > 0, "a kill that hits nothing proves nothing");

    // Killed while it is told, after ever more has crossed.
    let before = network.bytes();
    assert!(elected(&host, &election).await);
    told(&host).await;
    let whole = network.bytes() - before;
    heard(&county).await;
    assert!(at_town(&host, &election).await && at_county(&county, &election).await);
    taken_back(&host, &county, &election).await;
    for part in 1..PARTS {
        let enough = network.bytes() + whole * part / PARTS;
        let telling = async {
            let said = elected(&host, &election).await;
            // Cut off or not: what came of it is seen below.
            let _ = host.call(&SyncNow {}).await;
            said
        };
        let said = cut_off((&host, &mut province), telling, || network.bytes() >= enough).await;
        province.start_again().unwrap();
        heard(&county).await;
        at_county(&county, &election).await;
        host = opened(book).await;
        heard(&county).await;
        let next = at_town(&host, &election).await;
        assert!(next || !said, "what was acknowledged is there");
        assert_eq!(at_county(&county, &election).await, next);
        if next {
            taken_back(&host, &county, &election).await;
        }
    }

    contradicted(&host, &county, &network, &election).await;
    assert!(host.call(&Verify {}).await.unwrap().sound);
    assert!(county.verify().await.sound);
    let verified = province.administer(&["verify"]);
    assert!(verified.is_ok(), "{verified:?}");
}

/// Without a line a council is elected; meanwhile a post that it ends is made void elsewhere. Nothing of it is taken, and
/// it waits as one; once that is known it is repeated.
async fn contradicted(host: &Host, county: &StoryDesk, network: &Network, election: &ElectCouncil) {
    network.cut();
    let page = county.run(posts()).await.unwrap();
    let left = page.rows.iter().find(|row| row.fields["name"] == LEFT && goes_on(row)).unwrap().id;
    county.run(VoidRecord { id: left, reason: "重复登记".into() }).await.unwrap();
    heard(county).await;
    assert!(elected(host, election).await);
    assert!(at_town(host, election).await, "here it stands until the province has spoken");

    network.restore();
    told(host).await;
    heard(county).await;
    let remain: Vec<_> = FORMER.into_iter().filter(|(name, _)| *name != LEFT).collect();
    let remain = since(BEGAN, &remain);
    assert_eq!(council(&host.call(&posts()).await.unwrap()), remain);
    assert_eq!(council(&county.run(posts()).await.unwrap()), remain);
    // The posts that would end, those that would begin, and the organisation.
    let own = only(host.call(&ListQuarantine { region: None }).await.unwrap().items);
    let theirs = only(county.run(ListQuarantine { region: None }).await.unwrap().items);
    let parts = FORMER.len() + NEXT.len() + 1;
    assert_eq!((own.parts.len(), theirs.parts.len()), (parts, parts), "{own:?}");
    county.run(Settle { id: theirs.id, choice: Choice::Theirs, note: None }).await.unwrap();
    heard(county).await;
    told(host).await;
    assert!(host.call(&ListQuarantine { region: None }).await.unwrap().items.is_empty());
    assert_eq!(council(&host.call(&posts()).await.unwrap()), remain);

    assert!(elected(host, election).await);
    told(host).await;
    heard(county).await;
    assert!(at_town(host, election).await && at_county(county, election).await);
}

fn only(mut items: Vec<Item>) -> Item {
    assert_eq!(items.len(), 1, "{items:?}");
    items.remove(0)
}
