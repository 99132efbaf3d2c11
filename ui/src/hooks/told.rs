//! What is wrong with a form: its own findings and the desk's, until each is mended.

use std::rc::Rc;
use tiexin_contract::{ErrorCode, ErrorReply};
use tiexin_domain::Problem;
use tiexin_forms::{Told, told};
use yew::prelude::*;

/// The problems of a form and where each is shown.
#[derive(Clone, PartialEq)]
pub(crate) struct Telling {
    pub(crate) told: Rc<Told>,
    /// Counts the tries to save that failed: after each the cursor goes to the first problem.
    pub(crate) tries: u32,
    act: UseReducerDispatcher<Standing>,
}

impl Telling {
    /// The form itself found something.
    pub(crate) fn refuse(&self, problems: Vec<Problem>) {
        self.act.dispatch(Act::Own(problems));
    }

    /// These fields were changed: what was said of them no longer holds.
    pub(crate) fn mended(&self, fields: Vec<String>) {
        self.act.dispatch(Act::Mended(fields));
    }

    /// Saved, or begun anew.
    pub(crate) fn forget(&self) {
        self.act.dispatch(Act::Own(Vec::new()));
    }

    pub(crate) fn about(&self, field: &str) -> Option<AttrValue> {
        self.told.about(field).map(|message| message.to_owned().into())
    }
}

struct Standing {
    place: fn(&str) -> String,
    problems: Vec<Problem>,
    /// A refusal that names no field.
    whole: Option<ErrorReply>,
    tries: u32,
}

enum Act {
    Own(Vec<Problem>),
    Refused(Rc<ErrorReply>),
    Mended(Vec<String>),
}

impl Reducible for Standing {
    type Action = Act;

    fn reduce(self: Rc<Self>, act: Act) -> Rc<Self> {
        let (place, tries) = (self.place, self.tries);
        Rc::new(match act {
            Act::Own(problems) if problems.is_empty() => Standing { place, problems, whole: None, tries },
            Act::Own(problems) => Standing { place, problems, whole: None, tries: tries + 1 },
            Act::Refused(error) => Standing {
                place,
                problems: error.problems.clone(),
                whole: Some((*error).clone()).filter(|error| error.problems.is_empty()),
                tries: tries + 1,
            },
            Act::Mended(fields) => {
                let stays = |problem: &&Problem| {
                    let here = place(&problem.field);
                    let outer = here.split('.').next().unwrap_or_default().to_owned();
                    !fields.iter().any(|field| *field == here || *field == outer)
                };
                let problems = self.problems.iter().filter(stays).cloned().collect();
                Standing { place, problems, whole: None, tries }
            }
        })
    }
}

/// The problems of a form. `place` gives the field for a problem's path; `refused` is the desk's last answer;
/// `shown` are the fields on the screen.
#[hook]
pub(crate) fn use_told(
    place: fn(&str) -> String,
    refused: Option<Rc<ErrorReply>>,
    shown: &[&str],
) -> Telling {
    let standing = use_reducer(|| Standing { place, problems: Vec::new(), whole: None, tries: 0 });
    {
        let act = standing.dispatcher();
        // Signed out: the sign-in screen says it.
        let refused = refused.filter(|error| error.code != ErrorCode::SignedOut);
        use_effect_with(refused, move |refused| {
            if let Some(error) = refused {
                act.dispatch(Act::Refused(error.clone()));
            }
        });
    }
    let told = told(&standing.problems, standing.whole.as_ref(), shown, place);
    Telling { told: Rc::new(told), tries: standing.tries, act: standing.dispatcher() }
}
