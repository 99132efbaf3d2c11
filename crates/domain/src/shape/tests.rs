use super::reading::names;
use super::*;
use crate::nouns::TakesNouns;
use crate::stored::{self, NotRead};

/// A noun's struct and its shape tell the same fields, the same ones that must be there, and hold the same.
fn agrees<N: Noun>() {
    let kind = N::KIND;
    let shape = nouns::shape(&kind).unwrap();
    let mut own: Vec<&str> = names::<N>().to_vec();
    let mut told: Vec<&str> = shape.fields.iter().map(|field| field.name).collect();
    own.sort_unstable();
    told.sort_unstable();
    assert_eq!(own, told, "{kind:?}: the fields of the struct, and those of its SHAPE");
    let whole = samples(shape.fields);
    let reads = |fields: &Fields| stored::read::<N>(fields).err();
    assert_eq!(reads(&whole), None, "{kind:?}: what the SHAPE says that a field holds");
    for field in shape.fields {
        let mut without = whole.clone();
        without.remove(field.name);
        let lacks = reads(&without);
        let missing = NotRead { path: vec![field.name.to_owned()], missing: true };
        assert_eq!(lacks, field.required.then_some(missing), "{kind:?}.{}", field.name);
        for part in field.parts().unwrap_or_default() {
            let mut without = whole.clone();
            let first = without.get_mut(field.name).and_then(|items| items.get_mut(0)?.as_object_mut());
            first.unwrap().remove(part.name);
            let path = vec![field.name.to_owned(), "0".to_owned(), part.name.to_owned()];
            let missing = NotRead { path, missing: true };
            assert_eq!(
                reads(&without),
                part.required.then_some(missing),
                "{kind:?}.{}.{}",
                field.name,
                part.name
            );
        }
    }
}

/// A list of parts is edited, covered and merged as one, so its parts hold nothing that has a link, an index or readers of
/// its own. `of`: what it is called.
fn parts_hold_together(of: &str, parts: &[Field]) {
    assert!(parts.iter().any(|part| part.form.is_some_and(|form| form.must)), "{of}: a part may say nothing");
    for part in parts {
        let of = format!("{of}.{}", part.name);
        assert!(part.holds.is_plain(), "{of}: no row of a form can ask for it");
        assert!(part.audience == Audience::Everyone, "{of}: the list has readers, not its parts");
        assert!(part.mask.is_none() || part.holds == Holds::Text, "{of} is masked");
        let derived = part.roles.len() + part.bits.len() + part.finds.len();
        assert!(derived == 0 && part.named_by.is_none() && part.absent.is_none(), "{of}: nothing reads it");
        let day = |field: &Field| matches!(field.holds, Holds::Day | Holds::PartialDay);
        let first = part.not_before.map(|first| parts.iter().find(|other| other.name == first));
        assert!(first.is_none_or(|first| first.is_some_and(day) && day(part)), "{of}: two days are compared");
        assert!(!part.past || day(part) || part.holds == Holds::Moment, "{of} is no day");
        let form = part.form.unwrap_or_else(|| panic!("{of}: no row asks for it"));
        assert!(form.must == part.required, "{of}: what cannot be read without it is asked for");
        assert!(
            form.start == Start::Empty && form.fold.is_none() && !form.carried,
            "{of}: a row is open and empty"
        );
    }
}

#[test]
fn a_struct_and_its_shape_tell_the_same() {
    struct Agreeing(usize);
    impl TakesNouns for Agreeing {
        fn take<N: Noun>(&mut self) {
            agrees::<N>();
            self.0 += 1;
        }
    }
    let mut agreeing = Agreeing(0);
    nouns::each_noun(&mut agreeing);
    assert_eq!(agreeing.0, Kind::ALL.len());
}

