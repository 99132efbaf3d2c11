//! What the rules of a noun say against a row's record, told at the column that says it.

use tiexin_domain::Problem;

use super::reader::RowReader;
use crate::finding::FindingCode;
use crate::heads::Field;

impl RowReader<'_> {
    /// What the noun's own rules say against the record.
    pub(super) fn problems(&mut self, problems: Vec<Problem>) {
        for problem in problems {
            let code = match problem.code.as_str() {
                "period_invalid" | "date_invalid" => FindingCode::DateInvalid,
                "date_in_future" => FindingCode::DateFuture,
                "number_invalid" => FindingCode::NumberInvalid,
                "name_missing" => FindingCode::NameMissing,
                _ => FindingCode::Rule(problem.code),
            };
            let of_part = self.column_of_part(&problem.field).map(|column| column.code);
            // Two parts may have the same fault, each at its own place.
            let elsewhere = |told: Option<&'static str>| of_part.is_some() && told != of_part;
            if self.findings.iter().any(|f| f.code == code && !elsewhere(f.field)) {
                continue;
            }
            let field = problem.field.split('.').next().unwrap_or_default();
            let column = || Some(self.sheet.head.column_of(field, None)?.field?.code);
            let column = of_part.or_else(column).unwrap_or(field).to_owned();
            self.find(&column, code, problem.message);
        }
    }

    /// The column of `gifts.0.item`; of the same part another one, where the sheet has none for that. What no cell of the row
    /// says is no part: those of the record may be fewer than those of the columns.
    fn column_of_part(&self, path: &str) -> Option<&'static Field> {
        let (list, rest) = path.split_once('.')?;
        let (nth, name) = rest.split_once('.').unwrap_or((rest, ""));
        let nth: usize = nth.parse().ok()?;
        let place = self.parts.get(list).and_then(|parts| parts.get(nth)).copied().unwrap_or(nth);
        let columns = self.sheet.head.columns.iter().filter_map(|column| column.field);
        let of_part =
            |column: &&Field| column.part_of.is_some_and(|(whole, at)| whole.name == list && at == place);
        let mut columns: Vec<&'static Field> = columns.filter(of_part).collect();
        columns.sort_by_key(|column| column.own.is_none_or(|own| own.name != name));
        columns.first().copied()
    }
}
