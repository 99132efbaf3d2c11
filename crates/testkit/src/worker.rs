//! A worker at the pages of 贴心: what a story does at a screen, in the window and in a browser alike.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::desks::PASSWORD;
use crate::window::{Screen, Trouble};

/// Somebody at a screen of their own.
pub struct Worker {
    pub screen: Screen,
}

/// A visit as it is told to the form.
pub struct Seen<'a> {
    /// The head of the family.
    pub family: &'a str,
    /// As the form calls it, e.g. `住院探望`.
    pub kind: &'a str,
    /// As people write it.
    pub day: &'a str,
    pub met: &'a [&'a str],
    pub note: &'a str,
}

impl Worker {
    /// The first use of a desk that joins the province.
    pub async fn joins(screen: Screen, server: &str, code: &str, name: &str) -> Result<Worker, Trouble> {
        screen.shows("您想怎样开始").await?;
        screen.press("接入省平台").await?;
        for (label, text) in [
            ("省平台地址", server),
            ("接入码", code),
            ("您的姓名", name),
            ("登录名", name),
            ("密码", PASSWORD),
            ("再输一遍密码", PASSWORD),
        ] {
            screen.fill(label, text).await?;
        }
        screen.press("建立台账").await?;
        screen.shows("这个月的走访").await?;
        Ok(Worker { screen })
    }

    /// Takes in ledgers, as many at once as the screen lets pick. `rows` of each can be taken in.
    pub async fn imports(&self, ledgers: &[(PathBuf, u64)]) -> Result<(), Trouble> {
        self.turns_to_import().await?;
        for some in ledgers.chunks(self.screen.picks_at_once().min(ledgers.len())) {
            let files: Vec<PathBuf> = some.iter().map(|(file, _)| file.clone()).collect();
            self.screen.pick("选择文件", "选择台账文件", &files).await?;
            let rows: u64 = some.iter().map(|(_, rows)| rows).sum();
            self.screen.press(&format!("导入 {} 行", grouped(rows))).await?;
            self.screen.shows("导入完成").await?;
        }
        Ok(())
    }

    /// The page 导入 as it begins, whatever it showed before: a preview that was left is still there.
    pub async fn turns_to_import(&self) -> Result<(), Trouble> {
        self.screen.go("#/", "这个月的走访").await?;
        self.screen.go("#/import", "先预览").await?;
        let anew = "const buttons = [...document.querySelectorAll('button')]; \
                    const named = words => buttons.find(b => b.innerText.trim() === words); \
                    const other = named('换别的文件'); if (other) other.click(); \
                    return !other && !!named('选择文件');";
        self.screen.until(anew).await
    }

    /// Looks at one ledger without importing it, and waits until its rows are told to become this: new, filled,
    /// unchanged, different, refused.
    pub async fn looks_at(&self, ledger: &Path, rows: [u64; 5]) -> Result<(), Trouble> {
        self.turns_to_import().await?;
        self.screen.pick("选择文件", "选择台账文件", &[ledger.to_owned()]).await?;
        let script = format!(
            "const shown = [...document.querySelectorAll('.tx-share-tiles strong')].map(n => n.textContent); \
             return shown.join() === '{}' || shown.join();",
            rows.map(|number| number.to_string()).join(",")
        );
        self.screen.until(&script).await
    }

    /// Records a visit; it stands on the family's page.
    pub async fn visits(&self, seen: &Seen<'_>) -> Result<(), Trouble> {
        self.screen.go("#/visit/new", "走访情况").await?;
        self.screen.fill("家庭", seen.family).await?;
        self.screen.option(seen.family).await?;
        for name in seen.met {
            self.screen.tick(name).await?;
        }
        self.screen.tick(seen.kind).await?;
        self.screen.fill("走访日期", seen.day).await?;
        self.screen.fill("走访情况", seen.note).await?;
        self.screen.press("保存").await?;
        self.screen.shows("走过的日子").await?;
        self.screen.shows(seen.note).await
    }

    /// Finds a family by its head, as Ctrl+K does, and opens its page.
    pub async fn opens(&self, family: &str) -> Result<(), Trouble> {
        self.screen.find_css(".tx-search").await?.click().await.map_err(|e| Trouble(e.to_string()))?;
        let field = self.screen.find_css(".tx-palette input").await?;
        field.send_keys(family).await.map_err(|e| Trouble(e.to_string()))?;
        self.screen.option(&format!("{family}家")).await?;
        self.screen.until("return !document.querySelector('.tx-palette')").await?;
        self.screen.shows("走过的日子").await
    }

