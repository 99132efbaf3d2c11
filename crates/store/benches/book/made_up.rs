//! Made-up records, the same in every run.

use serde_json::json;
use tiexin_domain::{Fields, Record};
use uuid::Uuid;

use crate::NOW;

/// Dice that fall the same way every time.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
    pub(crate) fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }
    pub(crate) fn id(&mut self) -> Uuid {
        uuid::Builder::from_unix_timestamp_millis(NOW as u64 + self.next() % 100_000_000, &{
            let mut bytes = [0u8; 10];
            bytes[..8].copy_from_slice(&self.next().to_le_bytes());
            bytes[8..].copy_from_slice(&self.next().to_le_bytes()[..2]);
            bytes
        })
        .into_uuid()
    }
    fn pick(&mut self, from: &str) -> char {
        let n = from.chars().count();
        let i = self.below(n);
        from.chars().nth(i).unwrap()
    }
    pub(crate) fn name(&mut self) -> String {
        let surname = self.pick("王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文");
        let given = "英华文玉秀明兰国春金建红平芳丽军桂军志荣海霞云德福生永林成梅凤珍清新东伟立学光才宝善庆元仁义礼智信忠孝良美娟静敏强磊洋勇艳杰涛超勤秋冬夏雪雨晨露星月山川江河湖泊松柏竹菊";
        let mut name = surname.to_string();
        name.push(self.pick(given));
        if self.below(10) < 7 {
            name.push(self.pick(given));
        }
        name
    }
    pub(crate) fn village(&mut self) -> String {
        format!("3403231{:02}{:03}", self.below(11), 1 + self.below(20))
    }
    pub(crate) fn sentence(&mut self, han: usize) -> String {
        let words = "老人身体尚好家中需要帮助已联系村医上门量血压送去米面油水管漏水已修好申请低保正在办理子女在外打工逢年过节回来情绪稳定愿意参加活动";
        (0..han).map(|_| self.pick(words)).collect()
    }
}

pub(crate) fn fields(value: serde_json::Value) -> Fields {
    value.as_object().unwrap().clone()
}

pub(crate) fn person(dice: &mut Dice) -> (Fields, String, String) {
    let name = dice.name();
    let number = format!(
        "3403231{:02}19{:02}{:02}{:02}{:03}{}",
        dice.below(11),
        40 + dice.below(60),
        1 + dice.below(12),
        1 + dice.below(28),
        dice.below(1000),
        dice.below(10)
    );
    let number = number[..18].to_owned();
    let phone = format!("199{:08}", dice.below(100_000_000));
    let value = json!({"region": dice.village(), "name": name, "household": dice.id().to_string(), "relation": "head",
        "sex": "male", "birth": format!("19{:02}-{:02}-{:02}", 40 + dice.below(60), 1 + dice.below(12), 1 + dice.below(28)), "id_number": number, "phone": phone, "marriage": "已婚",
        "recorded_by": dice.id().to_string(), "recorded_at": "2026-10-05T09:12:33+08:00", "notes": dice.sentence(60)});
    (fields(value), number, phone)
}

pub(crate) fn visit(dice: &mut Dice, home: Uuid, note: usize) -> Fields {
    let name = dice.name();
    fields(json!({"region": dice.village(), "household": home.to_string(), "head_name": name,
        "date": format!("2026-{:02}-{:02}", 1 + dice.below(10), 1 + dice.below(28)), "kind": "routine", "presence": "at_home",
        "met": [{"name": name, "person": dice.id().to_string()}], "visitors": ["王专干", "李主任"],
        "note": dice.sentence(note), "health": dice.sentence(12),
        "recorded_by": dice.id().to_string(), "recorded_at": "2026-10-05T09:12:33+08:00"}))
}

pub(crate) fn household(dice: &mut Dice) -> Fields {
    let name = dice.name();
    fields(
        json!({"region": dice.village(), "head_name": name, "kinds": ["general"], "phone": format!("199{:08}", dice.below(100_000_000)),
        "registered_address": dice.sentence(20), "current_address": dice.sentence(20), "notes": dice.sentence(80),
        "recorded_by": dice.id().to_string(), "recorded_at": "2026-10-05T09:12:33+08:00"}),
    )
}

pub(crate) fn mixed(dice: &mut Dice, n: usize) -> Vec<Record> {
    let homes: Vec<Uuid> = (0..n / 5).map(|_| dice.id()).collect();
    (0..n)
        .map(|i| {
            let (kind, fields) = match i % 20 {
                0..=3 => ("household", household(dice)),
                4..=9 => ("person", person(dice).0),
                10..=17 => ("visit", visit(dice, homes[i % homes.len()], 60)),
                18 => ("aid_entry", household(dice)),
                _ => ("activity", fields(json!({"region": dice.village(), "name": dice.sentence(10), "project": "health",
                    "start": "2026-10-05T09:00:00", "headcount": 30, "place": dice.sentence(8), "summary": dice.sentence(120)}))),
            };
            let mut fields = fields;
            let place = format!("340323100{:03}", 1 + i % 20);
            fields.insert("region".into(), place.into());
            let id = if kind == "household" && i % 20 < 4 { homes[(i / 20 * 4 + i % 20) % homes.len()] } else { dice.id() };
            Record { id, kind: kind.into(), scope: "340323100".parse().unwrap(), version: (n - i) as u64, fields, void: None }
        })
        .collect()
}
