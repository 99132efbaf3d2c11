//! The association's work at the screen, once in the real window, once in a browser: a council is elected, people sign in
//! by keyboard beside the sheet that they signed, a payment is taken back, a case is de-identified. What the work needs
//! is recorded by commands, and what came of it is asked by commands.

use std::path::PathBuf;

use chrono::Days;
use serde_json::{Value, json};
use tiexin_contract::attachment::AddAttachment;
use tiexin_contract::attendance::GetAttendance;
use tiexin_contract::import::FileGiven;
use tiexin_contract::records::{GetRecord, ListRecords, RecordPage};
use tiexin_desk::ManualClock;
use tiexin_testkit::desks::{PASSWORD, StoryDesk, family};
use tiexin_testkit::terminal::Host;
use tiexin_testkit::window::{self, Screen, Trouble};
use uuid::Uuid;

use crate::seat::Way;

const TOWN: &str = "340323100";
const VILLAGE: &str = "340323100001";
const OTHER_VILLAGE: &str = "340323100002";
/// Of a member who is found by its tail.
const NUMBER: &str = "340524198001010028";
/// Two members are called so, in two villages.
const NAMESAKE: &str = "王丽";
const CASE: &str = "老两口又笑了";

#[tokio::test(flavor = "multi_thread")]
async fn in_the_window() -> Result<(), Trouble> {
    if !window::display() {
        return Ok(());
    }
    the_story(Way::Window).await
}

#[tokio::test(flavor = "multi_thread")]
async fn in_the_browser() -> Result<(), Trouble> {
    the_story(Way::Browser).await
}

async fn the_story(way: Way) -> Result<(), Trouble> {
    let office = Office::at_work().await;
    let (screen, _host) = signed_in(way, &office.desk).await?;
    screen.until("return document.querySelector('.tx-nav').textContent.includes('全部列表')").await?;
    the_next_council(&office, &screen).await?;
    the_sheet(&office, &screen).await?;
    the_payment(&office, &screen).await?;
    the_case(&office, &screen).await?;
    screen.close().await?;
    assert!(office.desk.verify().await.sound);
    a_village_keeps_to_its_families(way).await
}

/// A township that stands alone, with what its work needs. Its desk is asked beside the program, as from a terminal.
struct Office {
    desk: StoryDesk,
    organisation: Uuid,
    activity: Uuid,
    payment: Uuid,
    case: Uuid,
}

impl Office {
    async fn at_work() -> Office {
        let desk = begun(TOWN).await;
        let home = desk.run(family(VILLAGE, &["贾文广", "于桂兰"])).await.unwrap().id;
        let organisation = with_council(&desk).await;
        let activity = with_members(&desk).await;
        let payment = json!({"household": home, "date": "2024-09-17", "occasion": "mid_autumn", "form": "cash",
            "amount": "500", "source": "association", "signed_by": "贾文广"});
        let case = json!({"region": TOWN, "name": CASE, "key_task": "family_support", "author": "李明",
            "written_on": "2024-10-01", "background": "东关社区一对失去独生子女的夫妇，很少出门。",
            "practice": "志愿者每周上门两次。", "effect": "他们参加了社区的合唱队。", "source": home});
        let payment = desk.record("aid_entry", payment).await.unwrap();
        let case = desk.record("case", case).await.unwrap();
        Office { desk, organisation, activity, payment, case }
    }

    async fn list(&self, kind: &str) -> RecordPage {
        self.desk.run(ListRecords::of(kind, TOWN.parse().unwrap(), 20)).await.unwrap()
    }
}

/// Yesterday: whenever the program is started, it is later.
async fn begun(region: &str) -> StoryDesk {
    let yesterday = chrono::Utc::now().date_naive() - Days::new(1);
    StoryDesk::alone(ManualClock::on(yesterday), "zhoumin", region).await.unwrap()
}

/// An organisation, who holds its posts, and the meeting that elected others.
async fn with_council(desk: &StoryDesk) -> Uuid {
    let said = json!({"region": TOWN, "name": "谷阳镇计生协", "kind": "association"});
    let organisation = desk.record("organisation", said).await.unwrap();
    for (name, post) in [("张三", "president"), ("李四", "secretary")] {
        let said = json!({"region": TOWN, "name": name, "organisation": organisation, "post": post,
            "staffing": "part_time", "from": "2021-05"});
        desk.record("post", said).await.unwrap();
    }
    let said = json!({"region": TOWN, "name": "换届大会", "kind": "election", "date": "2024-10-15",
        "of": organisation});
    desk.record("meeting", said).await.unwrap();
    organisation
}

