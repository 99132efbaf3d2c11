//! Surroundings of a record as the book has them, for the rules that need them (`domain::around`). Each look goes by an
//! index: rules are asked at every save.

use std::collections::BTreeSet;

use rusqlite::params;
use tiexin_domain::around::{Around, ITSELF, Look as Seek, claims_any};
use tiexin_domain::shape::{self, Role};
use tiexin_domain::{Fields, Record};
use uuid::Uuid;

use crate::asking::family::Look;
use crate::book::Book;
use crate::derive::claimed;
use crate::error::{Result, StoreError};
use crate::record::{self, select};

/// What names the parent, as what it belongs to or otherwise.
const BY_PARENT: &str = concat!(
    select!(),
    " WHERE n IN (SELECT child FROM link WHERE parent = ?1) AND +kind = ?2 AND hidden = 0"
);
const BY_ID: &str = concat!(select!(), " WHERE id = ?1 AND +kind = ?2 AND hidden = 0");

/// How the book finds what a rule looks at.
enum Way {
    Natural,
    Family,
    Parent,
    Itself,
}

impl Way {
    /// None: no index leads there. A test lets no such rule be declared.
    fn of(seek: &Seek) -> Option<Way> {
        if seek.their == ITSELF {
            return Some(Way::Itself);
        }
        let field = shape::field(seek.kind, seek.their)?;
        if field.has(Role::Natural) {
            return Some(Way::Natural);
        }
        if field.has(Role::Family) {
            return Some(Way::Family);
        }
        (field.has(Role::Parent) || field.has(Role::Names)).then_some(Way::Parent)
    }
}

impl Look<'_> {
    /// Whether a record of the kind that is shown takes this one back.
    pub fn is_taken_back(&self, kind: &str, id: Uuid) -> Result<bool> {
        let Some(reversal) = shape::reversal(kind) else { return Ok(false) };
        let named = record::collect(self.conn, BY_PARENT, params![id, kind])?;
        Ok(named.iter().any(|other| other.reference(reversal) == Some(id)))
    }

    /// Of what is insert-only whatever takes one of these back, also where a merge, or its undoing, turned whom only one of
    /// the two names: else what was taken back would count again.
    fn add_what_takes_back(&self, found: &mut Vec<Record>, kind: &str) -> Result<()> {
        let Some(reversal) = shape::reversal(kind) else { return Ok(()) };
        let known: BTreeSet<Uuid> = found.iter().map(|record| record.id).collect();
        for id in &known {
            let named = record::collect(self.conn, BY_PARENT, params![id, kind])?;
            let takes_back = |other: &Record| other.reference(reversal) == Some(*id);
            found.extend(named.into_iter().filter(|other| takes_back(other) && !known.contains(&other.id)));
        }
        Ok(())
    }
}

impl Around for Look<'_> {
    type Error = StoreError;

    fn others(&self, seek: &Seek, value: &str) -> Result<Vec<Record>> {
        let Some(way) = Way::of(seek) else { return Ok(Vec::new()) };
        let id = value.parse::<Uuid>();
        match (way, id) {
            (Way::Natural, _) => self.by_natural(seek.kind, value),
            (Way::Family, Ok(home)) => {
                let mut found = self.children_of_kind(home, seek.kind)?;
                self.add_what_takes_back(&mut found, seek.kind)?;
                Ok(found)
            }
            (Way::Itself, Ok(id)) => record::collect(self.conn, BY_ID, params![id, seek.kind]),
            (Way::Parent, Ok(parent)) => {
                let mut named = record::collect(self.conn, BY_PARENT, params![parent, seek.kind])?;
                // A record may name it in another field.
                named.retain(|record| record.reference(seek.their) == Some(parent));
                Ok(named)
            }
            // Names nothing that could be found.
            (_, Err(_)) => Ok(Vec::new()),
        }
    }

    fn claimants(&self, kind: &str, fields: &Fields) -> Result<Vec<Record>> {
        let claims = shape::claims(kind, fields);
        let mut found: Vec<Record> = Vec::new();
        for key in claimed(kind, fields) {
            let known: BTreeSet<Uuid> = found.iter().map(|record| record.id).collect();
            let named = record::collect(self.conn, BY_PARENT, params![key, kind])?;
            let more = named.into_iter().filter(|other| !known.contains(&other.id));
            found.extend(more.filter(|other| claims_any(other, &claims)));
        }
        self.add_what_takes_back(&mut found, kind)?;
        Ok(found)
    }
}

