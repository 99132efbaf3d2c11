//! Which columns a list shows where there is little room: the spare ones give way first, then the words of the state
//! become its sign; dates and names keep what they need to be read.

use super::Column;
use super::column::Show;

/// Below this many rem for an ordinary tenth of a share words are cut to two signs.
const READABLE: f64 = 0.78;

/// What the state takes with its words, and as a sign alone below its head; rem.
pub(super) const STATE: f64 = 8.8;
pub(super) const STATE_SIGN: f64 = 4.0;

/// What the first gap takes with how many there are; rem.
pub(super) const GAPS: f64 = 11.4;

/// What a day takes, and below it in small letters another one with what was met with; rem.
pub(super) const LAST_VISIT: f64 = 7.8;

/// The columns for a list of this width.
pub(super) fn fit(columns: &[Column], rem: f64) -> Vec<Column> {
    let all = columns.to_vec();
    if reads(&all, rem) {
        return all;
    }
    let kept: Vec<Column> = all.into_iter().filter(|column| !column.spare).collect();
    if reads(&kept, rem) {
        return kept;
    }
    let brief = |column: Column| match column.show {
        Show::State => Column { brief: true, ..column },
        _ => column,
    };
    kept.into_iter().map(brief).collect()
}

fn reads(columns: &[Column], rem: f64) -> bool {
    let (mut fixed, mut shares) = (0.0, 0.0);
    for column in columns {
        match column.show {
            Show::State if column.brief => fixed += STATE_SIGN,
            Show::State => fixed += STATE,
            Show::Gaps => fixed += GAPS,
            Show::LastVisit => fixed += LAST_VISIT,
            _ => shares += f64::from(column.share),
        }
    }
    (rem - fixed) / shares >= READABLE
}

/// The width of a page's list in a window, in rem: without the navigation and the page's edges.
pub(super) fn list_rem(window_px: f64, large: bool) -> f64 {
    let rem = if large { 18.0 } else { 15.0 };
    // As `10-frame.css` has them.
    let around = if window_px <= 1100.0 { 10.4 + 2.0 } else { 12.6 + 3.2 };
    window_px / rem - around
}

#[cfg(test)]
mod tests {
    use super::*;

    fn visits() -> Vec<Column> {
        crate::pages::visits::VISIT.columns()
    }

    fn heads(columns: &[Column]) -> Vec<&'static str> {
        columns.iter().map(|column| column.head).collect()
    }

    #[test]
    fn an_office_screen_shows_everything() {
        let shown = fit(&visits(), list_rem(1366.0, false));
        assert_eq!(heads(&shown), heads(&visits()));
        assert!(shown.iter().all(|column| !column.brief));
    }

    #[test]
    fn on_a_small_screen_the_spare_columns_and_the_words_of_the_state_give_way() {
        let shown = fit(&visits(), list_rem(1024.0, false));
        assert!(!heads(&shown).contains(&"见面情况"));
        let state = shown.last().unwrap();
        assert!(state.brief && state.track() == "4rem");
        assert_eq!(shown[0].track(), "minmax(7.2rem,8fr)", "a date is never cut");
    }

    #[test]
    fn big_letters_on_an_office_screen_hide_the_spare_columns() {
        assert!(!heads(&fit(&visits(), list_rem(1366.0, true))).contains(&"见面情况"));
        assert!(heads(&fit(&visits(), list_rem(1920.0, true))).contains(&"见面情况"));
    }

    #[test]
    fn what_is_missing_is_not_cut_on_an_office_screen() {
        let files = crate::pages::households::SUPPORT_FILE.columns();
        let shown = fit(&files, list_rem(1366.0, false));
        assert_eq!(heads(&shown), heads(&files));
        let gaps = shown.iter().find(|column| matches!(column.show, Show::Gaps)).unwrap();
        assert!(gaps.track().starts_with("minmax(11.4rem,"), "{}", gaps.track());
        let last = shown.iter().find(|column| matches!(column.show, Show::LastVisit)).unwrap();
        assert!(last.track().starts_with("minmax(7.8rem,"), "{}", last.track());
        let large = fit(&files, list_rem(1366.0, true));
        assert!(large.iter().all(|column| !column.brief && !column.spare));
    }
    #[test]
    fn an_amount_is_never_cut() {
        for wide in [1024.0, 1366.0] {
            let shown = fit(&crate::record::noun("aid_entry").unwrap().columns(), list_rem(wide, true));
            let amount = shown.iter().find(|column| matches!(column.show, Show::Money)).unwrap();
            assert!(amount.track().starts_with("minmax(6.4rem,"), "{}", amount.track());
        }
    }
}
