//! The lists without an entry of their own in the navigation: of every kind its list, the form of a new one, and the page
//! of a record; at the office's size, at a large screen's, and in large letters. Which kinds, the shapes say.

use tiexin_domain::Kind;
use tiexin_domain::shape::{self, Home};
use tiexin_testkit::window::{Screen, Trouble};

use crate::album::{Album, Letters};
use crate::{OPEN_FIRST, menu};

/// The page of a record says what it holds; the list from which one came is gone.
const READ: &str =
    "return !document.querySelector('main .tx-list') && !!document.querySelector('main .tx-facts')";

/// Every one of them, in both sizes of letters.
pub(crate) async fn every(screen: &Screen, album: &Album) -> Result<(), Trouble> {
    walk(screen, album, Letters::Standard).await?;
    menu(screen, "换成大字").await?;
    walk(screen, album, Letters::Large).await?;
    menu(screen, "恢复标准字号").await
}

async fn walk(screen: &Screen, album: &Album, letters: Letters) -> Result<(), Trouble> {
    for kind in apart() {
        let code = kind.code();
        list(screen, kind).await?;
        album.hang(screen, &format!("{code}-list"), letters).await?;
        first(screen).await?;
        album.hang(screen, &format!("{code}-record"), letters).await?;
        form(screen, kind).await?;
        album.hang(screen, &format!("{code}-new"), letters).await?;
    }
    Ok(())
}

/// The kinds whose lists stand on the page 全部列表.
fn apart() -> impl Iterator<Item = &'static Kind> {
    Kind::ALL.iter().filter(|kind| {
        shape::of(kind.code()).is_some_and(|shape| {
            !shape.list.is_empty() && matches!(shape.home, Home::Support | Home::Association | Home::Works)
        })
    })
}

/// Goes to the list of a kind and waits for its rows: the page of another kind has the same words.
pub(crate) async fn list(screen: &Screen, kind: &Kind) -> Result<(), Trouble> {
    screen.run(&format!("location.hash = '#/lists/{}'", kind.code())).await?;
    let there = format!(
        "const tabs = [...document.querySelectorAll('main [role=tab][aria-selected=true]')]; \
         return tabs.length > 1 && tabs[tabs.length - 1].textContent === '{}' && \
             !!document.querySelector('.tx-row .tx-open');",
        kind.label()
    );
    screen.until(&there).await
}

/// Opens the first record of the list that is shown.
pub(crate) async fn first(screen: &Screen) -> Result<(), Trouble> {
    screen.until(OPEN_FIRST).await?;
    screen.until(READ).await
}

/// Opens the first record whose row holds one of these words.
pub(crate) async fn first_with(screen: &Screen, words: &[&str]) -> Result<(), Trouble> {
    let open = format!(
        "const row = [...document.querySelectorAll('.tx-row')].find(row => /{}/.test(row.textContent)); \
         const open = row && row.querySelector('.tx-open'); \
         if (!open) return false; open.click(); return true;",
        words.join("|")
    );
    screen.until(&open).await?;
    screen.until(READ).await
}

/// The form of a new one; the button on the list is called as the form is.
async fn form(screen: &Screen, kind: &Kind) -> Result<(), Trouble> {
    screen.run(&format!("location.hash = '#/record/{}/new'", kind.code())).await?;
    let there = format!(
        "const title = document.querySelector('main h1'); \
         return !!title && title.textContent === '{}' && !!document.querySelector('main .tx-form-foot');",
        kind.making()
    );
    screen.until(&there).await
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of each work; what has an entry in the navigation, or no list, is not among them.
    #[test]
    fn the_lists_are_those_without_an_entry_in_the_navigation() {
        let codes: Vec<&str> = apart().map(Kind::code).collect();
        for code in ["aid_entry", "organisation", "case"] {
            assert!(codes.contains(&code), "{code}");
        }
        for code in ["household", "visit", "wish", "member", "volunteer", "activity", "attachment"] {
            assert!(!codes.contains(&code), "{code}");
        }
    }
}
