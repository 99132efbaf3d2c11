//! The rows of a long list as far as they were fetched, and where they stand on the screen. Pure.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use tiexin_contract::records::{RecordPage, RecordRow};

/// Rows in a page.
pub(super) const PAGE: u64 = 100;
/// Browsers lose rows beyond some millions of pixels; longer lists are scaled.
const TALLEST: f64 = 8_000_000.0;

struct Page {
    rows: Vec<RecordRow>,
    next: Option<String>,
}

#[derive(Default)]
pub(super) struct Rows {
    /// None until the first reply.
    pub(super) total: Option<u64>,
    /// Of how many families they are, where one may have several.
    pub(super) families: Option<u64>,
    pages: BTreeMap<u64, Page>,
    asked: BTreeSet<u64>,
    /// Replies to an older question are passed over.
    pub(super) turn: u64,
}

impl Rows {
    /// Empty, for a new question.
    pub(super) fn of_turn(turn: u64) -> Self {
        Self { turn, ..Self::default() }
    }

    pub(super) fn row(&self, at: u64) -> Option<&RecordRow> {
        self.pages.get(&(at / PAGE))?.rows.get((at % PAGE) as usize)
    }

    /// All rows at hand, in order.
    pub(super) fn all(&self) -> impl Iterator<Item = (u64, &RecordRow)> {
        self.pages.iter().flat_map(|(page, held)| {
            held.rows.iter().enumerate().map(move |(n, row)| (page * PAGE + n as u64, row))
        })
    }

    /// How many rows from the first on are at hand, without a gap.
    pub(super) fn without_gap(&self) -> u64 {
        let pages = (0..).map_while(|page| self.pages.get(&page));
        pages.map(|page| page.rows.len() as u64).sum()
    }

    /// Pages of these rows that are neither here nor asked for; they count as asked for from now on.
    pub(super) fn wanted(&mut self, rows: Range<u64>) -> Vec<u64> {
        let pages = rows.start / PAGE..=rows.end.saturating_sub(1) / PAGE;
        pages.filter(|page| !self.pages.contains_key(page) && self.asked.insert(*page)).collect()
    }

    /// From where a page is read: behind the nearest key known, passing over so many rows.
    pub(super) fn way_to(&self, page: u64) -> (Option<String>, u64) {
        let near =
            self.pages.range(..page).rev().find_map(|(at, held)| held.next.clone().map(|key| (*at, key)));
        match near {
            Some((at, key)) => (Some(key), (page - at - 1) * PAGE),
            None => (None, page * PAGE),
        }
    }

    pub(super) fn put(&mut self, page: u64, reply: RecordPage) {
        self.asked.remove(&page);
        self.total = Some(reply.total);
        self.families = reply.families.or(self.families);
        self.pages.insert(page, Page { rows: reply.rows, next: reply.next });
        // Far more than a worker looks at; the rest is fetched again when wanted.
        while self.pages.len() > 60 {
            let far = if page > *self.pages.keys().next_back().unwrap_or(&0) / 2 {
                self.pages.keys().next().copied()
            } else {
                self.pages.keys().next_back().copied()
            };
            match far {
                Some(far) if far != page => drop(self.pages.remove(&far)),
                _ => return,
            }
        }
    }

    pub(super) fn failed(&mut self, page: u64) {
        self.asked.remove(&page);
    }
}

/// Where rows stand in a scroller.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ground {
    pub(super) total: u64,
    pub(super) row: f64,
    /// Height of the rows' window, without the head.
    pub(super) view: f64,
}

impl Ground {
    fn full(self) -> f64 {
        self.total as f64 * self.row
    }

    /// Height of the spacer.
    pub(super) fn height(self) -> f64 {
        self.full().min(TALLEST)
    }

    fn scaled(self) -> bool {
        self.full() > TALLEST
    }

    /// The rows in view and the top of the first, in the spacer's pixels.
    pub(super) fn window(self, scroll: f64) -> (Range<u64>, f64) {
        const BEYOND: f64 = 6.0;
        let fit = self.view / self.row;
        if self.scaled() {
            let share = (scroll / (TALLEST - self.view)).clamp(0.0, 1.0);
            let first = share * (self.total as f64 - fit);
            let range = first as u64..((first + fit).ceil() as u64 + 1).min(self.total);
            return (range, scroll - first.fract() * self.row);
        }
        let first = (scroll / self.row - BEYOND).max(0.0).floor();
        let last = ((scroll / self.row + fit + BEYOND).ceil() as u64).min(self.total);
        ((first as u64).min(last)..last, first * self.row)
    }

    /// The scroll position that brings a row into view; none when it is in view already.
    pub(super) fn reveal(self, at: u64, scroll: f64) -> Option<f64> {
        let fit = self.view / self.row;
        if self.scaled() {
            let first = (scroll / (TALLEST - self.view)).clamp(0.0, 1.0) * (self.total as f64 - fit);
            let wanted = match at as f64 {
                at if at < first => at,
                at if at + 1.0 > first + fit => at + 1.0 - fit,
                _ => return None,
            };
            return Some(wanted / (self.total as f64 - fit) * (TALLEST - self.view));
        }
        let top = at as f64 * self.row;
        if top < scroll {
            Some(top)
        } else if top + self.row > scroll + self.view {
            Some(top + self.row - self.view)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_list_stands_still_and_a_long_one_is_scaled() {
        let short = Ground { total: 1000, row: 40.0, view: 400.0 };
        assert_eq!(short.window(4000.0), (94..116, 94.0 * 40.0));
        let long = Ground { total: 1_000_000, row: 40.0, view: 400.0 };
        let end = long.height() - 400.0;
        assert_eq!(long.window(end).0.end, 1_000_000);
        let wanted = long.reveal(500_000, 0.0).unwrap();
        assert!(long.window(wanted).0.contains(&500_000));
    }
}
