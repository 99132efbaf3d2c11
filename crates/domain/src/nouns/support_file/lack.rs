//! What a family's file may lack, as 今日 and the lists name it.

use crate::codes::codes;
use crate::nouns::Gap;

codes! {
    /// What an active file may lack, the most important first: without a contact nobody comes, without a number the family
    /// is taken for another; what only has to be asked at the next visit comes last. By the codes 今日 groups families, and a
    /// list of files is filtered in its column `gaps`.
    Lack {
        TownshipLeader = "township_leader", "缺镇联系人";
        VillageWorker = "village_worker", "缺村联系人";
        IdNumber = "id_number", "有人缺身份证号";
        Code = "code", "缺信息编码";
        DateMissing = "date_missing", "缺孩子情况的时间";
        DatePartial = "date_partial", "孩子情况的时间待补全到日";
        Doctor = "doctor", "没有在签的家庭医生";
        Hospital = "hospital", "缺就医绿色通道医院";
        /// That it be closed, where nobody lives any more.
        Status = "status", "家里人都已离世，待结档";
        Preference = "preference", "未问过联系意愿";
    }
}

/// Its gaps are told apart by their own codes.
const DATE: &str = "loss_date";

impl Lack {
    /// Which of these a gap of a file is; what a newer rule finds is none that is known.
    pub fn of(gap: &Gap) -> Lack {
        let code = if gap.field == DATE { &gap.code } else { &gap.field };
        Lack::from_code(code)
    }

    /// As a gap of the file. `code`: that of the gap.
    pub fn gap(&self, code: &str) -> Gap {
        let field = match self {
            Lack::DateMissing | Lack::DatePartial => DATE,
            Lack::TownshipLeader
            | Lack::VillageWorker
            | Lack::IdNumber
            | Lack::Code
            | Lack::Doctor
            | Lack::Hospital
            | Lack::Status
            | Lack::Preference
            | Lack::Other(_) => self.code(),
        };
        Gap::new(field, code, self.label())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nouns::Noun;
    use crate::nouns::support_file::{LossCategory, SupportFile};
    use crate::{PartialDate, shape};

    /// What the noun itself finds, 今日 has words for and the list a filter.
    #[test]
    fn what_an_active_file_lacks_is_known_by_its_gap() {
        let region = "340323100001".parse().unwrap();
        let file = SupportFile::open(region, uuid::Uuid::nil(), "某", LossCategory::Death);
        let known = |file: &SupportFile| {
            let gaps = file.gaps();
            let lacks: Vec<Lack> = gaps.iter().map(Lack::of).collect();
            assert!(gaps.iter().zip(&lacks).all(|(gap, lack)| gap.message == lack.label()), "{gaps:?}");
            lacks
        };
        assert_eq!(known(&file), [Lack::Code, Lack::DateMissing, Lack::Preference]);
        let partial = SupportFile { loss_date: Some(PartialDate::Year(2014)), ..file };
        assert_eq!(known(&partial), [Lack::Code, Lack::DatePartial, Lack::Preference]);
    }

    #[test]
    fn a_gap_is_of_a_field_and_known_by_it() {
        for lack in Lack::ALL {
            let gap = lack.gap(lack.code());
            assert_eq!(Lack::of(&gap), *lack);
            let kinds = ["support_file", "contact_pair", "person"];
            assert!(kinds.iter().any(|kind| shape::field(kind, &gap.field).is_some()), "{}", gap.field);
        }
    }
}
