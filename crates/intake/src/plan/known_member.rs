//! Whether a row of the members' register tells of a member of the book: by the name and what is somebody's own.

use tiexin_domain::nouns::{Volunteer, volunteer};
use tiexin_domain::{Fields, IdNumber, Kind, PartialDate, Sex, shape};
use uuid::Uuid;

use super::alike::contradicts;
use super::members::KIND;
use super::planner::Planner;
use super::reader::RowReader;
use super::settle::Drafts;
use crate::finding::FindingCode;
use crate::lookup::{Known, Lookup};

impl Planner<'_> {
    /// The member that the book has: by the person's ID number; else the only one of this name in the
    /// village, unless something of their own says that it is another.
    pub(super) fn known_member(
        &self,
        reader: &mut RowReader<'_>,
        mut named: Vec<Known>,
        number: Option<&IdNumber>,
        own: &Fields,
    ) -> Option<Known> {
        named.retain(|known| known.void.is_none());
        let before = named.iter().any(|known| self.seen(KIND, &known.id.to_string()).is_none());
        named.retain(|known| self.may_be(known, number, own));
        if named.is_empty() && before && number.is_none() {
            let hint = "本机同村已有同名的会员，性别、出生日期、电话或入会时间不一样，录入时算另一位；是同一位请不要导入这一行，在本机修改";
            reader.find("name", FindingCode::MaybeKnown, hint);
        }
        // Two of one name: which of them nobody can tell.
        let [known] = &named[..] else { return None };
        let phone = own.get("phone").and_then(|v| v.as_str());
        if number.is_some() || phone.is_none() || !self.has_phone(known, phone) {
            reader.find(
                "name",
                FindingCode::MatchedByName,
                "录入时按姓名认作本机里的同名会员，请核对是不是同一人",
            );
        }
        Some(known.clone())
    }

    /// The same name, village and telephone with another ID number: a number that was mended, or a slip.
    pub(super) fn may_be_mended(
        &self,
        reader: &mut RowReader<'_>,
        named: &[Known],
        number: Option<&IdNumber>,
        phone: Option<&str>,
    ) -> bool {
        if number.is_none() || phone.is_none() {
            return false;
        }
        let other = |known: &Known| {
            known.void.is_none()
                && self.seen(KIND, &known.id.to_string()).is_none()
                && self.has_phone(known, phone)
        };
        let alike = named.iter().any(|known| {
            let person = person_of(known);
            let person = person.and_then(|id| self.staged.record(&id));
            other(known) && person.is_some_and(|p| p.fields.contains_key("id_number"))
        });
        if alike {
            let hint =
                "姓名、村和电话与本机里的一位会员相同，而身份证号不同；是同一人请先在软件里更正，再导这一行";
            reader.find("id", FindingCode::FamilyUnclear, hint);
        }
        alike
    }

    /// Whether a member of the same name can be the one of a row.
    fn may_be(&self, known: &Known, number: Option<&IdNumber>, own: &Fields) -> bool {
        let two = |kind: Kind, there: &Fields| {
            shape::of(kind.code()).is_some_and(|shape| contradicts(shape, there, own))
        };
        let person = person_of(known).and_then(|id| self.staged.record(&id));
        let Some(person) = person else { return number.is_none() && !two(Kind::Member, &known.fields) };
        // A number there and another here are two people; the same one was looked for before.
        let other_number = number.is_some() && person.fields.contains_key("id_number");
        !other_number && !two(Kind::Person, &person.fields) && !two(Kind::Member, &known.fields)
    }

    /// Notes what a row guesses of the numbers of those who have the name.
    pub(super) fn note_member_guesses(&mut self, named: &[Known], number: Option<&IdNumber>, own: &Fields) {
        let mut own = own.clone();
        own.extend(number.map(|number| ("id_number".to_owned(), number.as_str().into())));
        for person in named.iter().filter_map(person_of).collect::<Vec<_>>() {
            if let Some(person) = self.staged.record(&person) {
                self.note_guesses(&person, &own);
            }
        }
    }

    /// The registration of whoever the row says is a volunteer, as nobody is one twice: theirs, or the one of the name in
    /// the village that is nobody's yet; else a new one, also after one that was declined or has ended.
    pub(super) fn volunteer_id(
        &self,
        reader: &mut RowReader<'_>,
        (member, own): (Uuid, Uuid),
        row: &Volunteer,
    ) -> Uuid {
        let mut named = self.staged.named(&Kind::Volunteer, &row.name);
        named.retain(|there| there.void.is_none() && volunteer::serves(&there.fields));
        let theirs =
            |there: &&Known| there.id == own || (row.person.is_some() && person_of(there) == row.person);
        if let Some(there) = named.iter().find(theirs) {
            return there.id;
        }
        let this_row = self.seen(KIND, &member.to_string());
        let free = |there: &&Known| {
            let told = self.seen(KIND, &there.id.to_string());
            person_of(there).is_none() && there.region == row.region && (told.is_none() || told == this_row)
        };
        let Some(there) = named.iter().find(free) else { return own };
        let hint = "录入时按姓名认作本机里的同名志愿者，请核对是不是同一人";
        reader.find("volunteer", FindingCode::MatchedByName, hint);
        there.id
    }

    /// Whether the row's own id is of somebody else of the name, who came with an earlier ledger.
    pub(super) fn is_anothers(&self, drafts: &Drafts, own: &Fields) -> bool {
        let there = self.staged.record(&self.id(drafts, "member"));
        there.is_some_and(|there| !self.may_be(&there, None, own))
    }

    fn has_phone(&self, known: &Known, phone: Option<&str>) -> bool {
        let person = person_of(known);
        person
            .and_then(|id| self.staged.record(&id))
            .is_some_and(|p| p.fields.get("phone").and_then(|v| v.as_str()) == phone)
    }
}

/// What of a row is somebody's own.
pub(super) fn own_fields(
    sex: Option<&Sex>,
    birth: Option<PartialDate>,
    joined: Option<PartialDate>,
    phone: Option<&str>,
) -> Fields {
    let mut own = Fields::new();
    let days = [("birth", birth), ("joined", joined)];
    own.extend(days.into_iter().filter_map(|(field, day)| Some((field.into(), day?.to_string().into()))));
    own.extend(sex.map(|sex| ("sex".to_owned(), sex.code().into())));
    own.extend(phone.map(|phone| ("phone".to_owned(), phone.into())));
    own
}

/// The person whose membership it is.
pub(super) fn person_of(member: &Known) -> Option<Uuid> {
    member.fields.get("person")?.as_str()?.parse().ok()
}
