//! What a record tells of the past, on the page of a person or of a family: sentences that its noun declares.

use serde_json::Value;

use super::{Field, Holds, Shape, parts, parts_told};
use crate::amount::minutes_told;
use crate::date::{PartialDate, YearHint};
use crate::record::Fields;
use crate::region::RegionCode;

/// One thing that a record tells: when it happened, and the clauses of the sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Telling {
    /// The field that says on which day.
    pub on: &'static str,
    /// Told of a record that does not say on which day, too.
    pub undated: bool,
    /// `{met}` stands for what the field says. A clause is left out when one of its fields says nothing, or is not for
    /// whoever reads it. One that begins with a full stop begins a sentence of its own.
    pub says: &'static [&'static str],
}

impl Telling {
    /// What the record is about: told whether or not its day is known.
    pub const fn always(on: &'static str, says: &'static [&'static str]) -> Telling {
        Telling { on, undated: true, says }
    }

    /// What came of it on a day of its own: told once there is that day.
    pub const fn once(on: &'static str, says: &'static [&'static str]) -> Telling {
        Telling { on, undated: false, says }
    }

    /// The fields that a clause tells.
    pub fn fields_of(clause: &str) -> impl Iterator<Item = &str> {
        clause.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name)
    }

    /// The day on which it happened, as far as these fields tell it.
    pub fn day(&self, fields: &Fields) -> Option<PartialDate> {
        let text = fields.get(self.on)?.as_str()?;
        let day = text.split(['T', ' ']).next()?;
        PartialDate::parse(day, YearHint::None).ok()
    }

    /// The sentence out of what is shown of a record; the noun's own word where nothing is. `place`: what a region is
    /// called.
    pub fn sentence(
        &self,
        shape: &Shape,
        word: &str,
        fields: &Fields,
        place: &dyn Fn(&RegionCode) -> String,
    ) -> String {
        let mut told = String::new();
        for clause in self.says.iter().filter_map(|clause| filled(shape, clause, fields, place)) {
            match clause.strip_prefix('。') {
                _ if told.is_empty() => told.push_str(clause.trim_start_matches('。')),
                Some(own) => {
                    if !ends(&told) {
                        told.push('。');
                    }
                    told.push_str(own);
                }
                None => {
                    // Somebody wrote a whole sentence where a word was asked for.
                    told.truncate(told.trim_end_matches(ENDS).len());
                    if !told.is_empty() {
                        told.push('，');
                    }
                    told.push_str(&clause);
                }
            }
        }
        if told.is_empty() {
            told.push_str(word);
        }
        if !ends(&told) {
            told.push('。');
        }
        told
    }
}

/// What ends a sentence.
const ENDS: [char; 8] = ['。', '！', '？', '…', '；', '.', '!', '?'];

fn ends(text: &str) -> bool {
    text.ends_with(ENDS)
}

/// A clause with what its fields say; none when one of them says nothing.
fn filled(
    shape: &Shape,
    clause: &str,
    fields: &Fields,
    place: &dyn Fn(&RegionCode) -> String,
) -> Option<String> {
    let mut told = String::new();
    let mut rest = clause;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, behind) = after.split_once('}')?;
        let said = said(shape.field(name)?, fields.get(name)?, place);
        if said.is_empty() {
            return None;
        }
        told.push_str(before);
        told.push_str(&said);
        rest = behind;
    }
    told.push_str(rest);
    Some(told)
}

