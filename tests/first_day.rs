//! A township's first day, in the browser, from an empty folder: it begins alone, takes in its
//! families' ledger, meets a family that is registered already, changes the contacts of one, visits, takes a visit
//! back and brings it back, hands in the month, and comes back from a copy.

use chrono::NaiveDate;
use serde_json::{Value, json};
use thirtyfour::Key;
use tiexin_contract::backup::{Backup, RestoreBackup};
use tiexin_contract::family::{GetFamily, RecordVisit};
use tiexin_contract::records::{EditRecord, GetRecord, Search};
use tiexin_contract::report::{GetReport, ReportSheet};
use tiexin_contract::session::SignIn;
use tiexin_contract::{Command, ErrorReply};
use tiexin_domain::nouns::{PersonRef, Visit};
use tiexin_testkit::desks::{self, PASSWORD, expected, ledgers};
use tiexin_testkit::f1::{self, Row};
use tiexin_testkit::terminal::{Host, Unanswered, written};
use tiexin_testkit::window::{Screen, Trouble};
use tiexin_testkit::worker::{Seen, Worker};
use uuid::Uuid;

const TOWNSHIP: &str = "340323100";
const VILLAGE: &str = "340323100001";
const MONTH: &str = "2026-10";

/// The program on a book of its own, and the worker at its page.
struct Day {
    host: Host,
    worker: Worker,
    home: tempfile::TempDir,
}

impl Day {
    async fn ok<C: Command>(&self, command: C) -> C::Reply {
        self.host.call(&command).await.unwrap_or_else(|why| panic!("{}: {why:?}", C::NAME))
    }

    async fn refused<C: Command>(&self, command: C) -> ErrorReply {
        match self.host.call(&command).await {
            Err(Unanswered::Refused(error)) => error,
            Err(Unanswered::Lost) => panic!("{} had no answer", C::NAME),
            Ok(_) => panic!("{} was not refused", C::NAME),
        }
    }

    /// A family of the ledger, by its head.
    async fn family(&self, head: &str) -> Uuid {
        let hits = self.ok(Search { text: head.into(), limit: 20, kinds: Vec::new() }).await;
        hits.iter().find_map(|hit| hit.household).unwrap_or_else(|| panic!("no family of {head}: {hits:?}"))
    }

    /// Records a visit of 30 October at the page; which one it is.
    async fn visit(&self, head: &str, kind: &str, met: &[&str]) -> Result<Uuid, Trouble> {
        self.worker.visits(&Seen { family: head, kind, day: "2026-10-30", met, note: "一切都好" }).await?;
        let page = self.ok(GetFamily { household: self.family(head).await }).await;
        let newest = page.timeline.iter().filter(|row| row.kind == "visit").max_by_key(|row| row.id);
        Ok(newest.unwrap_or_else(|| panic!("no visit of {head}")).id)
    }

    async fn f1(&self) -> ReportSheet {
        self.ok(GetReport::of("F1", MONTH, TOWNSHIP.parse().expect("a township"))).await
    }

