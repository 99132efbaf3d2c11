//! Who wrote the entries of a history.

use std::collections::HashMap;

use tiexin_contract::ErrorReply;
use tiexin_store::{Book, Event, EventOrigin};
use uuid::Uuid;

use crate::errors;

/// This desk's own deed, come back from the province.
pub(super) fn is_echo(event: &Event, events: &[Event]) -> bool {
    event.origin == EventOrigin::Province
        && events.iter().any(|own| {
            own.origin == EventOrigin::ThisDesk && own.at == event.at && own.author == event.author
        })
}

/// An author whose name this desk cannot know.
pub(super) const NAMELESS: &str = "（姓名不在本机的同事）";

/// Who is who, for authors of entries.
pub(super) struct Names(HashMap<Uuid, String>);

impl Names {
    pub(super) fn of(book: &Book) -> Result<Names, ErrorReply> {
        let users = book.users().map_err(errors::store)?;
        let local = Book::users_of(book.dir()).map_err(errors::unlock)?;
        let mut names: HashMap<Uuid, String> =
            local.into_iter().map(|user| (user.id, user.display_name)).collect();
        names.extend(users.into_iter().map(|user| (user.id, user.display_name)));
        Ok(Names(names))
    }

    /// Those of whom only records tell, too: colleagues who work at other desks.
    pub(super) fn learn(
        &mut self,
        book: &Book,
        authors: impl IntoIterator<Item = Uuid>,
    ) -> Result<(), ErrorReply> {
        let mut unknown: Vec<Uuid> = authors.into_iter().filter(|one| !self.0.contains_key(one)).collect();
        unknown.sort_unstable();
        unknown.dedup();
        self.0.extend(book.named_by_records(&unknown).map_err(errors::store)?);
        Ok(())
    }

    /// Whoever never recorded anything that lies here is known to the province alone.
    pub(super) fn of_author(&self, author: Uuid) -> String {
        self.0.get(&author).cloned().unwrap_or_else(|| NAMELESS.into())
    }
}
