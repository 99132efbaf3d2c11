//! Pushes that wait while others are under way share a commit, and nothing else: what is wrong with one is told to it
//! alone. PostgreSQL only: with SQLite one push is written after the other.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures::future::join_all;
use serde_json::json;
use tiexin_domain::access::Role;
use tiexin_protocol::Change;
use tiexin_protocol::wire::{PushReply, PushRequest};
use tiexin_server::{BeforeCommit, Province};
use tokio::sync::watch;
use uuid::Uuid;

use crate::desk::{Desk, version, words};
use crate::place::{OTHER_TOWN, Place, TOWN, VILLAGE, grant, person, worker};

/// Far more than transactions that may be under way at once (16).
const DESKS: usize = 48;

/// Commits wait until the gate is open, and are counted.
struct Gate {
    open: watch::Sender<bool>,
    commits: Arc<AtomicUsize>,
}

impl Gate {
    fn new() -> Gate {
        Gate { open: watch::Sender::new(true), commits: Arc::default() }
    }

    fn hook(&self) -> BeforeCommit {
        let (open, commits) = (self.open.clone(), self.commits.clone());
        Arc::new(move || {
            let mut open = open.subscribe();
            commits.fetch_add(1, Ordering::SeqCst);
            Box::pin(async move {
                open.wait_for(|open| *open).await.unwrap();
            })
        })
    }

    /// Pushes all of them while no commit ends; gives what each was told, and how many commits it took.
    async fn all_at_once(
        &self,
        province: &Province,
        requests: &[PushRequest],
    ) -> (Vec<tiexin_server::Result<PushReply>>, usize) {
        self.open.send_replace(false);
        let before = self.commits.load(Ordering::SeqCst);
        let pushes = join_all(requests.iter().map(|request| province.push(request)));
        // Every push has come to the door before this is looked at for the first time.
        let open = async { self.open.send_replace(true) };
        let (told, _) = tokio::join!(pushes, open);
        (told, self.commits.load(Ordering::SeqCst) - before)
    }
}

fn village(n: usize) -> String {
    format!("340323{:03}001", 200 + n)
}

/// The push of a change, which the desk keeps as one that it has sent.
fn on_file(desk: &mut Desk, change: Change) -> PushRequest {
    desk.sent.insert(change.id.seq, change.clone());
    desk.pushing(&[change])
}

/// A desk in each of many townships, with a new family each.
async fn families(province: &Province) -> (Vec<Desk>, Vec<PushRequest>) {
    let (mut desks, mut requests) = (Vec::new(), Vec::new());
    for n in 0..DESKS {
        let mut desk = worker(province, &format!("w{n}"), &village(n)[..9]).await;
        let family = desk.new_household(Uuid::new_v4(), &village(n), "户主");
        requests.push(on_file(&mut desk, family));
        desks.push(desk);
    }
    (desks, requests)
}

#[tokio::test(flavor = "multi_thread")]
async fn pushes_that_wait_share_a_commit() {
    let Some(place) = Place::postgres("pushes_that_wait_share_a_commit").await else { return };
    let gate = Gate::new();
    let server = place.server(Some(gate.hook())).await;
    let province = &server.province;
    let (desks, requests) = families(province).await;
    let (told, commits) = gate.all_at_once(province, &requests).await;
    assert!(commits < DESKS, "{commits} commits");
    for told in told {
        let told = told.unwrap();
        assert_eq!((words(&told), told.acked), (vec!["applied".to_owned()], 1));
    }
    for (n, mut desk) in desks.into_iter().enumerate() {
        desk.follow(province).await;
        assert_eq!(desk.scopes[&village(n)[..9]].since, 1);
    }
    // The same again changes nothing and tells the same (I3).
    let (again, _) = gate.all_at_once(province, &requests).await;
    assert!(again.into_iter().all(|told| told.unwrap().verdicts[0].duplicate));
    assert!(province.verify().await.unwrap().broken.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_one_is_told_to_it_alone() {
    let Some(place) = Place::postgres("what_is_wrong_with_one_is_told_to_it_alone").await else { return };
    let gate = Gate::new();
    let server = place.server(Some(gate.hook())).await;
    let province = &server.province;
    // A family that has moved, and an edit that still names the old township.
    let mut lead = person(province, "lead", &[grant(Role::Supervisor, "340323")]).await;
    worker(province, "old", TOWN).await;
    worker(province, "new", OTHER_TOWN).await;
    let family = Uuid::new_v4();
    let made = lead.new_household(family, VILLAGE, "户主");
    let moved = lead.edit(family, TOWN, 1, json!({"region": "340323104001"}));
    lead.push(province, &[made, moved]).await;
    let late = lead.edit(family, TOWN, 1, json!({"phone": "13812345678"}));
    // A township whose log has not begun.
    let mut county = person(province, "county", &[grant(Role::Worker, "340323")]).await;
    let first = county.new_household(Uuid::new_v4(), "340323777001", "户主");
    // A machine nobody knows, one copied to two machines, a row that the database does not take.
    let (_, mut requests) = families(province).await;
    requests[40].device = Uuid::new_v4();
    requests[40].changes[0].id.device = requests[40].device;
    let mut other = requests[41].changes[0].clone();
    other.set.insert("head_name".into(), json!("别人"));
    requests[41].changes.push(other);
    let refused = requests[42].changes[0].record;
    place
        .meddle(&format!(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$;
             CREATE TRIGGER refuse BEFORE INSERT ON record FOR EACH ROW WHEN (NEW.id = '{refused}')
             EXECUTE FUNCTION refuse();"
        ))
        .await;
    requests[43] = on_file(&mut lead, late);
    requests[44] = on_file(&mut county, first);
    let (told, commits) = gate.all_at_once(province, &requests).await;
    assert!(commits < DESKS, "{commits} commits");
    for (at, told) in told.iter().enumerate() {
        match (at, told) {
            (40, Err(e)) => assert!(e.to_string().contains("没有在省平台登记"), "{e}"),
            (41, Err(e)) => assert!(e.to_string().contains("同一序号出现了两份不同的改动"), "{e}"),
            (42, Err(_)) => {}
            (43, Ok(told)) => assert_eq!((words(told), version(told, 0)), (vec!["applied".to_owned()], 2)),
            (_, Ok(told)) => assert_eq!(words(told), ["applied"]),
            (at, Err(e)) => panic!("{at}: {e}"),
        }
    }
    assert!(told[40].is_err() && told[41].is_err() && told[42].is_err());
    lead.follow(province).await;
    assert_eq!(lead.field(OTHER_TOWN, family, "phone"), json!("13812345678"));
    assert!(lead.record("340323242", refused).is_none());
    assert!(province.verify().await.unwrap().broken.is_empty());
}
