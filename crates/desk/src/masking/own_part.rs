//! Into which part of a list a masked number goes back: into the one in which it was shown, and into no other. Parts have
//! no ids: they are told apart by all that is shown of them, else by what none of them is without. Where that leaves a
//! doubt nobody guesses.

use serde_json::Value;
use tiexin_domain::Problem;
use tiexin_domain::shape::Field;

use super::parts;
use super::sent::{masks, not_known, put_back};

/// A part as it is stored, and as a form got it.
struct Stored {
    whole: Value,
    shown: Value,
    taken: bool,
}

/// What a form sent of a list, while the numbers go back.
struct Sent<'s> {
    fields: &'static [Field],
    items: &'s mut [Value],
    /// Parts without a mask, by their places.
    plain: Vec<usize>,
    /// Parts with a mask.
    open: Vec<usize>,
    /// Those for whose masks there are several numbers.
    unclear: Vec<usize>,
}

/// Puts the real numbers in the place of masked ones. `known`: the list as it stands, then as it was before.
pub(super) fn uncover(
    kind: &str,
    list: &str,
    items: &mut [Value],
    known: impl Fn() -> Vec<Value>,
) -> Vec<Problem> {
    let fields = parts::fields_of(kind, list);
    let masked = |item: &Value| !masked_fields(fields, item).is_empty();
    let (open, plain): (Vec<usize>, Vec<usize>) = (0..items.len()).partition(|nth| masked(&items[*nth]));
    if open.is_empty() {
        return Vec::new();
    }
    let mut sent = Sent { fields, items, plain, open, unclear: Vec::new() };
    let mut lists: Vec<Vec<Stored>> = known().iter().map(|whole| stored(kind, list, whole)).collect();
    for stored in &mut lists {
        sent.unchanged(stored);
        sent.changed(stored, true);
        sent.written(stored);
    }
    for stored in &mut lists {
        sent.changed(stored, false);
    }
    sent.problems(list)
}

fn stored(kind: &str, list: &str, whole: &Value) -> Vec<Stored> {
    let mut shown = whole.clone();
    parts::cover(kind, list, &mut shown);
    let both = whole.as_array().into_iter().flatten().zip(shown.as_array().into_iter().flatten());
    both.map(|(whole, shown)| Stored { whole: whole.clone(), shown: shown.clone(), taken: false }).collect()
}

/// Fields of a part in whose texts masks stand.
fn masked_fields(fields: &'static [Field], item: &Value) -> Vec<&'static Field> {
    let masked = |own: &&Field| {
        let text = item.get(own.name).and_then(Value::as_str);
        text.is_some_and(|text| masks((own.mask, own.free), text))
    };
    fields.iter().filter(masked).collect()
}

impl Sent<'_> {
    /// Parts that nobody touched. Of several that are shown alike each has its number when all of them are still there.
    fn unchanged(&mut self, stored: &mut [Stored]) {
        while let Some(like) = self.next_shown_in(stored) {
            let shown = self.items[like[0]].clone();
            let own: Vec<usize> = (0..stored.len()).filter(|nth| stored[*nth].is_free_for(&shown)).collect();
            let one = own.iter().all(|nth| stored[*nth].whole == stored[own[0]].whole);
            if !one && own.len() != like.len() {
                self.doubt(&like);
                continue;
            }
            for (place, nth) in like.into_iter().zip(own) {
                match self.whole(place, &stored[nth]) {
                    Some(whole) => self.settle(place, whole, &mut stored[nth]),
                    None => self.doubt(&[place]),
                }
            }
        }
    }

    /// Open parts that are the same and that one of these was shown as.
    fn next_shown_in(&self, stored: &[Stored]) -> Option<Vec<usize>> {
        let known = |place: &&usize| stored.iter().any(|one| one.is_free_for(&self.items[**place]));
        let first = *self.open.iter().find(known)?;
        let same = |place: &usize| self.items[*place] == self.items[first];
        Some(self.open.iter().copied().filter(same).collect())
    }

    /// Parts in which something else was changed. `named`: what no part is without is still the same.
    fn changed(&mut self, stored: &mut [Stored], named: bool) {
        for place in self.open.clone() {
            let fits = stored
                .iter()
                .enumerate()
                .filter(|(_, one)| !one.taken && (!named || self.is_named_as(place, one)));
            let fits: Vec<(usize, Value)> =
                fits.filter_map(|(nth, one)| Some((nth, self.whole(place, one)?))).collect();
            let Some((nth, whole)) = fits.first().cloned() else { continue };
            if fits.iter().all(|(_, other)| *other == whole) {
                self.settle(place, whole, &mut stored[nth]);
            } else {
                self.doubt(&[place]);
            }
        }
    }

    /// Parts without a mask are there too, perhaps with another number: no other has theirs.
    fn written(&self, stored: &mut [Stored]) {
        for place in &self.plain {
            let same = stored.iter().position(|one| one.is_free_for(&self.items[*place]));
            let named = || stored.iter().position(|one| !one.taken && self.is_named_as(*place, one));
            if let Some(nth) = same.or_else(named) {
                stored[nth].taken = true;
            }
        }
    }

    fn is_named_as(&self, place: usize, stored: &Stored) -> bool {
        let mut names = self.fields.iter().filter(|own| own.required);
        names.all(|own| self.items[place].get(own.name) == stored.shown.get(own.name))
    }

    /// The part that was sent with the numbers of this one. None: it was shown with other masks.
    fn whole(&self, place: usize, stored: &Stored) -> Option<Value> {
        let mut whole = self.items[place].clone();
        for own in masked_fields(self.fields, &self.items[place]) {
            let number = stored.whole.get(own.name)?.as_str()?;
            let text = self.items[place].get(own.name)?.as_str()?;
            let back = match stored.shown.get(own.name).and_then(Value::as_str) == Some(text) {
                true => number.to_owned(),
                false => put_back((own.mask, own.free), text, number)?,
            };
            *whole.get_mut(own.name)? = Value::String(back);
        }
        Some(whole)
    }

    fn settle(&mut self, place: usize, whole: Value, stored: &mut Stored) {
        self.items[place] = whole;
        stored.taken = true;
        self.open.retain(|open| *open != place);
    }

    fn doubt(&mut self, places: &[usize]) {
        self.open.retain(|open| !places.contains(open));
        self.unclear.extend(places);
    }

    fn problems(&self, list: &str) -> Vec<Problem> {
        let mut problems = Vec::new();
        for (places, unclear) in [(&self.open, false), (&self.unclear, true)] {
            for place in places {
                for own in masked_fields(self.fields, &self.items[*place]) {
                    let path = format!("{list}.{place}.{}", own.name);
                    problems.push(match unclear {
                        true => Problem::new(&path, "masked_value", UNCLEAR),
                        false => not_known(own.mask, &path),
                    });
                }
            }
        }
        problems
    }
}

