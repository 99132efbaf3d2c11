//! Forward-only migrations. A database newer than the program is refused, never touched.

use rusqlite::{Connection, Transaction, params};
use rusqlite_migration::{HookResult, M, Migrations};
use serde_json::Value;
use uuid::Uuid;

use crate::error::{Result, UnlockError};
use crate::{record, syncing::refused};

/// Every step ever shipped, in order. A shipped file is frozen: the next change is a new file.
pub(crate) fn steps() -> Vec<M<'static>> {
    let mut steps = vec![
        M::up(include_str!("../../migrations/0001_book.sql")),
        M::up_with_hook(
            include_str!("../../migrations/0002_persons.sql"),
            |tx: &Transaction| -> HookResult {
                fill_persons(tx).map_err(|error| rusqlite_migration::HookError::Hook(error.to_string()))?;
                Ok(tx.execute_batch(include_str!("../../migrations/0002_persons_index.sql"))?)
            },
        ),
        M::up(include_str!("../../migrations/0003_elsewhere.sql")),
        M::up(include_str!("../../migrations/0004_blob.sql")),
        M::up_with_hook(
            include_str!("../../migrations/0005_quarantine.sql"),
            |tx: &Transaction| -> HookResult {
                refused::name_settlements(tx)
                    .map_err(|error| rusqlite_migration::HookError::Hook(error.to_string()))
            },
        ),
        M::up(include_str!("../../migrations/0006_former.sql")),
        M::up(include_str!("../../migrations/0007_import_run.sql")),
        M::up(include_str!("../../migrations/0008_import_told.sql")),
        M::up(include_str!("../../migrations/0009_was.sql")),
    ];
    steps.extend(of_the_future().map(M::up));
    steps
}

/// One step more than there are, as a later program has it: for tests of going back.
#[cfg(debug_assertions)]
fn of_the_future() -> Option<&'static str> {
    static STEP: std::sync::OnceLock<Option<String>> = std::sync::OnceLock::new();
    #[cfg(test)]
    if let Some(step) = FUTURE.get() {
        return Some(step);
    }
    STEP.get_or_init(|| std::env::var("TIEXIN_FUTURE_STEP").ok()).as_deref()
}

#[cfg(not(debug_assertions))]
fn of_the_future() -> Option<&'static str> {
    None
}

#[cfg(test)]
thread_local! {
    /// For tests in this process.
    pub(crate) static FUTURE: std::cell::Cell<Option<&'static str>> = const { std::cell::Cell::new(None) };
}

/// The schema version this program writes.
pub(crate) fn known() -> i64 {
    steps().len() as i64
}

/// Which kinds named persons when the column came, and where. FROZEN: a later program's nouns do not change it.
const WITH_PERSONS: [(&str, &str); 4] =
    [("visit", "met"), ("need_survey", "persons"), ("insurance_claim", "insured"), ("counselling", "person")];

/// Derives `record.persons` of every record that names persons.
fn fill_persons(tx: &Transaction) -> Result<()> {
    // By `n`, never by an index on `kind`: each step would sort all that is left.
    let mut rows = tx.prepare(concat!(
        record::select!(),
        " WHERE n > ?1 AND +kind IN (?2, ?3, ?4, ?5) ORDER BY n LIMIT 1000"
    ))?;
    let mut set = tx.prepare("UPDATE record SET persons = ?2 WHERE n = ?1")?;
    let [a, b, c, d] = WITH_PERSONS.map(|(kind, _)| kind);
    let mut last = 0;
    loop {
        let mut found = rows.query(params![last, a, b, c, d])?;
        let mut some = Vec::new();
        while let Some(row) = found.next()? {
            some.push(record::read(row)?);
        }
        drop(found);
        let Some(end) = some.last() else { return Ok(()) };
        last = end.n;
        for row in some {
            let field = WITH_PERSONS.into_iter().find(|(kind, _)| *kind == row.record.kind);
            let named = field.and_then(|(_, field)| row.record.fields.get(field));
            if let Some(persons) = persons(row.record.reference("household"), named) {
                set.execute(params![row.n, persons])?;
            }
        }
    }
}

/// What the column was when it came. FROZEN, like the step: what it is today is derived after the steps (`anew`).
fn persons(household: Option<Uuid>, value: Option<&Value>) -> Option<Vec<u8>> {
    let one = value.map(std::slice::from_ref).unwrap_or_default();
    let all = value.and_then(Value::as_array).map_or(one, Vec::as_slice);
    let mut keys: Vec<i64> = all.iter().filter_map(|person| person_key(household, person)).collect();
    keys.sort_unstable();
    keys.dedup();
    let bytes: Vec<u8> = keys.into_iter().flat_map(i64::to_le_bytes).collect();
    (!bytes.is_empty()).then_some(bytes)
}

/// FROZEN, as [`persons`].
fn person_key(household: Option<Uuid>, person: &Value) -> Option<i64> {
    let written = person.get("name").and_then(Value::as_str).unwrap_or_default();
    let kept = written.chars().filter(|c| !c.is_whitespace() && !matches!(c, '\u{feff}' | '\u{200b}'));
    let name: String = kept.map(|c| if matches!(c, '•' | '・' | '‧' | '．') { '·' } else { c }).collect();
    let mut hasher = blake3::Hasher::new();
    match (household, person.get("person").and_then(Value::as_str)) {
        (Some(home), _) if !name.is_empty() => hasher.update(home.as_bytes()).update(name.as_bytes()),
        (_, Some(id)) => hasher.update(id.as_bytes()),
        _ if !name.is_empty() => hasher.update(name.as_bytes()),
        _ => return None,
    };
    let mut bytes = [0u8; 8];
    bytes.copy_from_slice(&hasher.finalize().as_bytes()[..8]);
    Some(i64::from_le_bytes(bytes))
}

/// What has to be done about the tables of a book.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Due {
    Nothing,
    /// A new book.
    Make,
    /// Those of an older program.
    Change,
}

/// # Errors
/// `NewerThanProgram`.
pub(crate) fn due(conn: &Connection) -> Result<Due, UnlockError> {
    let found: i64 = conn.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    match found {
        found if found > known() => Err(UnlockError::NewerThanProgram { found, known: known() }),
        found if found == known() => Ok(Due::Nothing),
        0 => Ok(Due::Make),
        _ => Ok(Due::Change),
    }
}

/// Brings the schema up to date.
pub(crate) fn run(conn: &mut Connection) -> Result<(), UnlockError> {
    Migrations::new(steps()).to_latest(conn).map_err(|error| {
        tracing::error!(%error, "migration failed");
        UnlockError::Migration
    })
}