/// Members, and an activity with a photo of the sheet that they signed.
async fn with_members(desk: &StoryDesk) -> Uuid {
    for (name, sex, village, number) in [
        ("何秀兰", "female", VILLAGE, None),
        ("吕志强", "male", VILLAGE, None),
        ("施桂芝", "female", VILLAGE, Some(NUMBER)),
        (NAMESAKE, "female", VILLAGE, None),
        (NAMESAKE, "female", OTHER_VILLAGE, None),
    ] {
        let mut said = json!({"region": village, "name": name, "structure": "individual", "residence": "resident",
            "sex": sex, "joined": "2020"});
        if let Some(number) = number {
            said["id_number"] = json!(number);
        }
        desk.record("member", said).await.unwrap();
    }
    let said =
        json!({"region": TOWN, "name": "健康讲座", "project": "health", "start": "2024-10-20T09:00:00"});
    let activity = desk.record("activity", said).await.unwrap();
    // Any picture will do.
    let photo = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("assets/icons/128x128.png");
    let path = Some(photo.display().to_string());
    let file = FileGiven { name: "签到表.png".into(), path, base64: None };
    let what = Some("sign_in_sheet".into());
    desk.run(AddAttachment { owner: activity, file, what, taken_at: None, note: None }).await.unwrap();
    activity
}

/// The program on the book of the desk, whose only user signs in.
async fn signed_in(way: Way, desk: &StoryDesk) -> Result<(Screen, Option<Host>), Trouble> {
    let (screen, host) = way.open(desk.dir.path()).await?;
    screen.shows("请登录").await?;
    screen.fill("密码", PASSWORD).await?;
    screen.press("进入").await?;
    screen.find_css(".tx-nav").await?;
    Ok((screen, host))
}

/// 换届: the former council ends with the meeting, and one president stands.
async fn the_next_council(office: &Office, screen: &Screen) -> Result<(), Trouble> {
    screen.go(&format!("#/record/organisation/{}", office.organisation), "组织 · 谷阳镇").await?;
    screen.press("换届").await?;
    screen.fill("换届的会议", "换届大会").await?;
    screen.option("换届大会").await?;
    // The sign ends a name.
    screen.fill("会长", "赵六、").await?;
    screen.fill("秘书长", "孙八、").await?;
    screen.press("看看会改哪些").await?;
    for text in ["会结束 2 个任职", "张三 会长", "会开始 2 个任职", "赵六 会长"] {
        screen.shows(text).await?;
    }
    assert_eq!(office.list("post").await.total, 2, "nothing is written before it is said so");
    screen.press("登记换届").await?;
    screen.shows("已登记换届：2 个任职结束，2 个开始").await?;

    let posts = office.list("post").await;
    assert_eq!(posts.total, 4);
    let go_on = posts.rows.iter().filter(|row| row.fields.get("until").is_none_or(Value::is_null));
    let mut council: Vec<&str> = go_on.map(|row| row.title.as_str()).collect();
    council.sort_unstable();
    assert_eq!(council, ["孙八 秘书长", "赵六 会长"]);
    Ok(())
}

/// Types into the line for signing in, as somebody does who never takes the hands off the keyboard.
async fn enters(screen: &Screen, typed: &str, told: &str) -> Result<(), Trouble> {
    let line = screen.find_css("#tx-attend").await?;
    // And Enter.
    line.send_keys(format!("{typed}\u{e007}")).await.map_err(|e| Trouble(e.to_string()))?;
    screen.shows(told).await
}

