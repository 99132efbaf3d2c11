//! The mixed records of the sync figures: 20 % households, 30 % persons, 40 % visits, 5 % aid (claims),
//! 5 % activities, about 720 bytes each, invented.

use serde_json::{Value, json};
use tiexin_domain::record::Fields;
use tiexin_store::{BatchSave, Fill, Save};
use uuid::Uuid;

const SURNAMES: &str = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜";
const GIVEN: &str = "国建文志明春秀兰玉梅英华桂珍福庆学德守信家长永东强广云霞凤萍素娥";
const SENTENCE: &str = "老人身体状况良好，情绪稳定，帮助打扫卫生并谈心一小时，提醒按时服药，约定下周再来看望；邻里关系和睦，屋内用电安全。";

fn pick(text: &str, n: u64) -> char {
    let chars: Vec<char> = text.chars().collect();
    chars[(n % chars.len() as u64) as usize]
}

fn name(n: u64) -> String {
    [pick(SURNAMES, n), pick(GIVEN, n / 7), pick(GIVEN, n / 31)].iter().collect()
}

fn id(kind: u64, n: u64) -> Uuid {
    Uuid::from_u128((u128::from(kind + 1) << 100) | (7 << 76) | (2 << 62) | u128::from(n))
}

/// Record number `n` of the mix, in township `340323100`.
fn record(n: u64) -> Save {
    let household = id(0, n / 10);
    let region = format!("3403231000{:02}", 1 + n / 10 % 8);
    let common = |mut fields: Value, long: usize| -> Fields {
        let map = fields.as_object_mut().expect("an object");
        map.insert("region".into(), region.clone().into());
        map.insert("recorded_by".into(), "谷阳镇专干".into());
        map.insert("recorded_at".into(), 1_790_000_000_000u64.into());
        map.insert("notes".into(), format!("{n}：{}", SENTENCE.repeat(long)).into());
        map.clone()
    };
    let day = format!("2026-{:02}-{:02}", 1 + n % 10, 1 + n % 28);
    let (kind, which, fields) = match n % 20 {
        0..=3 => (
            "household",
            id(0, n / 20 * 4 + n % 20),
            common(
                json!({"head_name": name(n), "phone": format!("1990{:07}", n), "kinds": ["general"],
                "current_address": "谷阳镇东关社区居民委员会十组二十三号"}),
                3,
            ),
        ),
        4..=9 => (
            "person",
            id(1, n),
            common(
                json!({"name": name(n), "household": household, "sex": "male", "birth": "1956-03-02",
                "phone": format!("1991{:07}", n), "health": "良好", "politics": "群众"}),
                3,
            ),
        ),
        10..=17 => (
            "visit",
            id(2, n),
            common(
                json!({"household": household, "head_name": name(n), "date": day, "kind": "routine",
                "met": [{"name": name(n)}], "visitors": ["刘素月"], "presence": "at_home",
                "note": SENTENCE}),
                1,
            ),
        ),
        18 => (
            "insurance_claim",
            id(3, n),
            common(
                json!({"household": household, "head_name": name(n), "insured": {"name": name(n)},
                "amount": "900.00", "paid_on": day}),
                3,
            ),
        ),
        _ => (
            "activity",
            id(4, n),
            common(
                json!({"name": "计生家庭帮扶活动", "project": "family_support", "place": "东关社区",
                "start": format!("{day}T09:00:00"), "headcount": 41, "summary": SENTENCE.repeat(2)}),
                1,
            ),
        ),
    };
    Save { id: which, kind: kind.into(), fields, void: None }
}

/// `count` records from number `from`.
pub(crate) fn records(from: u64, count: u64) -> Vec<Save> {
    (from..from + count).map(record).collect()
}

/// Each record its own group.
pub(crate) fn batch(records: &[Save]) -> Vec<BatchSave<'_>> {
    records.iter().map(alone).collect()
}

fn alone(save: &Save) -> BatchSave<'_> {
    let fill =
        Fill { id: save.id, kind: &save.kind, fields: &save.fields, over: tiexin_store::Over::Lacking };
    BatchSave { group: save.id, records: vec![fill] }
}