impl Around for Book {
    type Error = StoreError;

    fn others(&self, seek: &Seek, value: &str) -> Result<Vec<Record>> {
        self.look(|look| look.others(seek, value))
    }

    fn claimants(&self, kind: &str, fields: &Fields) -> Result<Vec<Record>> {
        // Of nearly no kind there are any: no reader is taken for it.
        if !shape::is_fixed(kind) {
            return Ok(Vec::new());
        }
        self.look(|look| look.claimants(kind, fields))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tiexin_domain::Kind;
    use tiexin_domain::around::{self, example};

    use super::*;
    use crate::asking::family::{BY_NATURAL, children_sql};
    use crate::saving::save::Save;
    use crate::tests::{VILLAGE, book, by, household, person};

    fn rules() -> impl Iterator<Item = (&'static str, &'static around::Rule)> {
        Kind::ALL.iter().flat_map(|kind| around::rules(kind.code()).map(|rule| (kind.code(), rule)))
    }

    #[test]
    fn every_look_of_a_rule_goes_by_an_index() {
        let (_dir, book, _) = book();
        for (kind, rule) in rules() {
            for seek in rule.looks {
                let of = format!("{kind} {} → {}.{}", rule.code, seek.kind, seek.their);
                let sql = match Way::of(seek).unwrap_or_else(|| panic!("{of}: no index leads there")) {
                    Way::Natural => BY_NATURAL.to_owned(),
                    Way::Family => children_sql("hidden = 0 AND kind = ?2"),
                    Way::Parent => BY_PARENT.to_owned(),
                    Way::Itself => BY_ID.to_owned(),
                };
                let plan: Vec<String> = book
                    .read(|conn| {
                        let mut explain = conn.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
                        let nothing = params![0, ""];
                        Ok(explain.query_map(nothing, |row| row.get(3))?.collect::<rusqlite::Result<_>>()?)
                    })
                    .unwrap();
                assert!(
                    plan.iter().all(|step| !step.contains("SCAN") && !step.contains("record_place")),
                    "{of}: {plan:?}"
                );
            }
        }
    }

    #[test]
    fn a_number_is_found_whichever_x_somebody_typed() {
        let (_dir, book, _) = book();
        let home = household(&book, VILLAGE, "甲");
        let small = person(&book, home, "甲", json!({"id_number": "11010519491231002x"}));
        let found = |kind: &str, written: &str| {
            let found = book.look(|look| look.by_natural(kind, written)).unwrap();
            found.into_iter().map(|record| record.id).collect::<Vec<_>>()
        };
        for written in ["11010519491231002x", "11010519491231002X"] {
            assert_eq!(found("person", written), [small], "{written}");
        }
        // What is no ID number is looked for as it stands.
        assert!(found("support_file", "11010519491231002x").is_empty());
    }

    /// Each declared rule over a book, with what breaks it and without.
    #[test]
    fn every_rule_finds_in_a_book_what_it_finds_in_plain_records() {
        for (kind, rule) in rules() {
            let (_dir, book, _) = book();
            let one = example(kind, rule.code).unwrap_or_else(|| panic!("{}: no example", rule.code));
            let codes = || {
                let found = around::problems(&book, one.subject(), rule.reach).unwrap();
                found.into_iter().map(|problem| problem.code).collect::<Vec<_>>()
            };
            assert!(!codes().contains(&rule.code.to_owned()), "{}: alone in the book", rule.code);
            let saves: Vec<Save> = one
                .others
                .iter()
                .map(|record| Save {
                    id: record.id,
                    kind: record.kind.clone(),
                    fields: record.fields.clone(),
                    void: None,
                })
                .collect();
            book.save_group(&saves, &by()).unwrap();
            assert!(codes().contains(&rule.code.to_owned()), "{}: beside the others", rule.code);
        }
    }
}
