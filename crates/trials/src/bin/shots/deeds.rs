//! What the handbook shows of the association's work: the lists together, a family's days, money given, a case, signing
//! in, an election, and what is due.

use tiexin_domain::Kind;
use tiexin_testkit::window::{Screen, Trouble};

use crate::album::Album;
use crate::{lists, no_veil};

/// Pages and dialogs of a township's worker.
pub(crate) async fn shown(screen: &Screen, album: &Album) -> Result<(), Trouble> {
    screen.go("#/", "要办的事").await?;
    screen.shows("三个全覆盖").await?;
    album.take_of(screen, "today-todo", ".tx-todo").await?;
    days(screen, album).await?;
    lists::list(screen, &Kind::CounsellingPair).await?;
    album.take(screen, "lists").await?;
    taking_back(screen, album).await?;
    lists::list(screen, &Kind::Case).await?;
    lists::first(screen).await?;
    album.take(screen, "case").await?;
    signing_in(screen, album).await?;
    election(screen, album).await
}

/// A family's days, of two kinds of work.
async fn days(screen: &Screen, album: &Album) -> Result<(), Trouble> {
    screen
        .until("const a = document.querySelector('.tx-due a'); if (!a) return false; a.click(); return true;")
        .await?;
    screen.shows("走过的日子").await?;
    // The first button is for all kinds.
    let two = "const kinds = [...document.querySelectorAll('.tx-past-kinds button')].slice(1, 3); \
               const other = kinds.find(one => one.getAttribute('aria-pressed') !== 'true'); \
               if (other) other.click(); \
               return kinds.length === 2 && !other;";
    screen.until(two).await?;
    album.take_of(screen, "family-past", ".tx-past-kinds").await
}

/// Money that was given by a programme: 冲正 asks for a reason.
async fn taking_back(screen: &Screen, album: &Album) -> Result<(), Trouble> {
    lists::list(screen, &Kind::AidEntry).await?;
    // Of gifts at a festival some were taken back already.
    lists::first_with(screen, &["关怀帮扶", "困难慰问"]).await?;
    screen.press("冲正").await?;
    screen.shows("冲正以后不能撤销").await?;
    album.take(screen, "aid-entry").await?;
    screen.press("不冲正").await?;
    no_veil(screen).await
}

/// Several are called so, and it is asked who is meant.
async fn signing_in(screen: &Screen, album: &Album) -> Result<(), Trouble> {
    screen.run("location.hash = '#/activities'").await?;
    lists::first(screen).await?;
    let line = screen.find_css("#tx-attend").await?;
    // A name and Enter.
    line.send_keys("wang\u{e007}").await.map_err(|e| Trouble(e.to_string()))?;
    let answered = "const line = document.querySelector('#tx-attend'); \
                    return !!line && !!line.closest('.tx-field').querySelector('[role=status] p');";
    screen.until(answered).await?;
    album.take_of(screen, "attendance", "#tx-attend").await
}

/// The next council of an organisation, before anything is filled in.
async fn election(screen: &Screen, album: &Album) -> Result<(), Trouble> {
    lists::list(screen, &Kind::Organisation).await?;
    lists::first(screen).await?;
    screen.press("换届").await?;
    screen.shows("要么都登记").await?;
    album.take(screen, "election").await?;
    screen.press("取消").await?;
    no_veil(screen).await
}
