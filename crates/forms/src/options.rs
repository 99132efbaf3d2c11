//! Closed lists of codes, with the office's words.

use tiexin_domain::nouns::{activity, attachment, household, member, person, support_file, visit, volunteer};
use tiexin_domain::{Kind, Role, Sex};

/// (code, Chinese label) in the office's usual order.
pub type Options = fn() -> Vec<(&'static str, &'static str)>;

/// A closed list of codes of the domain.
pub trait Codes {
    fn options() -> Vec<(&'static str, &'static str)>;
}

macro_rules! codes {
    ($($ty:ty),+ $(,)?) => { $(impl Codes for $ty {
        fn options() -> Vec<(&'static str, &'static str)> {
            <$ty>::ALL.iter().map(|one| (one.code(), one.label())).collect()
        }
    })+ };
}
codes!(
    Kind,
    Role,
    Sex,
    activity::KeyTask,
    activity::ProjectColumn,
    attachment::AttachmentKind,
    household::HouseholdKind,
    member::MemberStructure,
    member::Residence,
    person::PersonTag,
    person::Relation,
    support_file::Assistance,
    support_file::ContactPreference,
    support_file::FileStatus,
    support_file::LossCategory,
    visit::Presence,
    visit::VisitKind,
    volunteer::Approval,
);

/// The choices of a type, as a plain function that a column or a field can carry.
pub fn options<T: Codes>() -> Vec<(&'static str, &'static str)> {
    T::options()
}

/// The label of a code; a code from a newer program stands for itself.
pub fn label_of(options: Options, code: &str) -> String {
    options()
        .iter()
        .find(|(one, _)| *one == code)
        .map_or_else(|| code.to_owned(), |(_, label)| (*label).to_owned())
}
