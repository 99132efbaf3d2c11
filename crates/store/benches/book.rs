//! Each figure as a ratio to a bare counterpart measured in the same run.
//!
//! `cargo bench -p tiexin-store [-- save search snapshot list]`

use std::time::{Duration, Instant};

use rusqlite::{Connection, params};
use secrecy::SecretString;
use serde_json::json;
use tiexin_domain::{Fields, Record, RegionCode};
use tiexin_protocol::wire::SnapshotHeader;
use tiexin_protocol::{Chain, Digest};
use tiexin_store::{BatchSave, Book, By, KdfCost, ListQuery, NewUser, Save, Source};
use uuid::Uuid;

const NOW: i64 = 1_790_000_000_000;

/// Dice that fall the same way every time.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
    fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }
    fn id(&mut self) -> Uuid {
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
    fn name(&mut self) -> String {
        let surname = self.pick("王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文");
        let given = "英华文玉秀明兰国春金建红平芳丽军桂军志荣海霞云德福生永林成梅凤珍清新东伟立学光才宝善庆元仁义礼智信忠孝良美娟静敏强磊洋勇艳杰涛超勤秋冬夏雪雨晨露星月山川江河湖泊松柏竹菊";
        let mut name = surname.to_string();
        name.push(self.pick(given));
        if self.below(10) < 7 {
            name.push(self.pick(given));
        }
        name
    }
    fn village(&mut self) -> String {
        format!("3403231{:02}{:03}", self.below(11), 1 + self.below(20))
    }
    fn sentence(&mut self, han: usize) -> String {
        let words = "老人身体尚好家中需要帮助已联系村医上门量血压送去米面油水管漏水已修好申请低保正在办理子女在外打工逢年过节回来情绪稳定愿意参加活动";
        (0..han).map(|_| self.pick(words)).collect()
    }
}

fn fields(value: serde_json::Value) -> Fields {
    value.as_object().unwrap().clone()
}

fn person(dice: &mut Dice) -> (Fields, String, String) {
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

fn visit(dice: &mut Dice, home: Uuid, note: usize) -> Fields {
    let name = dice.name();
    fields(json!({"region": dice.village(), "household": home.to_string(), "head_name": name,
        "date": format!("2026-{:02}-{:02}", 1 + dice.below(10), 1 + dice.below(28)), "kind": "routine", "presence": "at_home",
        "met": [{"name": name, "person": dice.id().to_string()}], "visitors": ["王专干", "李主任"],
        "note": dice.sentence(note), "health": dice.sentence(12),
        "recorded_by": dice.id().to_string(), "recorded_at": "2026-10-05T09:12:33+08:00"}))
}

fn household(dice: &mut Dice) -> Fields {
    let name = dice.name();
    fields(
        json!({"region": dice.village(), "head_name": name, "kinds": ["general"], "phone": format!("199{:08}", dice.below(100_000_000)),
        "registered_address": dice.sentence(20), "current_address": dice.sentence(20), "notes": dice.sentence(80),
        "recorded_by": dice.id().to_string(), "recorded_at": "2026-10-05T09:12:33+08:00"}),
    )
}

fn book(dir: &std::path::Path) -> Book {
    let first = NewUser {
        id: Uuid::from_u128(1),
        name: "bench".into(),
        display_name: "bench".into(),
        password: SecretString::from("bench-password".to_owned()),
    };
    Book::create(dir, first, KdfCost::QUICK, NOW).unwrap().0
}

fn bare(path: &std::path::Path) -> Connection {
    let conn = Connection::open(path).unwrap();
    conn.execute_batch(
        "PRAGMA key = \"x'2DD29CA851E7B56E4697B0E1F08507293D761A05CE4D1B628663F411A8086D99'\";
         PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY; PRAGMA wal_autocheckpoint = 0;
         CREATE TABLE record (id BLOB PRIMARY KEY, body TEXT) WITHOUT ROWID;
         CREATE TABLE row (id INTEGER PRIMARY KEY, uuid BLOB, body TEXT);
         CREATE VIRTUAL TABLE words USING fts5(text, content='', tokenize='unicode61');",
    )
    .unwrap();
    conn
}

struct Times(Vec<Duration>);

impl Times {
    fn at(&mut self, quantile: f64) -> f64 {
        self.0.sort_unstable();
        let i = ((self.0.len() - 1) as f64 * quantile).round() as usize;
        self.0[i].as_secs_f64() * 1000.0
    }
}

/// Processor time of this process so far, seconds; says more than the clock on a busy machine.
fn cpu() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let ticks = |i: usize| stat.split(' ').nth(i).and_then(|t| t.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(13) + ticks(14)) / 100.0
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let value = work();
    (value, start.elapsed())
}

fn import(book: &Book, saves: Vec<Save>, dice: &mut Dice) {
    for chunk in saves.chunks(10_000) {
        let rows: Vec<BatchSave> =
            chunk.iter().map(|s| BatchSave { group: dice.id(), saves: vec![s.clone()] }).collect();
        let source = Source { batch: dice.id(), label: "bench".into() };
        book.save_batch(&source, &rows, Uuid::from_u128(1), NOW, &mut |_, _| true).unwrap();
    }
}

