//! Text into records: which separator, which quotes are quotes.

use std::borrow::Cow;

/// A cell of a spreadsheet holds 32,767 characters; a quote that is closed later than that is none.
const LONGEST_QUOTED: usize = 256 << 10;
/// Records that are looked at to tell the separator.
const SAMPLE: usize = 50;

/// How a text is divided into cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shape {
    pub(super) separator: char,
    /// Cells of most records; 1 when the text has no table.
    pub(super) columns: usize,
}

/// A record as it was found.
pub(super) struct Record<'t> {
    pub(super) fields: Vec<Cow<'t, str>>,
}

/// The records of a text, one after the other. A blank line is a record without a field.
pub(super) struct Records<'t> {
    rest: &'t str,
    shape: Shape,
}

impl Shape {
    /// The separator that most of the first records agree on: not the richest line, for a list with
    /// semicolons in one cell is no table.
    pub(super) fn of(text: &str) -> Self {
        let (mut best, mut agreed, mut all) = (Self { separator: ',', columns: 1 }, 0, 0);
        for separator in [',', '\t', ';', '|', '，'] {
            let counts: Vec<usize> = Records::new(text, Self { separator, columns: 1 })
                .map(|record| record.fields.len())
                .filter(|count| *count > 0)
                .take(SAMPLE)
                .collect();
            all = all.max(counts.len());
            let Some((columns, records)) = most(&counts) else { continue };
            // A comma of Chinese text separates only where nothing else does.
            let better = if separator == '，' {
                agreed * 2 < all && records > agreed
            } else {
                (records, columns) > (agreed, best.columns)
            };
            if better {
                (best, agreed) = (Self { separator, columns }, records);
            }
        }
        best
    }
}

/// The number of cells above one that most records have, and how many records have it.
fn most(counts: &[usize]) -> Option<(usize, usize)> {
    let records = |columns: usize| counts.iter().filter(|count| **count == columns).count();
    counts
        .iter()
        .filter(|c| **c > 1)
        .map(|c| (*c, records(*c)))
        .max_by_key(|(columns, records)| (*records, *columns))
}

impl<'t> Records<'t> {
    pub(super) fn new(text: &'t str, shape: Shape) -> Self {
        Self { rest: text, shape }
    }

    fn record(&self, quoting: bool) -> (Record<'t>, &'t str) {
        let mut fields = Vec::new();
        let mut rest = self.rest;
        loop {
            let (field, after) = self.field(rest, quoting);
            fields.push(field);
            let mut chars = after.chars();
            match chars.next() {
                Some('\n') | None => {
                    let blank = fields.len() == 1 && fields[0].trim().is_empty();
                    return (Record { fields: if blank { Vec::new() } else { fields } }, chars.as_str());
                }
                Some(_) => rest = chars.as_str(),
            }
        }
    }

    /// A field, and the text from its separator or line end on.
    fn field(&self, text: &'t str, quoting: bool) -> (Cow<'t, str>, &'t str) {
        let end = || text.find(['\n', self.shape.separator]).unwrap_or(text.len());
        if quoting {
            // `="340399…"` keeps a spreadsheet from counting.
            for open in ["\"", "=\""] {
                if let Some(inside) = text.strip_prefix(open)
                    && let Some(found) = self.quoted(inside)
                {
                    return found;
                }
            }
        }
        let (field, after) = text.split_at(end());
        // A quote that opens nothing.
        (Cow::Borrowed(field.strip_prefix('"').unwrap_or(field)), after)
    }

