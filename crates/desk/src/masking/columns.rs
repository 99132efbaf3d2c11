//! Which columns the rows of a list carry.

use tiexin_domain::shape;

/// The fields that the rows of a list carry.
#[derive(Debug, Clone, Default)]
pub(crate) enum Columns {
    /// Those of the kind's own list.
    #[default]
    Usual,
    Asked(Vec<String>),
}

impl Columns {
    /// By what a record belongs to its row is opened: that comes with every list.
    pub(super) fn have(&self, kind: &str, field: &str) -> bool {
        match self {
            Columns::Usual => shape::of(kind).is_some_and(|shape| shape.lists(field)),
            Columns::Asked(fields) => {
                fields.iter().any(|asked| asked == field)
                    || shape::parents(kind).any(|parent| parent == field)
            }
        }
    }

    /// Whether rows carry what no field of theirs says: an age, what is missing, who looks after the family.
    pub(crate) fn have_one_of(&self, columns: &[&str]) -> bool {
        match self {
            Columns::Usual => true,
            Columns::Asked(fields) => fields.iter().any(|asked| columns.contains(&asked.as_str())),
        }
    }
}

impl From<Option<Vec<String>>> for Columns {
    fn from(asked: Option<Vec<String>>) -> Columns {
        asked.map_or(Columns::Usual, Columns::Asked)
    }
}
