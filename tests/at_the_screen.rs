//! A worker at the screen: signs in, reads the month's form, opens what stands behind a figure,
//! records a visit. Once in the real window, once in a browser from the loopback host.

use chrono::NaiveDate;
use serde_json::Value;
use tiexin_contract::records::ListRecords;
use tiexin_contract::session::SignIn;
use tiexin_desk::{Desk, DeskConfig, ManualClock};
use tiexin_testkit::desks::{PASSWORD, StoryDesk, expected, ledgers};
use tiexin_testkit::window::{self, Screen, Trouble};

const GUYANG: &str = "340323100";

#[tokio::test(flavor = "multi_thread")]
async fn in_the_window() -> Result<(), Trouble> {
    if !window::display() {
        return Ok(());
    }
    let home = township().await;
    let screen = Screen::window(home.path()).await?;
    the_story(&screen).await?;
    screen.close().await?;
    a_visit_was_saved(home.path()).await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn in_the_browser() -> Result<(), Trouble> {
    let home = township().await;
    let desk = Desk::open(DeskConfig::at(home.path())).map_err(|e| Trouble(e.message))?;
    let host = tiexin_desk::serve(desk.clone(), 0, None).await.map_err(|e| Trouble(e.to_string()))?;
    let screen = Screen::browser(&host.url).await?;
    the_story(&screen).await?;
    screen.close().await?;
    a_visit_was_saved(home.path()).await;
    Ok(())
}

/// A township that took in its ledgers of October, and closed the program.
async fn township() -> tempfile::TempDir {
    let day = NaiveDate::from_ymd_opt(2026, 10, 31).unwrap();
    let desk = StoryDesk::alone(ManualClock::on(day), "guyang", GUYANG).await.unwrap();
    desk.import(&ledgers("guyang-2026-10"), GUYANG).await.unwrap();
    desk.dir
}

async fn the_story(screen: &Screen) -> Result<(), Trouble> {
    screen.fill("密码", PASSWORD).await?;
    screen.press("进入").await?;
    screen.shows("该去看谁").await?;

    // The month's form shows what an independent program counted.
    goes_to(screen, "#/reports").await?;
    screen.shows("填报单位").await?;
    let months = "const want = '2026年10月'; const shown = document.querySelector('.tx-report-month strong').textContent; \
                  if (shown !== want) { [...document.querySelectorAll('button')].find(b => b.textContent === '上一月').click(); } \
                  return shown === want;";
    until(screen, months).await?;
    let f1 = expected("guyang-2026-10")["f1"].clone();
    let row = figures(&f1);
    let same = format!(
        "return JSON.stringify([...document.querySelectorAll('.tx-form-table tbody tr:first-child .tx-figure')].map(b => b.textContent)) === {}",
        serde_json::to_string(&serde_json::to_string(&row).unwrap()).unwrap()
    );
    until(screen, &same).await?;

    // Every number opens its records.
    screen.press(&format!("谷阳镇 走访慰问落实 日常走访 户 {}", row[8])).await?;
    screen.shows("条记录").await?;

    // A visit: a family, a sentence, saved.
    goes_to(screen, "#/visit/new").await?;
    screen.fill("家庭", "余喆").await?;
    screen.find_css("[role=option]").await?;
    let first = "const o = document.querySelector('[role=option]'); if (!o) return false; \
                 o.dispatchEvent(new MouseEvent('mousedown', {bubbles: true, cancelable: true})); return true;";
    until(screen, first).await?;
    screen.shows("见到了谁").await?;
    screen.fill("走访情况", "身体不错，聊了一小时。").await?;
    screen.press("保存").await?;
    screen.shows("走过的日子").await?;
    screen.shows("聊了一小时").await
}

/// The figures of F1 after 单位, as they are printed.
fn figures(f1: &Value) -> Vec<String> {
    [
        "需求调查",
        "保险理赔",
        "心理健康服务",
        "日常走访",
        "节日看望",
        "生日陪伴",
        "住院探望",
        "突发事件",
        "服务活动开展",
    ]
    .iter()
    .flat_map(|name| f1[*name].as_array().unwrap().clone())
    .map(|v| v.as_str().map_or_else(|| v.to_string(), str::to_owned))
    .collect()
}

async fn goes_to(screen: &Screen, page: &str) -> Result<(), Trouble> {
    let script = format!("location.hash = '{page}'");
    screen.execute(&script, Vec::new()).await.map(drop).map_err(|e| Trouble(e.to_string()))
}

/// Runs a script until it returns true.
async fn until(screen: &Screen, script: &str) -> Result<(), Trouble> {
    let patience = std::time::Instant::now() + std::time::Duration::from_secs(30);
    loop {
        let done = screen.execute(script, Vec::new()).await;
        if done.is_ok_and(|value| value.json().as_bool() == Some(true)) {
            return Ok(());
        }
        if std::time::Instant::now() > patience {
            let page = screen.text().await.unwrap_or_default();
            return Err(Trouble(format!("never true: {script}\nthe page says:\n{page}")));
        }
        tokio::task::yield_now().await;
    }
}

async fn a_visit_was_saved(home: &std::path::Path) {
    let desk = Desk::open(DeskConfig::at(home)).unwrap();
    desk.run(SignIn { name: "guyang".into(), password: PASSWORD.into() }).await.unwrap();
    let list = ListRecords {
        kind: "visit".into(),
        region: GUYANG.parse().unwrap(),
        filters: Vec::new(),
        text: None,
        sort: None,
        after: None,
        skip: 0,
        limit: 1,
    };
    let page = desk.run(list).await.unwrap();
    assert_eq!(page.total, 137, "136 visits of the ledger and one more");
    assert_eq!(page.rows[0].fields["note"], "身体不错，聊了一小时。");
}