/// 签到: by initials, by name, by a number's tail; nobody is guessed, and nobody counts twice.
async fn the_sheet(office: &Office, screen: &Screen) -> Result<(), Trouble> {
    let activity = office.activity;
    screen.go(&format!("#/record/activity/{activity}"), "输入或扫码，一位按一次回车").await?;
    screen.press("看着签到表输入").await?;
    let beside = "const sheet = document.querySelector('.tx-attending .tx-sheet img'); \
                  return !!sheet && sheet.naturalWidth > 0 && !!document.querySelector('.tx-attending #tx-attend');";
    screen.until(beside).await?;
    enters(screen, "hxl", "✓ 何秀兰 签到了，共 1 人").await?;
    enters(screen, "吕志强", "✓ 吕志强 签到了，共 2 人").await?;
    let tail = &NUMBER[NUMBER.len() - 4..];
    enters(screen, tail, "✓ 施桂芝 签到了，共 3 人").await?;
    enters(screen, NAMESAKE, "有几位可能是，请输入前面的数字再按回车").await?;
    let second = "return document.querySelectorAll('.tx-attending [role=status] button')[1].textContent";
    let second = screen.run(second).await?;
    enters(screen, "2", &format!("✓ {NAMESAKE} 签到了，共 4 人")).await?;
    enters(screen, "何秀兰", "何秀兰 前面已经签到").await?;

    let people = office.desk.run(GetAttendance { activity }).await.unwrap().people;
    assert_eq!(people.len(), 4, "{people:?}");
    let named: Vec<String> = people
        .iter()
        .filter(|who| who.name == NAMESAKE)
        .map(|who| format!("2 {}（{}）", who.name, who.place))
        .collect();
    assert_eq!(json!(named), json!([second]), "the one who was meant");
    Ok(())
}

/// 冲正: what was given stands, and so does what takes it back.
async fn the_payment(office: &Office, screen: &Screen) -> Result<(), Trouble> {
    // The button on the page is called as the one in the dialog is.
    const YES: &str =
        "const yes = document.querySelector('.tx-dialog footer button'); yes?.click(); return !!yes;";
    screen.go(&format!("#/record/aid_entry/{}", office.payment), "慰问救助 ·").await?;
    screen.press("冲正").await?;
    screen.shows("冲正以后不能撤销").await?;
    screen.until(YES).await?;
    screen.shows("请写一句原因").await?;
    screen.fill("原因", "发给了别的一家").await?;
    screen.until(YES).await?;
    screen.shows("已冲正，不再算进报表").await?;

    let entries = office.list("aid_entry").await;
    assert!(entries.rows.iter().all(|row| row.void.is_none()));
    let mut amounts: Vec<&str> =
        entries.rows.iter().map(|row| row.fields["amount"].as_str().unwrap()).collect();
    amounts.sort_unstable();
    assert_eq!(amounts, ["-500.00", "500.00"]);
    Ok(())
}

/// 典型案例: nobody says of a story that it betrays nobody while it names the family's village.
async fn the_case(office: &Office, screen: &Screen) -> Result<(), Trouble> {
    const MENDED: &str = "镇上一对失去独生子女的夫妇，很少出门。";
    let unfold = "const head = [...document.querySelectorAll('.tx-fold-head')].find(one => \
                      one.textContent.startsWith('去标识、推荐、入库')); \
                  if (head?.getAttribute('aria-expanded') === 'false') head.click(); \
                  return head?.getAttribute('aria-expanded') === 'true';";
    let id = office.case;
    let stored = async || office.desk.run(GetRecord { id }).await.unwrap().fields;
    screen.go(&format!("#/record/case/{id}/edit"), "去标识、推荐、入库").await?;
    screen.until(unfold).await?;
    screen.fill("去标识人", "周敏").await?;
    screen.fill("去标识日期", "2024-10-20").await?;
    screen.press("保存").await?;
    screen.shows("“背景”里有“东关社区”（村组、住址）").await?;
    assert!(!stored().await.contains_key("deidentified_on"));

    screen.fill("背景", MENDED).await?;
    screen.press("保存").await?;
    screen.shows(&format!("已保存：{CASE}")).await?;
    let stored = stored().await;
    assert_eq!(stored["background"], MENDED);
    assert_eq!(stored["deidentified_by"], "周敏");
    assert_eq!(stored["deidentified_on"], "2024-10-20");
    Ok(())
}

/// What else there is, a village's worker finds by Ctrl+K.
async fn a_village_keeps_to_its_families(way: Way) -> Result<(), Trouble> {
    let desk = begun(VILLAGE).await;
    let (screen, _host) = signed_in(way, &desk).await?;
    let families_alone = "const entries = document.querySelector('.tx-nav').textContent; \
                          return entries.includes('家庭台账') && !entries.includes('全部列表');";
    screen.until(families_alone).await?;
    screen.close().await
}
