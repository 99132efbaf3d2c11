//! What a member or volunteer borrows of the person: the ID number and the telephone are told of the person, once.

use tiexin_contract::ErrorReply;
use tiexin_domain::Kind;
use tiexin_domain::record::Record;
use tiexin_store::Book;

use crate::errors;

/// Fields of the person that the membership's form has.
pub(crate) const BORROWED: [&str; 2] = ["id_number", "phone"];

/// Whether records of the kind are of a person who has a record of their own.
pub(crate) fn borrows(kind: &str) -> bool {
    matches!(Kind::from_code(kind), Kind::Member | Kind::Volunteer)
}

/// The person whom a membership is of.
pub(crate) fn person_of(book: &Book, record: &Record) -> Result<Option<Record>, ErrorReply> {
    let id = record.reference("person").filter(|_| borrows(&record.kind));
    let person = id.map(|id| book.get(id)).transpose().map_err(errors::store)?.flatten();
    Ok(person.filter(|person| person.void.is_none()))
}
