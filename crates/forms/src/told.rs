//! Where each problem of a refused form is shown: beside its field, or on top when the field is not on the
//! screen. No problem is passed over.

use std::collections::BTreeMap;

use tiexin_contract::ErrorReply;
use tiexin_domain::Problem;

/// The problems of a form, each with its place.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Told {
    /// Field on the screen → what to do.
    pub beside: BTreeMap<String, String>,
    /// What has no field on the screen. Each once.
    pub on_top: Vec<String>,
}

impl Told {
    pub fn about(&self, field: &str) -> Option<&str> {
        self.beside.get(field).map(String::as_str)
    }

    /// Whether something is told of the field, or of one in its rows.
    pub fn within(&self, field: &str) -> bool {
        let inside = |place: &String| {
            place.strip_prefix(field).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        self.beside.keys().any(inside)
    }

    /// The first field in the form's order that has a problem: the cursor goes there.
    pub fn first<'f>(&self, shown: &[&'f str]) -> Option<&'f str> {
        shown.iter().copied().find(|field| self.beside.contains_key(*field))
    }

    fn tell(&mut self, field: Option<&str>, message: &str) {
        let message = message.to_owned();
        match field {
            // The first word about a field stands; a second one is told on top rather than not at all.
            Some(field) if !self.beside.contains_key(field) => {
                self.beside.insert(field.to_owned(), message);
            }
            Some(field) if self.beside[field] == message => {}
            _ if message.is_empty() || self.on_top.contains(&message) => {}
            _ => self.on_top.push(message),
        }
    }
}

/// `own` are the form's own findings, `refused` the desk's answer to the last try. `shown` are the fields
/// that are on the screen; `place` gives the one for a problem's path (`persons.0.id_number` → `head_id`).
pub fn told(
    own: &[Problem],
    refused: Option<&ErrorReply>,
    shown: &[&str],
    place: impl Fn(&str) -> String,
) -> Told {
    let mut told = Told::default();
    let theirs = refused.map(|error| error.problems.as_slice()).unwrap_or_default();
    for problem in own.iter().chain(theirs) {
        let here = place(&problem.field);
        let field = shown.iter().copied().find(|field| **field == *here).or_else(|| {
            // Part of a list is told beside the list: `gifts.0.amount`, `met.1.name`.
            let outer = here.split('.').next().unwrap_or_default();
            shown.iter().copied().find(|field| *field == outer)
        });
        told.tell(field, &problem.message);
    }
    if let Some(error) = refused.filter(|error| error.problems.is_empty()) {
        told.tell(None, &error.message);
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;
    use tiexin_contract::ErrorCode;

    #[test]
    fn every_problem_has_a_place() {
        let problems =
            ["name", "gifts.0.amount", "nowhere", ""].map(|f| Problem::new(f, "x", format!("说{f}")));
        let refused = ErrorReply::invalid(problems.to_vec());
        let told = told(&[], Some(&refused), &["name", "gifts"], str::to_owned);
        assert_eq!(told.about("name"), Some("说name"));
        assert_eq!(told.about("gifts"), Some("说gifts.0.amount"));
        assert_eq!(told.on_top, ["说nowhere", "说"]);
        assert_eq!(told.first(&["gifts", "name"]), Some("gifts"));
    }

    #[test]
    fn what_is_told_of_a_row_s_field_is_of_its_list_too() {
        let problems = ["tasks.1.due", "tasks.0.gone"].map(|field| Problem::new(field, "x", field));
        let told = told(&problems, None, &["task", "tasks", "tasks.0.due", "tasks.1.due"], str::to_owned);
        assert_eq!(
            (told.about("tasks.1.due"), told.about("tasks")),
            (Some("tasks.1.due"), Some("tasks.0.gone"))
        );
        assert!(told.within("tasks") && told.within("tasks.1.due") && !told.within("task"));
    }

    #[test]
    fn two_words_about_one_field_are_both_told() {
        let two = [Problem::new("a", "x", "一"), Problem::new("a", "y", "二"), Problem::new("a", "z", "一")];
        let told = told(&two, None, &["a"], str::to_owned);
        assert_eq!((told.about("a"), told.on_top.as_slice()), (Some("一"), &["二".to_owned()][..]));
    }

    #[test]
    fn a_refusal_without_problems_is_told_on_top() {
        let refused = ErrorReply::new(ErrorCode::Disk, "写不了");
        assert_eq!(told(&[], Some(&refused), &["a"], str::to_owned).on_top, ["写不了"]);
    }
}