    /// What stands between quotes, and the text behind; `None` when the quote was none.
    fn quoted(&self, inside: &'t str) -> Option<(Cow<'t, str>, &'t str)> {
        let (mut content, mut from) = (Cow::Borrowed(""), 0);
        loop {
            let at = from + inside.get(from..)?.find('"').filter(|at| *at < LONGEST_QUOTED)?;
            content += &inside[from..at];
            let after = &inside[at + 1..];
            if let Some(more) = after.strip_prefix('"') {
                content += "\"";
                from = inside.len() - more.len();
                continue;
            }
            let behind = after.trim_start_matches(' ');
            if behind.is_empty() || behind.starts_with(['\n', self.shape.separator]) {
                return Some((content, behind));
            }
            // `"张三"（已故）` is one text, as long as no separator could be meant.
            if content.contains(['\n', self.shape.separator]) {
                return None;
            }
            let end = after.find(['\n', self.shape.separator]).unwrap_or(after.len());
            content += &after[..end];
            return Some((content, &after[end..]));
        }
    }

    /// Whether quotes joined lines each of which is a whole record into one that is none: then they were
    /// no quotes.
    fn swallowed(&self, fields: usize, raw: &str) -> bool {
        let mut lines = raw.trim_end_matches('\n').split('\n');
        let whole = |line: &str| line.matches(self.shape.separator).count() + 1 == self.shape.columns;
        let joined = raw.trim_end_matches('\n').contains('\n');
        joined && self.shape.columns > 1 && fields != self.shape.columns && lines.all(whole)
    }
}

impl<'t> Iterator for Records<'t> {
    type Item = Record<'t>;

    fn next(&mut self) -> Option<Record<'t>> {
        if self.rest.is_empty() {
            return None;
        }
        let (mut record, mut after) = self.record(true);
        if self.swallowed(record.fields.len(), &self.rest[..self.rest.len() - after.len()]) {
            (record, after) = self.record(false);
        }
        self.rest = after;
        Some(record)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<Vec<String>> {
        let fields = |r: Record<'_>| r.fields.iter().map(|f| f.to_string()).collect();
        Records::new(text, Shape::of(text)).map(fields).collect()
    }

    #[test]
    fn the_separator_is_the_one_that_most_records_agree_on() {
        for (text, separator, columns) in [
            ("甲,乙,丙\n1,2,米;面;油;奶;蛋;糖\n3,4,\n", ',', 3),
            ("某镇台账\n甲;乙;丙\n1,5;2;3\n1,5;2;3\n", ';', 3),
            ("甲\t乙\n1,2,3\t4\n", '\t', 2),
            ("甲|乙\n1|2\n", '|', 2),
            ("甲，乙，丙\n1，2，3\n", '，', 3),
            ("甲,乙\n一，二，三，四,2\n一，二，三，四,3\n", ',', 2),
            ("甲\n乙\n", ',', 1),
            ("", ',', 1),
        ] {
            assert_eq!(Shape::of(text), Shape { separator, columns }, "{text}");
        }
    }

    #[test]
    fn quotes_hold_separators_and_line_breaks() {
        let text = "甲,乙\n\"1,\n2\",\"说\"\"好\"\"\" \n\n=\"3,4\",\"张三\"（已故）\n\"\",x";
        assert_eq!(
            read(text),
            [vec!["甲", "乙"], vec!["1,\n2", "说\"好\""], vec![], vec!["3,4", "张三（已故）"], vec!["", "x"],]
        );
    }

    #[test]
    fn a_stray_quote_does_not_swallow_the_rows_below() {
        for text in [
            "甲,乙\n\"张三,1\n李四,2\n王五,3\n",
            "甲,乙\n\"张三,1\n李四,2\n王五,\"3\"\n",
            "甲,乙\n\"张三,1\n李四,2\n\"王五,3\n",
            "甲,乙\n\"张三,1\n李四,2\"\n王五,3\n",
        ] {
            let rows = read(text);
            assert_eq!(rows.len(), 4, "{text}: {rows:?}");
            assert_eq!(rows[1], ["张三", "1"]);
        }
    }

    #[test]
    fn many_stray_quotes_cost_no_more_than_the_text() {
        let text = "\"a,b\n".repeat(200_000) + &"\"\"\"a\n".repeat(200_000);
        let started = std::time::Instant::now();
        assert_eq!(Records::new(&text, Shape { separator: ',', columns: 2 }).count(), 400_000);
        assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
    }
}