fn save_one(id: Uuid, kind: &str, fields: Fields) -> Save {
    Save { id, kind: kind.into(), fields, void: None }
}

fn saving() {
    let dir = tempfile::tempdir().unwrap();
    let dice = &mut Dice(7);
    let book = book(&dir.path().join("book"));
    let bare = bare(&dir.path().join("bare.db"));
    let homes: Vec<Uuid> = (0..2_000).map(|_| dice.id()).collect();
    let mut all: Vec<Save> = homes.iter().map(|id| save_one(*id, "household", household(dice))).collect();
    all.extend((0..20_000).map(|i| save_one(dice.id(), "visit", visit(dice, homes[i % 2_000], 40))));
    let (_, took) = timed(|| import(&book, all, dice));
    println!("import of 22,000 records in 3 batches: {:.2} s", took.as_secs_f64());
    book.checkpoint().unwrap();
    let (mut ours, mut theirs) = (Times(Vec::new()), Times(Vec::new()));
    for i in 0..3_000 {
        let one = save_one(dice.id(), "visit", visit(dice, homes[i % 2_000], 40));
        let body = serde_json::to_string(&one.fields).unwrap();
        let id = one.id;
        let ((), took) = timed(|| {
            bare.execute("INSERT INTO record VALUES (?1, ?2)", params![id.as_bytes(), body])
                .map(drop)
                .unwrap();
        });
        theirs.0.push(took);
        let by = By { author: Uuid::from_u128(1), now_ms: NOW, group: dice.id() };
        let (_, took) = timed(|| book.save_group(&[one], &by).unwrap());
        ours.0.push(took);
    }
    println!(
        "save one visit: p50 {:.3} ms, p99 {:.3} ms, worst {:.3} ms; bare durable commit p50 {:.3} ms, p99 {:.3} ms; p50 ratio {:.2} (aim 2), p99/p50 {:.1} (aim 10)",
        ours.at(0.5),
        ours.at(0.99),
        ours.at(1.0),
        theirs.at(0.5),
        theirs.at(0.99),
        ours.at(0.5) / theirs.at(0.5),
        ours.at(0.99) / ours.at(0.5)
    );
}

fn searching() {
    let dir = tempfile::tempdir().unwrap();
    let dice = &mut Dice(11);
    let book = book(&dir.path().join("book"));
    let mut known = Vec::new();
    let all: Vec<Save> = (0..100_000)
        .map(|_| {
            let (fields, number, phone) = person(dice);
            known.push((fields["name"].as_str().unwrap().to_owned(), number, phone));
            save_one(dice.id(), "person", fields)
        })
        .collect();
    let (_, took) = timed(|| import(&book, all, dice));
    println!("import of 100,000 persons: {:.1} s", took.as_secs_f64());
    book.checkpoint().unwrap();
    type Known = (String, String, String);
    type Ask = fn(&Known) -> String;
    let asks: [(&str, Ask); 7] = [
        ("two-character name", |p| p.0.chars().take(2).collect()),
        ("whole name", |p| p.0.clone()),
        ("two inner characters", |p| {
            let n = p.0.chars().count();
            p.0.chars().skip(n - 2).collect()
        }),
        ("pinyin initials", |p| pinyin_initials(&p.0)),
        ("two initials", |p| pinyin_initials(&p.0)[..2].to_owned()),
        ("ID tail", |p| p.1[14..].to_owned()),
        ("phone tail", |p| p.2[7..].to_owned()),
    ];
    for (what, ask) in asks {
        let mut times = Times(Vec::new());
        let mut hits = 0;
        for _ in 0..600 {
            let text = ask(&known[dice.below(known.len())]);
            let (found, took) = timed(|| book.search(&text, &[], 20).unwrap());
            assert!(!found.is_empty());
            hits += found.len();
            times.0.push(took);
        }
        println!(
            "search by {what}: p50 {:.3} ms, p99 {:.3} ms (aim 5), {} hits a search",
            times.at(0.5),
            times.at(0.99),
            hits / 600
        );
    }
    listing(&book);
}

fn pinyin_initials(name: &str) -> String {
    use pinyin::ToPinyin;
    name.to_pinyin().flatten().map(|p| p.first_letter()).collect()
}