const UNCLEAR: &str = "有几项的号码遮住以后一样，分不清是哪一项的，请重新输入完整的号码，或把它删去";

impl Stored {
    fn is_free_for(&self, sent: &Value) -> bool {
        !self.taken && self.shown == *sent
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const ONE: &str = "问13900001234";
    const OTHER: &str = "问13800005634";
    const MASK: &str = "问*********34";

    fn put(items: Value, known: &[Value]) -> (Value, Vec<Problem>) {
        let mut items = items.as_array().unwrap().clone();
        let problems = uncover("agreement", "tasks", &mut items, || known.to_vec());
        (Value::Array(items), problems)
    }

    fn whole(items: Value, known: &[Value]) -> Value {
        let (items, problems) = put(items, known);
        assert!(problems.is_empty(), "{problems:?}");
        items
    }

    #[test]
    fn a_mask_in_two_parts_stands_for_the_number_of_each() {
        let stored = [json!([{"what": "讲座", "measure": ONE}, {"what": "义诊", "measure": OTHER}])];
        let (one, other) =
            (json!({"what": "讲座", "measure": MASK}), json!({"what": "义诊", "measure": MASK}));
        assert_eq!(whole(json!([one, other]), &stored), stored[0]);
        // The other way round, and without the first.
        assert_eq!(whole(json!([other, one]), &stored), json!([stored[0][1], stored[0][0]]));
        assert_eq!(whole(json!([other]), &stored), json!([stored[0][1]]));
        let edited = json!([{"what": "义诊", "target": 3, "measure": format!("{MASK}，下午")}]);
        let told = json!([{"what": "义诊", "target": 3, "measure": format!("{OTHER}，下午")}]);
        assert_eq!(whole(edited, &stored), told);
        // The first one is called otherwise now: the other has its own.
        let renamed = json!([{"what": "健康讲座", "measure": MASK}, other]);
        let told = json!([{"what": "健康讲座", "measure": ONE}, stored[0][1]]);
        assert_eq!(whole(renamed, &stored), told);
    }

    #[test]
    fn nobody_guesses_whose_number_it_is() {
        let stored = [json!([{"what": "讲座", "measure": ONE}, {"what": "讲座", "measure": OTHER}])];
        let shown = json!({"what": "讲座", "measure": MASK});
        // Both are there as they were.
        assert_eq!(whole(json!([shown, shown]), &stored), stored[0]);
        for sent in [
            json!([shown]),
            json!([{"what": "义诊"}, shown]),
            json!([{"what": "义诊", "measure": MASK}]),
            json!([shown, shown, shown]),
        ] {
            let (kept, problems) = put(sent.clone(), &stored);
            assert_eq!(kept, sent);
            assert!(problems[0].code == "masked_value" && problems[0].message == UNCLEAR, "{problems:?}");
        }
        // A part that is new has none, though its mask is that of another.
        let stored = [json!([{"what": "讲座", "measure": ONE}])];
        let (_, problems) = put(json!([shown, {"what": "义诊", "measure": MASK}]), &stored);
        assert_eq!(problems.iter().map(|one| one.field.as_str()).collect::<Vec<_>>(), ["tasks.1.measure"]);
        let written =
            json!([{"what": "讲座", "measure": "问13700001111"}, {"what": "义诊", "measure": MASK}]);
        assert_eq!(put(written, &stored).1[0].field, "tasks.1.measure");
    }

    #[test]
    fn the_list_as_it_stands_goes_before_what_gave_way() {
        let now = json!([{"what": "讲座", "target": 4, "measure": OTHER}]);
        let before = json!([{"what": "讲座", "target": 3, "measure": ONE}, {"what": "义诊", "measure": ONE}]);
        let known = [now, before];
        let sent = json!([{"what": "讲座", "target": 3, "measure": MASK}]);
        assert_eq!(whole(sent, &known), json!([{"what": "讲座", "target": 3, "measure": OTHER}]));
        // One that only the former list has is not the one that stands now.
        let sent = json!([{"what": "义诊", "measure": MASK}]);
        assert_eq!(whole(sent, &known), json!([{"what": "义诊", "measure": ONE}]));
    }
}
