//! Two processes on one database behave as one, over the wire: a small edition of `./dev load --servers 2`.

use tiexin_protocol::wire::{PullReply, PushReply};
use uuid::Uuid;

use crate::command_line::{Served, command, json};
use crate::desk::{Desk, words};
use crate::doors::Line;
use crate::place::{OTHER_TOWN, Place, TOWN, VILLAGE, worker};

const DESKS: usize = 8;
const PUSHES: usize = 12;
const CHANGES: usize = 5;

/// A desk that speaks with both, now with one, now with the other.
struct Both {
    desk: Desk,
    lines: [Line; 2],
}

impl Both {
    async fn work(mut self, first: usize, village: &str) -> Self {
        for turn in 0..PUSHES {
            let (here, there) = (&self.lines[(first + turn) % 2], &self.lines[(first + turn + 1) % 2]);
            let changes: Vec<_> =
                (0..CHANGES).map(|_| self.desk.new_household(Uuid::new_v4(), village, "户主")).collect();
            self.desk.sent.extend(changes.iter().map(|change| (change.id.seq, change.clone())));
            let push = self.desk.pushing(&changes);
            if turn % 3 == 0 {
                // The answer of one is slow: the desk tells the other the same meanwhile (I2, I3).
                let (one, two): (Result<PushReply, _>, Result<PushReply, _>) =
                    tokio::join!(here.ask("/v1/push", &push), there.ask("/v1/push", &push));
                let (one, two) = (one.unwrap(), two.unwrap());
                assert_eq!(words(&one), ["applied"; CHANGES]);
                assert_eq!(words(&one), words(&two));
                assert!(one.verdicts[0].duplicate != two.verdicts[0].duplicate, "taken in once");
            } else {
                let told: PushReply = here.ask("/v1/push", &push).await.unwrap();
                assert_eq!(words(&told), ["applied"; CHANGES]);
            }
            // What one has acked, the other shows; `take` fails on gaps, wrong chains and wrong digests.
            let before = self.desk.scopes[&village[..9]].since;
            let pull = self.desk.pulling(self.desk.cursors());
            let reply: PullReply = there.ask("/v1/pull", &pull).await.unwrap();
            reply.pages.into_iter().for_each(|page| self.desk.take(page));
            assert!(self.desk.scopes[&village[..9]].since >= before + CHANGES as u64);
        }
        self
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_are_one() {
    let Some(place) = Place::postgres("two_processes_are_one").await else { return };
    let province = place.province().await;
    let (one, at_one) = Served::begin(command(&place, &["serve", "--listen", "127.0.0.1:0"]));
    let (two, at_two) = Served::begin(command(&place, &["serve", "--listen", "127.0.0.1:0"]));
    let mut tasks = Vec::new();
    for n in 0..DESKS {
        let (town, village) = if n % 2 == 0 { (TOWN, VILLAGE) } else { (OTHER_TOWN, "340323104001") };
        let mut desk = worker(&province, &format!("w{n}"), town).await;
        desk.follow(&province).await;
        // The token of one is good at the other.
        let line = Line::at(format!("http://{at_one}")).signed_in(&desk).await;
        let lines = [line.also(format!("http://{at_two}")), line];
        tasks.push(tokio::spawn(Both { desk, lines }.work(n / 2, village)));
    }
    let mut desks = Vec::new();
    for task in tasks {
        desks.push(task.await.unwrap().desk);
    }
    // Everybody reads to the end; nothing is lost and nothing stands twice.
    for desk in &mut desks {
        desk.follow(&province).await;
        let at = desk.scopes.values().next().unwrap();
        assert_eq!(at.since as usize, DESKS / 2 * PUSHES * CHANGES);
        assert_eq!(at.records.len(), DESKS / 2 * PUSHES * CHANGES);
    }
    let report = json(&place, &["verify"]);
    assert_eq!(report["broken"], serde_json::json!([]));
    assert_eq!(report["entries"], serde_json::json!(DESKS * PUSHES * CHANGES));
    drop((one, two));
}