#[test]
fn every_kind_has_a_shape_that_holds_together() {
    for kind in Kind::ALL {
        let shape = nouns::shape(kind).unwrap_or_else(|| panic!("{kind:?} has no shape"));
        let region = shape.field("region").unwrap();
        assert!(region.required && region.holds == Holds::Region, "{kind:?}");
        for field in shape.fields {
            let of = format!("{kind:?}.{}", field.name);
            assert!(!field.label.is_empty(), "{of} has no label");
            let day = matches!(field.holds, Holds::Day | Holds::PartialDay | Holds::Moment);
            let dated = field.past || field.has(Role::Day) || field.has(Role::Until);
            assert!(day || !dated, "{of} is no day");
            assert!(!field.year || field.holds == Holds::Count, "{of} is no year");
            assert!(field.mask.is_none() || field.holds == Holds::Text, "{of} is masked");
            assert!(
                field.merge != MergeClass::Set
                    || matches!(field.holds, Holds::Texts | Holds::Codes(_) | Holds::References(_)),
                "{of} is no set"
            );
            // A search answers to a word, and a figure opens the records that it counts.
            // That one record leads to another is told where somebody may read the field that says so, and nowhere else.
            let named_only = field.roles.iter().all(|role| *role == Role::Names);
            let plain = field.finds.is_empty() && field.bits.is_empty() && named_only;
            assert!(plain || field.audience.is_open(), "{of} is found or counted by what few may read");
            for (code, bit) in field.bits {
                let known = match field.choices() {
                    Some(choices) => choices.iter().any(|(one, _)| one == code),
                    None => *code == "*" || (field.holds == Holds::Flag && *code == "true"),
                };
                assert!(known && bit.count_ones() == 1, "{of}: {code}");
            }
            if let Some(Start::Code(code)) = field.form.map(|form| form.start) {
                assert!(field.choices().is_some_and(|all| all.iter().any(|(one, _)| *one == code)), "{of}");
            }
            let asked = field.form.is_some_and(|form| !form.carried);
            if let (Some(parts), true) = (field.parts(), asked) {
                parts_hold_together(&of, parts);
            }
            let has_form = !matches!(field.holds, Holds::Instant | Holds::References(_))
                && !matches!(field.holds, Holds::Reference(kinds) if kinds != ["household"] && field.named_by.is_none());
            assert!(has_form || !asked, "{of}: no form can ask for it");
            if let Some(text) = field.named_by {
                let text = shape.field(text).unwrap_or_else(|| panic!("{of}: no field {text}"));
                let is_reference = matches!(field.holds, Holds::Reference(kinds) if !kinds.is_empty());
                assert!(
                    is_reference && text.holds == Holds::Text && text.form.is_none(),
                    "{of}: {}",
                    text.name
                );
                assert!(text.audience == field.audience && text.mask.is_none(), "{of}: {}", text.name);
                // Nobody is led back by what few may read.
                let leads = field.has(Role::Parent) || field.has(Role::Names);
                assert!(leads == field.audience.is_open(), "{of}: an index leads back");
            }
            assert!(field.with.iter().all(|other| shape.field(other).is_some()), "{of}: {:?}", field.with);
            if let Some(other) = field.not_before {
                let dated = |holds| matches!(holds, Holds::Day | Holds::PartialDay);
                let other = shape.field(other).is_some_and(|other| dated(other.holds));
                assert!(other && dated(field.holds), "{of}: two days are compared");
            }
            if let Some(code) = field.absent {
                assert!(field.choices().is_some_and(|all| all.iter().any(|(one, _)| *one == code)), "{of}");
            }
        }
        let bits: i64 = shape.fields.iter().flat_map(|field| field.bits).map(|(_, bit)| bit).sum();
        let all: i64 = shape.fields.iter().flat_map(|field| field.bits).fold(0, |all, (_, bit)| all | bit);
        assert_eq!(bits, all, "{kind:?}: two codes share a bit");
        let named = |column: &Column| match column.shows {
            Shows::Field(name) => shape.field(name).is_some(),
            Shows::Either(one, other) => shape.field(one).is_some() && shape.field(other).is_some(),
            Shows::Age(birth) => shape.field(birth).is_some_and(|field| field.holds == Holds::PartialDay),
            _ => true,
        };
        assert!(shape.list.iter().all(named), "{kind:?}: a column shows what the noun does not have");
        for column in shape.list {
            let Shows::Field(name) = column.shows else { continue };
            let Some(field) = shape.field(name) else { continue };
            let hidden = field.mask.is_some() || field.audience != Audience::Everyone;
            assert!(
                !hidden || column.unsorted && column.unfiltered,
                "{kind:?}.{name}: what is hidden is not asked for"
            );
            assert!(field.audience == Audience::Everyone, "{kind:?}.{name} is on the list");
            assert!(field.parts().is_none(), "{kind:?}.{name}: a row has no room for a list of parts");
        }
        assert!(shape.list.is_empty() == shape.empty.0.is_empty(), "{kind:?}: a list says what it is for");
        if let Some(who) = shape.who.filter(|who| !who.is_empty()) {
            let field = shape.field(who).unwrap_or_else(|| panic!("{kind:?}: {who}"));
            let Holds::Reference(kinds) = field.holds else { panic!("{kind:?}.{who} names no record") };
            let person = |kind: &&str| super::of(kind).is_some_and(|shape| shape.who.is_some());
            assert!(!kinds.is_empty() && kinds.iter().all(person), "{kind:?}.{who} names no person");
            assert!(field.has(Role::Parent) || field.has(Role::Names), "{kind:?}.{who}: no index leads back");
        }
    }
    assert!(of("pairing_of_the_future").is_none());
}