/// What a field says within a sentence; nothing of what is no word, such as the id of a record.
fn said(field: &Field, value: &Value, place: &dyn Fn(&RegionCode) -> String) -> String {
    let name = |person: &Value| person.get("name").and_then(Value::as_str).map(str::to_owned);
    let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
    match field.holds {
        Holds::Person => name(value).unwrap_or_default(),
        Holds::People => items.iter().filter_map(name).collect::<Vec<_>>().join("、"),
        Holds::Parts(fields) => parts_told(fields, items),
        Holds::Region => {
            let code = value.as_str().and_then(|code| code.parse::<RegionCode>().ok());
            code.map(|code| place(&code)).unwrap_or_default()
        }
        Holds::Minutes => value.as_u64().map(minutes_told).unwrap_or_default(),
        Holds::Day => {
            let text = value.as_str().unwrap_or_default();
            PartialDate::parse(text, YearHint::None).map_or_else(|_| text.to_owned(), PartialDate::label)
        }
        Holds::Reference(_) | Holds::References(_) | Holds::Instant => String::new(),
        Holds::Text
        | Holds::LongText
        | Holds::Texts
        | Holds::Code(_)
        | Holds::Codes(_)
        | Holds::PartialDay
        | Holds::Moment
        | Holds::Money
        | Holds::Count
        | Holds::Flag => parts::word(field, value).trim().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nouns::{self, Kind};
    use crate::shape::{Audience, Mask, samples};
    use serde_json::json;

    fn place(_: &RegionCode) -> String {
        "东关社区".to_owned()
    }

    /// The sentences of a record.
    fn told(kind: &Kind, fields: &Fields) -> Vec<String> {
        let shape = nouns::shape(kind).unwrap();
        shape.past.iter().map(|one| one.sentence(shape, kind.label(), fields, &place)).collect()
    }

    #[test]
    fn every_telling_tells_fields_that_are_there_and_none_that_is_hidden() {
        for kind in Kind::ALL {
            let shape = nouns::shape(kind).unwrap();
            for telling in shape.past {
                let day = shape.field(telling.on).unwrap_or_else(|| panic!("{kind:?}: no {}", telling.on));
                let dated = matches!(day.holds, Holds::Day | Holds::PartialDay | Holds::Moment);
                assert!(dated && day.audience == Audience::Everyone, "{kind:?}.{}", day.name);
                assert!(!telling.says.is_empty(), "{kind:?}.{}", telling.on);
                for name in telling.says.iter().flat_map(|clause| Telling::fields_of(clause)) {
                    let field = shape.field(name).unwrap_or_else(|| panic!("{kind:?}: no {name}"));
                    let no_word =
                        matches!(field.holds, Holds::Reference(_) | Holds::References(_) | Holds::Instant);
                    assert!(!no_word, "{kind:?}.{name} is no word");
                    // The loss is told once, in the file, and what few may read is read on the record's own page.
                    assert!(field.audience.is_open(), "{kind:?}.{name} is told to who may not read it");
                    assert!(field.mask != Some(Mask::Number), "{kind:?}.{name} is a number");
                }
            }
        }
    }

    /// Each is a whole sentence, whatever of the record is there.
    #[test]
    fn every_kind_tells_whole_sentences() {
        for kind in Kind::ALL {
            let shape = nouns::shape(kind).unwrap();
            for fields in [samples(shape.fields), Fields::new()] {
                for sentence in told(kind, &fields) {
                    assert!(ends(&sentence) && sentence.chars().count() > 2, "{kind:?}: {sentence}");
                    let odd = sentence.contains(['{', '}']) || sentence.starts_with(['，', '。']);
                    assert!(!odd && !sentence.contains("，，"), "{kind:?}: {sentence}");
                }
            }
        }
    }

    /// The two sorts of pages: what a family lives through, and what a person of the association does.
    #[test]
    fn all_that_concerns_a_family_or_a_person_tells_something() {
        for kind in Kind::ALL {
            let shape = nouns::shape(kind).unwrap();
            let tells = !shape.past.is_empty();
            let whom = shape.fields.iter().any(|field| match field.holds {
                Holds::Reference(kinds) | Holds::References(kinds) => {
                    kinds.contains(&"household") || kinds.contains(&"member") || kinds.contains(&"volunteer")
                }
                Holds::Person | Holds::People => true,
                _ => false,
            });
            // Nothing leads from a family to the case that was written of it.
            // Of a person the birth, the death and the numbers are no story; a photo stands on its record; who leads a
            // group or a team today says nothing of the day on which it was founded.
            let silent =
                matches!(kind, Kind::Person | Kind::Attachment | Kind::Group | Kind::Team | Kind::Case);
            assert!(tells || !whom || silent, "{kind:?} concerns somebody and tells nothing");
        }
    }

    #[test]
    fn a_clause_without_its_fields_is_left_out() {
        let mut visit = json!({
            "date": "2026-10-05", "kind": "routine", "visitors": ["王丽", "赵红"], "met": [{"name": "韩广田"}],
            "gifts": [{"item": "米", "amount": "50.00"}], "note": "一切都好。",
        });
        let of = |value: &Value| told(&Kind::Visit, value.as_object().unwrap()).remove(0);
        assert_eq!(of(&visit), "日常走访，走访人王丽、赵红，见到韩广田，慰问米 50.00元。一切都好。");
        for gone in ["met", "gifts", "visitors"] {
            visit.as_object_mut().unwrap().remove(gone);
        }
        assert_eq!(of(&visit), "日常走访。一切都好。");
        let nothing = told(&Kind::Visit, &Fields::new());
        assert_eq!(nothing, ["走访。"]);
    }

    #[test]
    fn times_places_and_days_are_told_in_words() {
        let of = |kind: Kind, value: Value| told(&kind, value.as_object().unwrap());
        let hours = json!({"minutes": 90, "what": "activity", "attested_by": "李芳"});
        assert_eq!(of(Kind::Hours, hours), ["志愿服务1小时30分钟，活动，证明人李芳。"]);
        let moved = json!({"moved_from": "340323100001", "moved_on": "2026-03"});
        assert_eq!(of(Kind::Household, moved)[0], "从东关社区迁来。");
        for said in ["一辆轮椅", "一辆轮椅。", "一辆轮椅！"] {
            let wish = json!({"wish": said, "amount": "300.00"});
            assert_eq!(of(Kind::Wish, wish)[2], "微心愿实现了：一辆轮椅，花费300.00元。", "{said}");
        }
        let policy = json!({"product": "住院护理补贴保险", "to": "2026-12-31"});
        assert_eq!(of(Kind::Policy, policy)[0], "参加住院护理补贴保险，保到2026年12月31日。");
    }

    /// What stands on the page of a family, or of somebody who died, is read by those who loved them.
    #[test]
    fn no_end_is_told_as_if_somebody_was_left_alone() {
        let of = |kind: Kind, on: &str, value: Value| {
            let shape = nouns::shape(&kind).unwrap();
            let telling = shape.past.iter().find(|one| one.on == on).unwrap();
            telling.sentence(shape, kind.label(), value.as_object().unwrap(), &place)
        };
        let died = json!({"left": "2026-05", "left_why": "died"});
        assert_eq!(of(Kind::Member, "left", died), "会籍到这一天，去世。");
        let pair = json!({"to": "2026-05-01", "township_leader": "赵镇长", "village_worker": "李村医"});
        assert_eq!(of(Kind::ContactPair, "to", pair), "联系人交接，原镇联系人赵镇长，原村联系人李村医。");
        // 签到 is what is done at an activity.
        let signed =
            json!({"doctor_signed_on": "2026-01-01", "doctor": "李医生", "doctor_until": "2026-12-31"});
        let told = of(Kind::SupportFile, "doctor_signed_on", signed);
        assert_eq!(told, "签约家庭医生，李医生，签约到2026年12月31日。");
    }

    #[test]
    fn the_day_is_as_exact_as_it_was_written() {
        let telling = Telling::always("start", &["参加活动"]);
        let day = |text: &str| telling.day(json!({ "start": text }).as_object().unwrap());
        assert_eq!(day("2026-05-29T09:00:00").map(String::from).as_deref(), Some("2026-05-29"));
        assert_eq!(day("2026-05").map(String::from).as_deref(), Some("2026-05"));
        assert_eq!(day("不详"), None);
    }
}
