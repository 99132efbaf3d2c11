//! Every page of a demo county in a browser, looked over by axe-core: no violation of WCAG 2.1 A and AA, and nothing outside
//! the landmarks by which who cannot see the screen moves about.

use std::path::{Path, PathBuf};

use serde_json::Value;
use tiexin_domain::Kind;
use tiexin_domain::shape::{self, Home};
use tiexin_testkit::province::{Keep, Province};
use tiexin_testkit::terminal::{self, Host};
use tiexin_testkit::window::{Screen, Trouble};

/// The pages that are no list and no record.
const PAGES: [&str; 15] = [
    "#/",
    "#/families",
    "#/family/new",
    "#/visits",
    "#/visit/new",
    "#/members",
    "#/volunteers",
    "#/activities",
    "#/mine",
    "#/reports",
    "#/import",
    "#/sync",
    "#/quarantine",
    "#/duplicates",
    "#/settings",
];

/// What axe-core is asked. Of its good advice beyond the guidelines one rule: all content stands in a landmark.
const LOOK: &str = "window.tiexinFound = null;
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'];
    const asked = { runOnly: { type: 'tag', values: tags }, rules: { region: { enabled: true } },
        resultTypes: ['violations'], preload: false };
    axe.run(document, asked).then(
        (found) => {
            const where = (one) => one.nodes.slice(0, 5).map((node) => node.target.join(' ')).join(' | ');
            window.tiexinFound = found.violations.map((one) => `${one.id} (${one.help}): ${where(one)}`);
        },
        (cause) => { window.tiexinFound = [`axe did not run: ${cause}`]; });";

#[tokio::test(flavor = "multi_thread")]
async fn no_page_keeps_anybody_out() -> Result<(), Trouble> {
    let home = tempfile::tempdir().map_err(told)?;
    let province = Province::start(Keep::sqlite())?;
    let data = home.path().join("desk");
    fill(&data, home.path(), &province)?;
    let unused = Host::start(&home.path().join("unused"))?;
    let host = Host::start(&data)?;
    let mut found = Vec::new();

    let screen = Screen::browser(&unused.url()).await?;
    screen.shows("您想怎样开始").await?;
    looked_over(&screen, "the first use", &mut found).await?;
    screen.close().await?;

    let screen = Screen::browser(&host.url()).await?;
    screen.shows("请登录").await?;
    looked_over(&screen, "signing in", &mut found).await?;
    let account = "const one = [...document.querySelectorAll('button')].find(b => b.textContent.includes('guyang')); \
                   if (!one) return false; one.click(); return true;";
    screen.until(account).await?;
    screen.find_css(".tx-nav").await?;
    for page in PAGES {
        goes(&screen, page).await?;
        looked_over(&screen, page, &mut found).await?;
    }
    for kind in Kind::ALL.iter().filter(|kind| is_listed_apart(kind)) {
        for page in [format!("#/lists/{}", kind.code()), format!("#/record/{}/new", kind.code())] {
            goes(&screen, &page).await?;
            looked_over(&screen, &page, &mut found).await?;
        }
    }
    // Of these every township of the demo has some; of the others a few.
    let own = ["#/families", "#/visits", "#/members", "#/volunteers", "#/activities"];
    let own = own.map(|list| (list.to_owned(), true));
    let lists = Kind::ALL.iter().filter(|kind| is_listed_apart(kind));
    let lists = lists.map(|kind| (format!("#/lists/{}", kind.code()), false));
    for (list, has_some) in own.into_iter().chain(lists) {
        goes(&screen, &list).await?;
        // The page of its first record.
        let open =
            "const one = document.querySelector('.tx-rows .tx-open'); if (one) one.click(); return !!one;";
        let opened = match has_some {
            true => screen.until(open).await.map(|()| true)?,
            false => screen.run(open).await? == Value::Bool(true),
        };
        if opened {
            screen.until(&format!("return location.hash !== '{list}'")).await?;
            settled(&screen).await?;
            looked_over(&screen, &format!("a record of {list}"), &mut found).await?;
        }
    }
    screen.close().await?;
    if found.is_empty() { Ok(()) } else { Err(Trouble(format!("axe-core found:\n{}", found.join("\n")))) }
}

fn told(error: impl std::fmt::Display) -> Trouble {
    Trouble(error.to_string())
}

/// Its list stands on the page 全部列表.
fn is_listed_apart(kind: &Kind) -> bool {
    shape::of(kind.code()).is_some_and(|shape| {
        !shape.list.is_empty() && matches!(shape.home, Home::Support | Home::Association | Home::Works)
    })
}

/// The demo county with few families: what a page is made of is the same, and the longest lists are not gone through.
fn fill(data: &Path, home: &Path, province: &Province) -> Result<(), Trouble> {
    let codes = home.join("codes.json");
    std::fs::write(&codes, province.administer(&["demo"])?.to_string()).map_err(told)?;
    let mut demo = terminal::desk(data, &["demo", "--small", "--server", &province.url(), "--codes"]);
    let filled = demo.arg(&codes).status().map_err(told)?;
    if filled.success() { Ok(()) } else { Err(Trouble("the demo county could not be made".into())) }
}

async fn goes(screen: &Screen, route: &str) -> Result<(), Trouble> {
    // The former page stands until the program has heard of the address; two pages may have one title.
    let ask = format!(
        "window.tiexinHeard = location.hash === '{route}';
        if (window.tiexinHeard) return;
        const heard = () => setTimeout(() => {{ window.tiexinHeard = true; }});
        window.addEventListener('hashchange', heard, {{ once: true }});
        location.hash = '{route}';"
    );
    screen.run(&ask).await?;
    screen.until("return window.tiexinHeard").await?;
    settled(screen).await
}

/// The page has its title, waits for nothing, and is the same at two glances.
async fn settled(screen: &Screen) -> Result<(), Trouble> {
    let same = "const main = document.querySelector('main');
        if (!main || !main.querySelector('h1') || main.querySelector('.tx-waiting')) return false;
        const former = window.tiexinSeen;
        window.tiexinSeen = main.innerHTML;
        return window.tiexinSeen === former;";
    screen.until(same).await
}

/// Enters what axe-core finds on the page that is shown.
async fn looked_over(screen: &Screen, page: &str, found: &mut Vec<String>) -> Result<(), Trouble> {
    if screen.run("return !!window.axe").await? != Value::Bool(true) {
        let axe = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("node_modules/axe-core/axe.min.js");
        let axe = std::fs::read_to_string(&axe);
        let axe = axe.map_err(|cause| Trouble(format!("axe-core ({cause}): `npm ci` brings it")))?;
        screen.run(&axe).await?;
    }
    screen.run(LOOK).await?;
    screen.until("return window.tiexinFound !== null").await?;
    let told = screen.run("return window.tiexinFound").await?;
    let all = told.as_array().map(Vec::as_slice).unwrap_or_default();
    found.extend(all.iter().filter_map(Value::as_str).map(|one| format!("{page}: {one}")));
    Ok(())
}