fn listing(book: &Book) {
    let list = |what: &str, regions: &[&str], sort: Option<(&str, bool)>, text: Option<&str>| {
        let mut query = ListQuery {
            kind: "person".into(),
            regions: regions.iter().map(|r| r.parse::<RegionCode>().unwrap()).collect(),
            sort: sort.map(|(f, d)| (f.to_owned(), d)),
            text: text.map(str::to_owned),
            limit: 60,
            ..ListQuery::default()
        };
        let (first, took) = timed(|| book.list(&query).unwrap());
        let mut times = Times(Vec::new());
        let mut next = first.next.clone();
        for _ in 0..60 {
            let Some(after) = next else { break };
            query.after = Some(after);
            let (page, took) = timed(|| book.list(&query).unwrap());
            times.0.push(took);
            next = page.next;
        }
        if times.0.is_empty() {
            times.0.push(Duration::ZERO);
        }
        println!(
            "list {what}: first page with count of {} {:.1} ms, next pages p50 {:.2} ms, worst {:.2} ms",
            first.total.unwrap_or_default(),
            took.as_secs_f64() * 1000.0,
            times.at(0.5),
            times.at(1.0)
        );
    };
    list("100,000 persons by name, everywhere", &[], None, None);
    let jump = ListQuery { kind: "person".into(), skip: 50_000, limit: 60, ..ListQuery::default() };
    let (_, took) = timed(|| book.list(&jump).unwrap());
    println!("jump to the middle of 100,000 persons: {:.1} ms", took.as_secs_f64() * 1000.0);
    list("county by name", &["340323"], None, None);
    list("one township by name", &["340323101"], None, None);
    list("one village by name", &["340323101001"], None, None);
    list("by birth, newest first", &[], Some(("birth", true)), None);
    list("by region", &[], Some(("region", false)), None);
    list("by phone (no index)", &[], Some(("phone", false)), None);
    list("township, searched", &["340323101"], None, Some("王"));
}

fn mixed(dice: &mut Dice, n: usize) -> Vec<Record> {
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

fn snapshot(n: usize) {
    let dir = tempfile::tempdir().unwrap();
    let dice = &mut Dice(13);
    let records = mixed(dice, n);
    let mut lines = Vec::new();
    let mut digest = Digest::default();
    for record in &records {
        digest = digest.plus(Digest::of(record));
        serde_json::to_writer(&mut lines, record).unwrap();
        lines.push(b'\n');
    }
    let packed = zstd::encode_all(lines.as_slice(), 3).unwrap();
    println!(
        "snapshot of {n}: {} bytes a record, {:.1} MB packed",
        lines.len() / n,
        packed.len() as f64 / 1e6
    );
    let bare = bare(&dir.path().join("bare.db"));
    let start = cpu();
    let ((), plain) = timed(|| {
        use std::io::BufRead;
        let reader = std::io::BufReader::new(zstd::Decoder::new(packed.as_slice()).unwrap());
        bare.execute_batch("BEGIN").unwrap();
        let mut row = bare.prepare("INSERT INTO row (uuid, body) VALUES (?1, ?2)").unwrap();
        let mut words = bare.prepare("INSERT INTO words (rowid, text) VALUES (?1, ?2)").unwrap();
        let mut spaced = String::new();
        for line in reader.lines() {
            let line = line.unwrap();
            row.execute(params![&line.as_bytes()[7..23], line]).unwrap();
            spaced.clear();
            for c in line.chars().filter(|c| *c >= '\u{3400}') {
                spaced.push(c);
                spaced.push(' ');
            }
            words.execute(params![bare.last_insert_rowid(), spaced]).unwrap();
        }
        bare.execute_batch("COMMIT").unwrap();
    });
    let plain_cpu = cpu() - start;
    let book = book(&dir.path().join("book"));
    let header = SnapshotHeader {
        scope: "340323100".parse().unwrap(),
        generation: dice.id(),
        seq: n as u64,
        view: Vec::new(),
        chain: Chain::default(),
        digest,
        records: n as u64,
    };
    let start = cpu();
    let (_, usable) = timed(|| {
        let reader = zstd::Decoder::new(packed.as_slice()).unwrap();
        let records =
            serde_json::Deserializer::from_reader(std::io::BufReader::new(reader)).into_iter::<Record>();
        book.apply_snapshot(&header, records, &mut |_| true, NOW).unwrap()
    });
    let usable_cpu = cpu() - start;
    let (_, indexed) = timed(|| while book.index_some(10_000).unwrap() > 0 {});
    let whole_cpu = cpu() - start;
    println!("processor seconds: bare {plain_cpu:.2}, usable {usable_cpu:.2}, whole {whole_cpu:.2}");
    let whole = usable + indexed;
    println!(
        "snapshot of {n}: usable {:.2} s, whole {:.2} s; bare {:.2} s; ratios {:.2} (aim 1) and {:.2} (aim 2)",
        usable.as_secs_f64(),
        whole.as_secs_f64(),
        plain.as_secs_f64(),
        usable.as_secs_f64() / plain.as_secs_f64(),
        whole.as_secs_f64() / plain.as_secs_f64()
    );
}

fn main() {
    let asked: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with('-')).collect();
    let wanted = |name: &str| asked.is_empty() || asked.iter().any(|a| a == name);
    if wanted("save") {
        saving();
    }
    if wanted("search") {
        searching();
    }
    if wanted("snapshot") {
        snapshot(10_000);
        snapshot(50_000);
    }
}
