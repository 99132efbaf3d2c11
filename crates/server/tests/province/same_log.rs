//! From the same history both stores yield the same log: equal chains, equal digests, equal verdicts.

use serde_json::json;
use tiexin_domain::access::Role;
use tiexin_protocol::wire::{EnrolRequest, PushRequest};
use tiexin_protocol::{Chain, Change, Digest, Verdict, VoidChange};
use tiexin_server::Province;
use uuid::Uuid;

use crate::desk::Desk;
use crate::place::{OTHER_VILLAGE, Place, TOWN, VILLAGE, grant, person};

/// A small generator, so that a history is the same on both stores.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
    fn id(&mut self) -> Uuid {
        Uuid::from_u128(u128::from(self.roll(1 << 30)) << 64 | u128::from(self.roll(1 << 30)))
    }
}

/// A desk's part in the history, before it knows the id that a province gave it.
struct Act {
    desk: usize,
    changes: Vec<Change>,
}

fn history(seed: u64) -> Vec<Act> {
    let mut dice = Dice(seed);
    let records: Vec<Uuid> = (0..25).map(|_| dice.id()).collect();
    let mut seqs = [25u64, 0, 0];
    let first = records.iter().zip(1..).map(|(record, seq)| Change {
        set: [
            ("region".to_owned(), json!(VILLAGE)),
            ("head_name".to_owned(), json!("甲")),
            ("name".to_owned(), json!("甲")),
        ]
        .into_iter()
        .collect(),
        void: None,
        base: 0,
        record: *record,
        kind: kind_of(&records, *record).into(),
        ..change(&mut Dice(seq), &records, 0, seq, Uuid::from_u128(seq.into()))
    });
    let first = Act { desk: 0, changes: first.collect() };
    let acts = (0..150).map(|_| {
        let desk = dice.roll(3) as usize;
        let mut group = dice.id();
        let changes = (0..1 + dice.roll(6))
            .map(|_| {
                if dice.roll(3) > 0 {
                    group = dice.id();
                }
                seqs[desk] += 1;
                change(&mut dice, &records, desk, seqs[desk], group)
            })
            .collect();
        Act { desk, changes }
    });
    std::iter::once(first).chain(acts).collect()
}

fn kind_of(records: &[Uuid], record: Uuid) -> &'static str {
    let even = records.iter().position(|r| *r == record).is_some_and(|n| n % 2 == 0);
    if even { "household" } else { "person" }
}

fn change(dice: &mut Dice, records: &[Uuid], desk: usize, seq: u64, group: Uuid) -> Change {
    let pick = dice.roll(records.len() as u64) as usize;
    let village = [VILLAGE, OTHER_VILLAGE, "340323104001"][dice.roll(20).saturating_sub(17) as usize];
    let people = pick % 2 == 1;
    let named = if people { "name" } else { "head_name" };
    let set = match dice.roll(12) {
        0..=3 => json!({"region": village, named: format!("户{}", dice.roll(5))}),
        4 => json!({"phone": format!("1390000000{}", dice.roll(10))}),
        5 => json!({"notes": format!("记{}", dice.roll(9))}),
        6 if people => {
            let number = ["34052419800101001X", "440524188001010014"][dice.roll(2) as usize];
            json!({"id_number": number})
        }
        6 => {
            let kind = ["hardship", "floating", "general"][dice.roll(3) as usize];
            json!({"kinds": {"+": [kind]}})
        }
        7..=10 => json!({"x_future": {"n": dice.roll(9), "文": [null, 1.5]}}),
        _ => json!({}),
    };
    let void = (set == json!({})).then(|| match dice.roll(2) {
        0 => VoidChange::Hide(tiexin_domain::record::Void { reason: "重复".into() }),
        _ => VoidChange::Restore,
    });
    Change {
        id: tiexin_protocol::ChangeId {
            device: Uuid::nil(),
            incarnation: Uuid::from_u128(desk as u128 + 1),
            seq,
        },
        group,
        record: records[pick],
        kind: if dice.roll(30) == 0 { "planet" } else { kind_of(records, records[pick]) }.into(),
        scope: TOWN.parse().unwrap(),
        base: dice.roll(80),
        set: set.as_object().unwrap().clone(),
        void,
        author: Uuid::from_u128(desk as u128 + 101),
        noted_at: 1_791_165_600_000 + dice.roll(1000) as i64,
    }
}

/// Plays the history; device ids differ by province, so the log is compared with them taken out.
async fn play(province: &Province, acts: &[Act]) -> (Vec<Verdict>, Vec<String>, Digest) {
    let mut devices = Vec::new();
    for n in 0..3u128 {
        let name = format!("w{n}");
        province.add_user(&name, &name).await.unwrap();
        let where_ = if n == 2 { VILLAGE } else { TOWN };
        province.add_grant(&name, &grant(Role::Worker, where_)).await.unwrap();
        let request = EnrolRequest {
            code: province.enrol_code(&name, 7).await.unwrap(),
            device: None,
            device_key: hex::encode(
                ed25519_dalek::SigningKey::from_bytes(&[n as u8 + 1; 32]).verifying_key().as_bytes(),
            ),
            device_name: name,
            author: Uuid::from_u128(n + 101),
            app: "test".into(),
            person: None,
        };
        devices.push(province.enrol(&request).await.unwrap().device);
    }
    let mut said = Vec::new();
    for act in acts {
        let mut changes = act.changes.clone();
        for change in &mut changes {
            change.id.device = devices[act.desk];
        }
        let incarnation = Uuid::from_u128(act.desk as u128 + 1);
        let request = PushRequest {
            device: devices[act.desk],
            incarnation,
            changes,
            before: None,
            generations: Default::default(),
        };
        let reply = province.push(&request).await.unwrap();
        said.extend(reply.verdicts.into_iter().map(|v| v.verdict));
    }
    assert!(province.verify().await.unwrap().broken.is_empty());
    let mut reader: Desk = person(province, "reader", &[grant(Role::Auditor, TOWN)]).await;
    reader.follow(province).await;
    let at = &reader.scopes[TOWN];
    assert_ne!(at.chain, Chain::default());
    let log = at.seen.iter().map(|entry| {
        devices
            .iter()
            .enumerate()
            .fold(entry.clone(), |text, (n, id)| text.replace(&id.to_string(), &format!("device {n}")))
    });
    (said, log.collect(), at.digest())
}

#[tokio::test(flavor = "multi_thread")]
async fn both_stores_yield_the_same_log() {
    let (mut applied, mut conflicts, mut parked) = (0, 0, 0);
    for seed in 1..=4 {
        let acts = history(seed);
        let sqlite = Place::sqlite();
        let here = play(&sqlite.province().await, &acts).await;
        for verdict in &here.0 {
            match verdict {
                Verdict::Applied { .. } => applied += 1,
                Verdict::Conflict { .. } => conflicts += 1,
                Verdict::Parked { .. } => parked += 1,
            }
        }
        let Some(postgres) = Place::postgres("both_stores_yield_the_same_log").await else { continue };
        let there = play(&postgres.province().await, &acts).await;
        assert_eq!(here.0, there.0, "seed {seed}: verdicts");
        assert_eq!(here.1, there.1, "seed {seed}: log");
        assert_eq!(here.2, there.2, "seed {seed}: digest");
    }
    // The histories are worth playing.
    assert!(applied > 300 && conflicts > 50 && parked > 50, "{applied} {conflicts} {parked}");
}