#[test]
fn a_head_means_one_field_of_a_kind() {
    for kind in Kind::ALL {
        let fields = nouns::shape(kind).unwrap().fields;
        for (at, field) in fields.iter().enumerate() {
            for head in field.also {
                let other = |other: &Field| other.label == *head || other.also.contains(head);
                let others = fields.iter().enumerate().filter(|(nth, one)| *nth != at && other(one));
                assert_eq!(others.count(), 0, "{kind:?}.{}: {head}", field.name);
            }
        }
    }
}

/// What a merge may have turned is looked up with each push; the rest only costs.
#[test]
fn what_can_not_be_merged_is_not_looked_up() {
    let turn = |kind| names_that_turn(kind).collect::<Vec<_>>();
    let post = turn("post");
    assert!(post.contains(&"person") && !post.contains(&"organisation") && !post.contains(&"by"), "{post:?}");
    assert!(turn("group").contains(&"leader"), "a member or a person");
    for kind in Kind::ALL {
        let (turn, all): (Vec<_>, Vec<_>) = (turn(kind.code()), super::names(kind.code()).collect());
        assert!(parents(kind.code()).all(|parent| turn.contains(&parent)), "{kind:?}: {turn:?}");
        assert!(turn.iter().all(|field| all.contains(field)), "{kind:?}: {turn:?}");
    }
    assert!(turn("post_of_the_future").is_empty());
}

/// By them somebody without an input method finds the one form that is meant.
#[test]
fn no_two_kinds_are_begun_by_the_same_letters() {
    let mut begun: Vec<&str> = Kind::ALL.iter().map(|kind| nouns::shape(kind).unwrap().initials).collect();
    begun.retain(|initials| !initials.is_empty());
    begun.sort_unstable();
    let twice: Vec<_> = begun.windows(2).filter(|two| two[0] == two[1]).collect();
    assert!(twice.is_empty() && !begun.is_empty(), "{twice:?}");
}

#[test]
fn what_is_not_known_is_hidden_as_strictly_as_anything_by_its_name() {
    assert_eq!(audience("counselling", "session_note"), Audience::Author);
    assert_eq!(audience("of_the_future", "session_note"), Audience::Author);
    assert_eq!(audience("visit", "child_name"), Audience::FamilyPage);
    assert_eq!(audience("visit", "note"), Audience::Everyone);
    assert_eq!(audience("of_the_future", "shoe_size"), Audience::Everyone);
}

/// One value for many records: never a name, a number, a place, a person, or what only the family's page shows.
#[test]
fn what_may_be_set_for_many_records_at_once() {
    let of = |kind: Kind| -> Vec<&str> { for_many(nouns::shape(&kind).unwrap()).map(|f| f.name).collect() };
    for kind in Kind::ALL {
        let shape = nouns::shape(kind).unwrap();
        for field in for_many(shape) {
            let of = format!("{kind:?}.{}", field.name);
            assert!(field.mask.is_none() && field.audience == Audience::Everyone, "{of}");
            let names = [Find::Name, Find::IdNumber, Find::Phone, Find::Code];
            assert!(field.finds.iter().all(|find| !names.contains(find)), "{of}");
        }
    }
    let file = of(Kind::SupportFile);
    assert!(file.contains(&"preference") && file.contains(&"status"), "{file:?}");
    for field in ["code", "phone", "child_name", "loss_cause", "head_name", "region", "household"] {
        assert!(!file.contains(&field), "{field}");
    }
    // A visit has a form of its own, about which its shape says nothing.
    let visit = of(Kind::Visit);
    assert!(visit.contains(&"kind") && !visit.contains(&"met") && !visit.contains(&"head_name"), "{visit:?}");
    assert!(of(Kind::Merge).is_empty() && of(Kind::Attachment).is_empty());
}

#[test]
fn a_persons_name_is_told_from_a_name_with_words() {
    let is_name = |kind: &str, name: &str| field(kind, name).unwrap().is_name();
    for (kind, name) in [
        ("person", "name"),
        ("member", "name"),
        ("volunteer", "name"),
        ("household", "head_name"),
        ("visit", "head_name"),
        ("contact_pair", "village_worker"),
    ] {
        assert!(is_name(kind, name), "{kind}.{name}");
    }
    for (kind, name) in [("organisation", "name"), ("site", "name"), ("activity", "name"), ("visit", "note")]
    {
        assert!(!is_name(kind, name), "{kind}.{name}");
    }
}