    /// 户 and 人 of 日常走访 and of 生日陪伴; all other figures are zero.
    async fn month_is(&self, routine: [&str; 2], birthday: [&str; 2]) {
        let sheet = self.f1().await;
        let mut want = vec!["0"; 20];
        want[3] = "0.00";
        want[8..10].copy_from_slice(&routine);
        want[12..14].copy_from_slice(&birthday);
        assert_eq!(sheet.rows.len(), 1);
        assert_eq!(sheet.rows[0].cells.iter().map(|cell| cell.value.as_str()).collect::<Vec<_>>(), want);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_township_s_first_day() -> Result<(), Trouble> {
    let home = tempfile::tempdir().expect("a temporary folder");
    let host = Host::start(&home.path().join("book"))?;
    let worker = Worker { screen: Screen::browser(&host.url()).await? };
    let day = Day { host, worker, home };
    begins_alone(&day).await?;
    takes_in_its_families(&day).await?;
    registered_already(&day).await?;
    next_contacts(&day).await?;

    let routine = day.visit("谭学", "日常走访", &["谭学", "余英爱"]).await?;
    let birthday = day.visit("熊国学", "生日陪伴", &["熊国学"]).await?;
    nobody_at_home(&day).await?;
    day.month_is(["1", "2"], ["1", "1"]).await;
    two_windows(&day, routine).await;
    taken_back_and_brought_back(&day, birthday).await?;
    hands_in(&day).await?;
    leaves_for_lunch(&day).await?;
    comes_back_from_a_copy(&day).await;
    day.worker.screen.close().await
}

async fn begins_alone(day: &Day) -> Result<(), Trouble> {
    let screen = &day.worker.screen;
    screen.shows("您想怎样开始").await?;
    screen.press("单机开始").await?;
    screen.fill("您负责的乡镇（或村）", "guyang").await?;
    screen.option("谷阳镇").await?;
    for (label, text) in
        [("您的姓名", "王丽"), ("登录名", "wangli"), ("密码", "1234"), ("再输一遍密码", "1234")]
    {
        screen.fill(label, text).await?;
    }
    screen.press("建立台账").await?;
    screen.shows("密码至少 8 位").await?;
    screen.fill("密码", PASSWORD).await?;
    screen.fill("再输一遍密码", PASSWORD).await?;
    screen.press("建立台账").await?;
    screen.shows("该去看谁").await?;
    // Nothing is there yet: a month before the book is no table of zeros.
    let asked = GetReport::of("F1", "1999-01", TOWNSHIP.parse().expect("a township"));
    assert!(day.refused(asked).await.about("month").is_some_and(|said| said.contains("1999年1月没有记录")));
    Ok(())
}

async fn takes_in_its_families(day: &Day) -> Result<(), Trouble> {
    let ledger = ledgers("guyang-2026-10").remove(0);
    let expected = &expected("guyang-2026-10")["special_families"];
    let taken = expected["imported"].as_u64().expect("a count");
    let refused = expected["refused_rows"].as_array().expect("a list").len() as u64;
    day.worker.imports(&[(ledger.clone(), taken)]).await?;
    // The same file once more has nothing new.
    day.worker.looks_at(&ledger, [0, 0, taken, 0, refused]).await
}

/// The number of the ledger's first head: that is said, at its field, and nothing is written.
async fn registered_already(day: &Day) -> Result<(), Trouble> {
    let number = expected("guyang-2026-10")["special_families"]["files"][0]["husband_id"].clone();
    let screen = &day.worker.screen;
    screen.go("#/family/new", "户主姓名").await?;
    screen.fill("户主姓名", "又登记").await?;
    screen.fill("村（社区）", "dongguan").await?;
    screen.option("东关社区").await?;
    screen.fill("户主身份证号", number.as_str().unwrap_or_default()).await?;
    screen.press("保存").await?;
    screen.shows("东关社区已经登记过").await?;
    screen.press("取消").await?;
    screen.press("不要了").await?;
    let hits = day.ok(Search { text: "又登记".into(), limit: 5, kinds: Vec::new() }).await;
    assert!(hits.iter().all(|hit| hit.household.is_none()), "{hits:?}");
    Ok(())
}

/// The next pair follows on the former one, which stays to be read.
async fn next_contacts(day: &Day) -> Result<(), Trouble> {
    let home = day.family("熊国学").await;
    let before = day.ok(GetFamily { household: home }).await;
    day.worker.opens("熊国学").await?;
    let screen = &day.worker.screen;
    screen.press("换联系人").await?;
    screen.fill("镇联系人", "新来的赵镇长").await?;
    screen.fill("村联系人", "孙村医").await?;
    screen.fill("从哪天起", "2026-10-20").await?;
    screen.press("保存").await?;
    screen.shows("新来的赵镇长").await?;
    let after = day.ok(GetFamily { household: home }).await;
    assert_eq!(after.contacts[0].fields["township_leader"], "新来的赵镇长");
    assert_eq!(after.contacts.len(), before.contacts.len() + 1);
    assert!(!after.gaps.iter().any(|gap| gap.contains("联系人")), "{:?}", after.gaps);
    Ok(())
}

async fn nobody_at_home(day: &Day) -> Result<(), Trouble> {
    let screen = &day.worker.screen;
    screen.go("#/visit/new", "走访情况").await?;
    screen.fill("家庭", "廖长").await?;
    screen.option("廖长").await?;
    screen.tick("外出未遇").await?;
    screen.fill("走访日期", "2026-10-30").await?;
    screen.press("保存").await?;
    screen.shows("走过的日子").await
}

/// Two windows opened one family: neither takes back what the other has saved.
async fn two_windows(day: &Day, visit: Uuid) {
    let home = day.family("谭学").await;
    let shown = day.ok(GetRecord { id: home }).await.fields;
    let edit = |field: &str, value: Value| EditRecord {
        id: home,
        fields: [(field.to_owned(), value)].into_iter().collect(),
        seen: shown.iter().filter(|(name, _)| *name == field).map(|(n, v)| (n.clone(), v.clone())).collect(),
    };
    day.ok(edit("current_address", json!("村东三号"))).await;
    day.ok(edit("notes", json!("门口有狗"))).await;
    let now = day.ok(GetRecord { id: home }).await.fields;
    assert_eq!((&now["current_address"], &now["notes"]), (&json!("村东三号"), &json!("门口有狗")));
    let late = edit("current_address", json!("西头二号"));
    assert!(day.refused(late).await.about("current_address").is_some());
    assert!(day.ok(GetRecord { id: visit }).await.void.is_none());
}

/// A visit that was a slip leaves the month; brought back it counts again.
async fn taken_back_and_brought_back(day: &Day, visit: Uuid) -> Result<(), Trouble> {
    const YES: &str =
        "const yes = document.querySelector('.tx-dialog footer button'); yes?.click(); return !!yes;";
    const CLOSED: &str = "return !document.querySelector('.tx-dialog');";
    let screen = &day.worker.screen;
    screen.go(&format!("#/visit/{visit}"), "记于").await?;
    screen.press("作废").await?;
    screen.fill("原因", "记错了一家").await?;
    screen.until(YES).await?;
    screen.until(CLOSED).await?;
    screen.shows("已作废：记错了一家").await?;
    day.month_is(["1", "2"], ["0", "0"]).await;
    screen.press("恢复").await?;
    screen.until(YES).await?;
    screen.until(CLOSED).await?;
    day.month_is(["1", "2"], ["1", "1"]).await;
    day.worker.reads_f1("2026年10月").await?;
    screen.press("谷阳镇 走访慰问落实 生日陪伴 户 1").await?;
    screen.shows("共 1 条记录").await?;
    screen.shows("熊国学").await
}

/// The form with its figures, who filled it in, and that a family was out once.
async fn hands_in(day: &Day) -> Result<(), Trouble> {
    day.worker.reads_f1("2026年10月").await?;
    let screen = &day.worker.screen;
    screen.shows("外出未遇的走访不计入（本期 1 次）").await?;
    screen.fill("联系电话", "0552-6010000").await?;
    let file = day.worker.exports(day.home.path()).await?;
    let sheet = day.f1().await;
    let figures = sheet.rows[0].cells.iter().map(|cell| cell.value.parse().unwrap_or(f64::NAN)).collect();
    assert_eq!(Row::exported(&file, "谷阳镇"), Row(figures));
    for text in ["填表人：王丽", "联系电话：0552-6010000", "说明：外出未遇的走访不计入（本期 1 次）"]
    {
        assert!(f1::says(&file, text), "{text}");
    }
    Ok(())
}

/// Locked, the list is as she left it; signed out, nothing of hers is there, and what was not finished is a draft.
async fn leaves_for_lunch(day: &Day) -> Result<(), Trouble> {
    const IN_FORCE: &str = "return document.querySelector('.tx-find.tx-in-force input')?.value === '谭学';";
    let screen = &day.worker.screen;
    screen.go("#/families", "全部家庭").await?;
    screen.fill("在列表中查找", "谭学").await?;
    screen.shows("查到 1 户").await?;
    screen.until(IN_FORCE).await?;
    locks(screen).await?;
    signs_in(screen).await?;
    screen.shows("查到 1 户").await?;
    screen.until(IN_FORCE).await?;

    screen.go("#/visit/new", "走访情况").await?;
    screen.fill("走访情况", "没写完").await?;
    locks(screen).await?;
    signs_in(screen).await?;
    // The form stands as it was left, and what is typed on is the newest.
    let holds =
        |text: &str| format!("return document.querySelector('[data-field=\"note\"]')?.value === '{text}'");
    screen.until(&holds("没写完")).await?;
    screen.fill("走访情况", "没写完，又写了一句").await?;
    screen.press("王丽").await?;
    screen.press("退出登录").await?;
    screen.shows("没写完的 1 份留作草稿").await?;
    signs_in(screen).await?;
    screen.shows("没写完的").await?;
    screen.press("接着写").await?;
    screen.until(&holds("没写完，又写了一句")).await?;
    screen.go("#/families", "全部家庭").await?;
    screen.shows("共 26 户").await
}

async fn locks(screen: &Screen) -> Result<(), Trouble> {
    screen.find_css("body").await?.send_keys(Key::Control + "l").await.map_err(|e| Trouble(e.to_string()))?;
    screen.shows("王丽的页面锁着").await
}

async fn signs_in(screen: &Screen) -> Result<(), Trouble> {
    screen.fill("密码", PASSWORD).await?;
    screen.press("进入").await?;
    screen.find_css(".tx-work:not(.tx-away)").await.map(drop)
}

/// What happened after the copy is gone, the day before it is whole.
async fn comes_back_from_a_copy(day: &Day) {
    let stick = day.home.path().join("stick");
    std::fs::create_dir(&stick).expect("a folder");
    let lost = Backup { path: written(&day.home.path().join("拔掉了")), inside: true };
    day.refused(lost).await;
    assert!(!day.home.path().join("拔掉了").exists(), "a slip of the hand makes no folder");
    let copy = day.ok(Backup { path: written(&stick), inside: true }).await;
    after_the_copy(day).await;
    day.month_is(["2", "3"], ["1", "1"]).await;
    let restore = |password: &str| RestoreBackup {
        path: copy.path.clone(),
        name: "wangli".into(),
        password: password.into(),
    };
    assert!(day.refused(restore("不是这个密码呀")).await.about("password").is_some());
    let restored = day.ok(restore(PASSWORD)).await;
    let kept = day.home.path().join("book").join("book.db.aside-1");
    assert_eq!(restored.aside, Some(written(&kept)));
    assert!(kept.is_file(), "the book is kept");
    if restored.state.signed_in.is_none() {
        day.ok(SignIn { name: "wangli".into(), password: PASSWORD.into() }).await;
    }
    day.month_is(["1", "2"], ["1", "1"]).await;
}

/// One more visit, which the copy does not know.
async fn after_the_copy(day: &Day) {
    let on = NaiveDate::from_ymd_opt(2026, 10, 30).expect("a day");
    let household = day.family("熊国学").await;
    let visit = desks::visit(VILLAGE.parse().expect("a village"), household, "熊国学", on, "一切都好");
    let met = vec![PersonRef { person: None, name: "熊国学".into() }];
    day.ok(RecordVisit { id: None, visit: Visit { met, ..visit } }).await;
}