    /// From a family's page: changes one field of what the link `mend` opens.
    pub async fn mends(&self, mend: &str, label: &str, text: &str) -> Result<(), Trouble> {
        self.screen.press(mend).await?;
        self.screen.fill(label, text).await?;
        self.screen.press("保存").await?;
        self.screen.shows("走过的日子").await
    }

    /// The sentence of the indicator on top of every page.
    pub async fn indicator(&self) -> Result<String, Trouble> {
        let said = self.screen.run("return document.querySelector('.tx-sync').title").await?;
        Ok(said.as_str().unwrap_or_default().to_owned())
    }

    /// Waits until the indicator says something that begins so.
    pub async fn told(&self, words: &str) -> Result<(), Trouble> {
        let script = format!(
            "return document.querySelector('.tx-sync')?.title.startsWith('{words}') || \
                              document.querySelector('.tx-sync')?.title"
        );
        self.screen.until(&script).await
    }

    /// Has desk and province compare now, by the button, and waits until all is told.
    pub async fn syncs(&self) -> Result<(), Trouble> {
        self.checks().await?;
        self.told("上次与省平台核对完毕：今天").await?;
        self.screen.find_css(".tx-sync.tx-synced").await.map(drop)
    }

    /// Presses the button; how it ends is told by the indicator.
    pub async fn checks(&self) -> Result<(), Trouble> {
        const QUIET: &str = "return !document.querySelector('[aria-busy=true]')";
        self.screen.go("#/sync", "没有网络时用U盘").await?;
        // A round that goes on by itself takes as long as there is to send: that is not the wait for a button.
        let mut quiet = self.screen.until(QUIET).await;
        for _ in 0..4 {
            if quiet.is_ok() {
                break;
            }
            quiet = self.screen.until(QUIET).await;
        }
        quiet?;
        self.screen.press("现在核对").await?;
        // Pressed, it is busy until the round has ended.
        self.screen.until(QUIET).await
    }

    /// The townships' digests, as the page 同步 shows them for two desks to compare.
    pub async fn digests(&self) -> Result<BTreeMap<String, String>, Trouble> {
        self.screen.go("#/sync", "各处台账").await?;
        let script = "return [...document.querySelectorAll('.tx-table code')].map(code => \
                      [code.closest('tr').cells[0].textContent, code.closest('td').title])";
        let rows: Result<Vec<(String, String)>, _> = serde_json::from_value(self.screen.run(script).await?);
        rows.map(|rows| rows.into_iter().collect()).map_err(|e| Trouble(e.to_string()))
    }

    /// Opens the form F1 of a month, e.g. `2026年10月`.
    pub async fn reads_f1(&self, month: &str) -> Result<(), Trouble> {
        self.screen.go("#/reports", "填报单位").await?;
        // The page begins with this month or the last; a story's month lies before it.
        let step = format!(
            "const shown = document.querySelector('.tx-report-month strong').textContent; \
             if (shown !== '{month}') \
               [...document.querySelectorAll('button')].find(b => b.textContent === '上一月').click(); \
             return shown === '{month}';"
        );
        self.screen.until(&step).await?;
        self.screen.shows(&format!("填报时间：{month}")).await
    }

    /// Waits until a unit's row shows these figures.
    pub async fn sees_row(&self, unit: &str, figures: &[String]) -> Result<(), Trouble> {
        let want = serde_json::to_string(figures).map_err(|e| Trouble(e.to_string()))?;
        let script = format!(
            "const row = [...document.querySelectorAll('.tx-form-table tbody tr')].find(r => r.cells[0].textContent === '{unit}'); \
             const shown = row && JSON.stringify([...row.querySelectorAll('.tx-figure')].map(b => b.textContent)); \
             return shown === JSON.stringify({want}) || shown;"
        );
        self.screen.until(&script).await
    }

    /// Exports the form that is shown; where it lies.
    pub async fn exports(&self, folder: &Path) -> Result<PathBuf, Trouble> {
        let file = self.screen.keep("导出 Excel", "导出报表", folder, "F1.xlsx").await?;
        self.screen.shows("已导出").await?;
        Ok(file)
    }
}

/// `1,234`, as the screens write counts.
fn grouped(count: u64) -> String {
    match count {
        0..1000 => count.to_string(),
        _ => format!("{},{:03}", grouped(count / 1000), count % 1000),
    }
}
