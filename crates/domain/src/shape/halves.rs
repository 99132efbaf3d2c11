//! A reference and the name beside it are of one record: where fields of two sources are laid over each other, neither half
//! may come to stand beside the other half of another's.

use serde_json::Value;

use super::Shape;
use crate::nouns::tidy_name;
use crate::record::Fields;

impl Shape {
    /// Leaves out of `below` what would be seen through beside another's half, once `above` is laid over it: a reference
    /// where `above` has another name and no reference, a name where it has another reference and no name.
    pub fn drop_halves(&self, below: &mut Fields, above: &Fields) {
        for (reference, name) in self.fields.iter().filter_map(|field| Some((field.name, field.named_by?))) {
            let named = |fields: &Fields| said(fields, name).map(tidy_name);
            let (over, other) = (said(above, reference), said(above, name));
            let of_another = over.is_none() && other.is_some() && named(below) != named(above);
            let named_otherwise = other.is_none() && over.is_some() && said(below, reference) != over;
            if of_another {
                below.remove(reference);
            }
            if named_otherwise {
                below.remove(name);
            }
        }
    }
}

fn said<'f>(fields: &'f Fields, name: &str) -> Option<&'f str> {
    fields.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shape;
    use serde_json::json;

    #[test]
    fn a_reference_and_its_name_stay_together_or_come_from_one_side() {
        let shape = shape::of("wish").unwrap();
        let one = || json!({"claimer": "a", "claimed_by": "王小梅", "notes": "好"});
        for (below, above, left) in [
            (one(), json!({}), one()),
            (one(), json!({"claimed_by": "王 小梅"}), one()),
            (one(), json!({"claimed_by": "李小兰"}), json!({"claimed_by": "王小梅", "notes": "好"})),
            (one(), json!({"claimer": "b"}), json!({"claimer": "a", "notes": "好"})),
            (one(), json!({"claimer": "a"}), one()),
            (json!({"claimer": "a"}), json!({"claimed_by": "王小梅"}), json!({})),
            (one(), json!({"claimer": "b", "claimed_by": "李小兰"}), one()),
        ] {
            let mut fields = below.as_object().cloned().unwrap();
            shape.drop_halves(&mut fields, above.as_object().unwrap());
            assert_eq!(Value::Object(fields), left, "{below} below {above}");
        }
    }
}
