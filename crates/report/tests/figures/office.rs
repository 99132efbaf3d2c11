//! A small book written by hand, and the nouns in it for an independent count.

use chrono::NaiveDate;
use secrecy::SecretString;
use tempfile::TempDir;
use tiexin_domain::nouns::{
    Activity, Counselling, Household, InsuranceClaim, Member, NeedSurvey, PersonRef, Visit,
    activity::ProjectColumn, visit::VisitKind,
};
use tiexin_domain::record::Void;
use tiexin_domain::{Fen, Noun, RegionCode};
use tiexin_protocol::VoidChange;
use tiexin_report::{Figures, Form, Forms, Month, Rows, Sheet, figures, records_behind, report};
use tiexin_store::{Book, By, KdfCost, NewUser, Save};
use uuid::Uuid;

pub(crate) const TOWN: &str = "340323100";
pub(crate) const OTHER_TOWN: &str = "340323104";
pub(crate) const COUNTY: &str = "340323";
pub(crate) const VILLAGE: &str = "340323100001";
pub(crate) const NEXT_VILLAGE: &str = "340323100002";
pub(crate) const FAR_VILLAGE: &str = "340323104001";

pub(crate) fn routine(what: &str) -> [&str; 3] {
    ["走访慰问落实", "日常走访", what]
}

pub(crate) fn region(code: &str) -> RegionCode {
    code.parse().unwrap()
}

pub(crate) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub(crate) fn october() -> Month {
    Month::new(2026, 10).unwrap()
}

/// Number `n` as an id: the same in every run.
pub(crate) fn id(n: u128) -> Uuid {
    Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + n)
}

pub(crate) struct Office {
    pub(crate) book: Book,
    pub(crate) forms: Forms,
    saved: u128,
    _folder: TempDir,
}

impl Office {
    pub(crate) fn new() -> Office {
        let folder = tempfile::tempdir().unwrap();
        let first = NewUser {
            id: id(1),
            name: "a".into(),
            display_name: "甲".into(),
            password: SecretString::from("a long password"),
        };
        let (book, _) = Book::create(&folder.path().join("book"), first, KdfCost::QUICK, 0).unwrap();
        Office { book, forms: Forms::built_in(), saved: 1000, _folder: folder }
    }

    pub(crate) fn form(&self, code: &str) -> &Form {
        self.forms.get(code).unwrap()
    }

    /// Saves nouns of one kind in one transaction; gives their ids.
    pub(crate) fn save_all<N: Noun>(&mut self, nouns: &[N]) -> Vec<Uuid> {
        let saves: Vec<Save> = nouns
            .iter()
            .map(|noun| {
                self.saved += 1;
                Save { id: id(self.saved), kind: N::KIND.code().into(), fields: noun.to_fields(), void: None }
            })
            .collect();
        self.book.save_group(&saves, &by()).unwrap();
        saves.iter().map(|save| save.id).collect()
    }

    pub(crate) fn save<N: Noun>(&mut self, noun: &N) -> Uuid {
        self.save_all(std::slice::from_ref(noun))[0]
    }

    pub(crate) fn void<N: Noun>(&mut self, id: Uuid, noun: &N) {
        let void = Some(VoidChange::Hide(Void { reason: "录错".into() }));
        let save = Save { id, kind: N::KIND.code().into(), fields: noun.to_fields(), void };
        self.book.save_group(&[save], &by()).unwrap();
    }

    pub(crate) fn figures(&self, form: &str, of: &str) -> Figures {
        figures(&self.book, self.form(form), october(), &region(of)).unwrap()
    }

    /// One figure of a region in October.
    pub(crate) fn figure(&self, form: &str, of: &str, path: &[&str]) -> String {
        let figures = self.figures(form, of).figures;
        figures.into_iter().find(|f| f.path == path).unwrap_or_else(|| panic!("{path:?}")).value
    }

    pub(crate) fn behind(&self, form: &str, of: &str, path: &[String]) -> Vec<Uuid> {
        records_behind(&self.book, self.form(form), october(), &region(of), path).unwrap()
    }
}

/// The form of October; regions are named by their codes.
pub(crate) fn sheet(office: &Office, form: &str, of: &str, rows: Rows) -> Sheet {
    let name = |r: &RegionCode| format!("<{r}>");
    report(&office.book, office.form(form), october(), &region(of), rows, name).unwrap()
}

pub(crate) fn by() -> By {
    By { author: id(1), now_ms: 1_790_000_000_000, group: id(2) }
}

pub(crate) fn person(name: &str) -> PersonRef {
    PersonRef { person: None, name: name.into() }
}

pub(crate) fn people(names: &[&str]) -> Vec<PersonRef> {
    names.iter().map(|name| person(name)).collect()
}

pub(crate) fn household(village: &str, head: &str) -> Household {
    Household::named(region(village), head)
}

pub(crate) fn visit(village: &str, home: Uuid, on: &str, kind: VisitKind, met: &[&str]) -> Visit {
    Visit {
        kind,
        met: people(met),
        visitors: vec!["专干".into()],
        ..Visit::routine(region(village), home, "户主", day(on))
    }
}

pub(crate) fn survey(village: &str, home: Uuid, on: &str, persons: &[&str]) -> NeedSurvey {
    NeedSurvey {
        region: region(village),
        household: home,
        head_name: "户主".into(),
        date: day(on),
        persons: people(persons),
        needs: Vec::new(),
        notes: None,
    }
}

pub(crate) fn claim(village: &str, home: Uuid, on: &str, fen: i64) -> InsuranceClaim {
    InsuranceClaim {
        region: region(village),
        household: home,
        head_name: "户主".into(),
        insured: person("户主"),
        policy: None,
        days: None,
        amount: Fen(fen),
        paid_on: day(on),
        notes: None,
    }
}

pub(crate) fn counselling(
    village: &str,
    home: Uuid,
    on: &str,
    who: &str,
    opened: bool,
    assessed: bool,
) -> Counselling {
    Counselling {
        region: region(village),
        household: home,
        head_name: "户主".into(),
        person: person(who),
        counsellor: None,
        date: day(on),
        pairing: None,
        pairing_name: None,
        mode: None,
        minutes: None,
        paired: false,
        file_opened: opened,
        assessed,
        scale: None,
        score: None,
        session_note: None,
        risk: None,
        contacted_on: None,
        referred_to: None,
    }
}

pub(crate) fn activity(town: &str, on: &str, project: ProjectColumn, headcount: Option<u32>) -> Activity {
    Activity {
        region: region(town),
        name: "活动".into(),
        project,
        subproject: None,
        training_kind: None,
        curriculum: None,
        key_task: None,
        place: None,
        start: day(on).and_hms_opt(9, 0, 0).unwrap(),
        end: None,
        head: None,
        approval_state: None,
        approval: None,
        enrol_until: None,
        headcount,
        sign_ins: Vec::new(),
        handouts: None,
        money: None,
        summary: None,
        highlight: false,
        photos_cleared: false,
        archived: false,
    }
}

pub(crate) fn member(village: &str, name: &str) -> Member {
    Member {
        region: region(village),
        name: name.into(),
        person: None,
        sex: None,
        structure: None,
        residence: None,
        in_group: None,
        group: None,
        branch: None,
        branch_name: None,
        joined: None,
        left: None,
        left_why: None,
        wants_notices: false,
        tags: Vec::new(),
        notes: None,
    }
}
