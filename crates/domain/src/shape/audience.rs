//! Who reads a field.

/// Who reads a field, of those with a right to the record; the further down, the fewer. Nothing is asked by `<`: a new
/// answer would pass there without a thought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    Everyone,
    /// Only where the one record is looked at: its own page, its history, beside another one. Never on a list, in a
    /// search, an export or a notice.
    OwnPage,
    /// Only on the family's own page: never on a list, in a search, an export or a notice (`domain.md` §4).
    FamilyPage,
    /// From the supervisor up: where the one record is looked at, by whoever may oversee its place
    /// (`Action::Oversee`), and by whoever recorded it, who knows it (`association.md` §2.7, §2.12).
    Supervisor,
    /// Who recorded it.
    Author,
    /// Nobody: it lies there to be put back.
    Nobody,
}

impl Audience {
    /// Whether everyone reads it who looks at the one record: a preview, a finding and a search have nothing else.
    pub fn is_open(self) -> bool {
        match self {
            Audience::Everyone | Audience::OwnPage => true,
            Audience::FamilyPage | Audience::Supervisor | Audience::Author | Audience::Nobody => false,
        }
    }

    /// Whether it depends on who looks, and not only on where.
    pub fn asks_who(self) -> bool {
        match self {
            Audience::Everyone | Audience::OwnPage | Audience::FamilyPage => false,
            Audience::Supervisor | Audience::Author | Audience::Nobody => true,
        }
    }

    /// The one of these that the fewest are of.
    pub(super) fn strictest(all: impl Iterator<Item = Audience>) -> Option<Audience> {
        all.max_by_key(|audience| *audience as u8)
    }
}
