//! The table of who may know whom, checked against what cargo resolved.
//!
//! Normal dependencies only: a test may build whatever it needs, except the screens', which
//! must stay on their floor altogether. Build dependencies do not ship.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// One room: what it may use of ours, and what must not be in it.
struct Room {
    name: &'static str,
    uses: &'static [&'static str],
    /// Packages that may not be reached, not even through others.
    never_reaches: &'static [&'static str],
    /// Packages that may not stand in its own Cargo.toml, though others may bring them.
    never_names: &'static [&'static str],
}

const TAURI: &str = "tauri";
const PURE: &[&str] =
    &["rusqlite", "r2d2", "tokio-postgres", "tokio", "axum", "hyper", "reqwest", TAURI, "yew"];

/// Lowest floor first. `tiexin` is the shell in src-tauri.
const ROOMS: &[Room] = &[
    Room { name: "tiexin-domain", uses: &[], never_reaches: PURE, never_names: &["rand", "getrandom"] },
    // How an office's computer treats files; below everything of ours. backon, which waits, can also wait in tokio.
    Room {
        name: "tiexin-files",
        uses: &[],
        never_reaches: &["rusqlite", "axum", "hyper", "reqwest", TAURI, "yew"],
        never_names: &["tokio"],
    },
    // Panics that are dealt with; below everything of ours.
    Room { name: "tiexin-caught", uses: &[], never_reaches: PURE, never_names: &[] },
    Room {
        name: "tiexin-contract",
        uses: &["tiexin-domain"],
        never_reaches: PURE,
        never_names: &["rand", "getrandom"],
    },
    Room {
        name: "tiexin-forms",
        uses: &["tiexin-domain", "tiexin-contract"],
        never_reaches: PURE,
        never_names: &["rand", "getrandom"],
    },
    Room {
        name: "tiexin-protocol",
        uses: &["tiexin-domain"],
        never_reaches: PURE,
        never_names: &["rand", "getrandom"],
    },
    Room {
        name: "tiexin-seal",
        uses: &["tiexin-protocol"],
        never_reaches: &["rusqlite", "tokio-postgres", "tokio", "axum", "hyper", "reqwest", TAURI, "yew"],
        never_names: &[],
    },
    Room {
        name: "tiexin-store",
        uses: &["tiexin-domain", "tiexin-protocol", "tiexin-files"],
        never_reaches: &["axum", "hyper", "reqwest", TAURI, "yew"],
        never_names: &[],
    },
    Room {
        name: "tiexin-intake",
        uses: &["tiexin-domain", "tiexin-caught"],
        never_reaches: &["rusqlite", "tokio", "axum", "hyper", "reqwest", TAURI, "yew"],
        never_names: &[],
    },
    Room {
        name: "tiexin-sync",
        uses: &["tiexin-domain", "tiexin-protocol", "tiexin-seal", "tiexin-store"],
        never_reaches: &["axum", TAURI, "yew"],
        never_names: &["rusqlite"],
    },
    Room {
        name: "tiexin-report",
        uses: &["tiexin-domain", "tiexin-store", "tiexin-files", "tiexin-caught"],
        never_reaches: &["axum", "hyper", "reqwest", TAURI, "yew"],
        never_names: &[],
    },
    // What both programs do in a terminal.
    Room { name: "tiexin-terminal", uses: &["tiexin-caught"], never_reaches: PURE, never_names: &[] },
    Room {
        name: "tiexin-server",
        uses: &["tiexin-domain", "tiexin-protocol", "tiexin-seal", "tiexin-terminal", "tiexin-files"],
        never_reaches: &["calamine", TAURI, "yew"],
        // reqwest is named for its features: object_store speaks to an S3 store through it.
        never_names: &[],
    },
    Room {
        name: "tiexin-desk",
        uses: &[
            "tiexin-domain",
            "tiexin-contract",
            // Read only to say of a change whether it waits, is parked or conflicts.
            "tiexin-protocol",
            "tiexin-store",
            "tiexin-sync",
            "tiexin-intake",
            "tiexin-report",
            "tiexin-terminal",
            "tiexin-files",
            "tiexin-caught",
        ],
        never_reaches: &[TAURI, "yew", "tokio-postgres"],
        never_names: &["rusqlite", "reqwest"],
    },
    Room {
        name: "tiexin-ui",
        uses: &["tiexin-domain", "tiexin-contract", "tiexin-forms"],
        never_reaches: &["rusqlite", "axum", "reqwest", TAURI],
        never_names: &["tokio"],
    },
    Room {
        name: "tiexin",
        uses: &["tiexin-contract", "tiexin-desk"],
        never_reaches: &["yew"],
        never_names: &["rusqlite", "axum", "reqwest", "tiexin-domain"],
    },
    Room {
        name: "tiexin-testkit",
        uses: &[
            "tiexin-domain",
            "tiexin-contract",
            "tiexin-protocol",
            "tiexin-desk",
            "tiexin-server",
            "tiexin-disk",
        ],
        never_reaches: &[TAURI, "yew"],
        never_names: &[],
    },
    Room {
        name: "tiexin-trials",
        uses: &[
            "tiexin-domain",
            "tiexin-contract",
            "tiexin-protocol",
            "tiexin-store",
            "tiexin-sync",
            "tiexin-desk",
            "tiexin-server",
            "tiexin-testkit",
            "tiexin-disk",
            "tiexin-habits",
        ],
        never_reaches: &[TAURI, "yew"],
        never_names: &[],
    },
    // What an import must give is counted apart from it: knows nothing that reads or counts.
    Room { name: "tiexin-habits", uses: &["tiexin-domain"], never_reaches: PURE, never_names: &["calamine"] },
    // Below SQLite, and below everything of ours. Only what tears desks may use it.
    Room {
        name: "tiexin-disk",
        uses: &[],
        never_reaches: &["tokio", "axum", "reqwest", TAURI, "yew"],
        never_names: &[],
    },
    Room {
        name: "tiexin-hostile",
        uses: &[
            "tiexin-domain",
            "tiexin-protocol",
            "tiexin-seal",
            "tiexin-store",
            "tiexin-sync",
            "tiexin-intake",
            "tiexin-report",
            "tiexin-desk",
            "tiexin-server",
            "tiexin-habits",
        ],
        never_reaches: &[TAURI, "yew"],
        never_names: &[],
    },
    Room {
        name: "tiexin-sim",
        uses: &["tiexin-domain", "tiexin-protocol", "tiexin-store", "tiexin-sync", "tiexin-server"],
        never_reaches: &[TAURI, "yew"],
        never_names: &["rusqlite", "axum", "reqwest"],
    },
    Room { name: "xtask", uses: &["tiexin-domain"], never_reaches: &[TAURI, "yew"], never_names: &[] },
];

/// What cargo resolved, reduced to names and edges.
#[derive(Default)]
struct Graph {
    members: BTreeSet<String>,
    /// Package → its normal dependencies.
    normal: BTreeMap<String, BTreeSet<String>>,
    /// Package → its dependencies for tests.
    dev: BTreeMap<String, BTreeSet<String>>,
}

pub(super) fn faults(metadata: &Value) -> Vec<String> {
    let graph = Graph::read(metadata);
    let mut faults = Vec::new();
    for member in &graph.members {
        match ROOMS.iter().find(|room| room.name == member) {
            Some(room) => inspect(room, &graph, &mut faults),
            None => faults.push(format!("{member} has no row in the table of xtask/src/tidy/edges.rs")),
        }
    }
    faults
}

fn inspect(room: &Room, graph: &Graph, faults: &mut Vec<String>) {
    let empty = BTreeSet::new();
    let mut direct = graph.normal.get(room.name).unwrap_or(&empty).clone();
    if room.name == "tiexin-ui" {
        direct.extend(graph.dev.get(room.name).unwrap_or(&empty).iter().cloned());
    }
    for name in &direct {
        if graph.members.contains(name) && !room.uses.contains(&name.as_str()) {
            faults.push(format!("{} must not use {name}", room.name));
        }
        if room.never_names.contains(&name.as_str()) {
            faults.push(format!("{} must not depend on {name}", room.name));
        }
    }
    for name in graph.reach(room.name) {
        if room.never_reaches.contains(&name.as_str()) {
            let path = graph.path(room.name, &name).join(" → ");
            faults.push(format!("{} must not reach {name}: {path}", room.name));
        }
    }
}

impl Graph {
    fn read(metadata: &Value) -> Self {
        let names: BTreeMap<&str, &str> = list(&metadata["packages"])
            .filter_map(|package| Some((package["id"].as_str()?, package["name"].as_str()?)))
            .collect();
        let name = |id: &Value| id.as_str().and_then(|id| names.get(id)).map(|n| n.to_string());
        let mut graph = Graph {
            members: list(&metadata["workspace_members"]).filter_map(name).collect(),
            ..Graph::default()
        };
        for node in list(&metadata["resolve"]["nodes"]) {
            let Some(from) = name(&node["id"]) else {
                continue;
            };
            for dep in list(&node["deps"]) {
                let Some(to) = name(&dep["pkg"]) else {
                    continue;
                };
                let kinds = || list(&dep["dep_kinds"]).map(|kind| kind["kind"].as_str());
                if kinds().any(|kind| kind.is_none()) {
                    graph.normal.entry(from.clone()).or_default().insert(to.clone());
                }
                if kinds().any(|kind| kind == Some("dev")) {
                    graph.dev.entry(from.clone()).or_default().insert(to);
                }
            }
        }
        graph
    }

    /// Everything below a package, itself not counted.
    fn reach(&self, from: &str) -> BTreeSet<String> {
        let mut seen = BTreeSet::new();
        let mut todo = vec![from.to_owned()];
        while let Some(name) = todo.pop() {
            for next in self.normal.get(&name).into_iter().flatten() {
                if seen.insert(next.clone()) {
                    todo.push(next.clone());
                }
            }
        }
        seen
    }

    /// One way from a package to another that it reaches, for the message.
    fn path(&self, from: &str, to: &str) -> Vec<String> {
        let mut path = vec![from.to_owned()];
        let mut at = from.to_owned();
        while at != to && path.len() < 64 {
            let next = self
                .normal
                .get(&at)
                .into_iter()
                .flatten()
                .find(|next| !path.contains(*next) && (*next == to || self.reach(next).contains(to)));
            let Some(next) = next.cloned() else { break };
            path.push(next.clone());
            at = next;
        }
        path
    }
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn metadata(edges: &[(&str, &str, Option<&str>)]) -> Value {
        let mut names: BTreeSet<&str> = BTreeSet::new();
        for (from, to, _) in edges {
            names.extend([*from, *to]);
        }
        let nodes: Vec<Value> = names
            .iter()
            .map(|name| {
                let deps: Vec<Value> = edges
                    .iter()
                    .filter(|(from, ..)| from == name)
                    .map(|(_, to, kind)| json!({"pkg": to, "dep_kinds": [{"kind": kind}]}))
                    .collect();
                json!({"id": name, "deps": deps})
            })
            .collect();
        let packages: Vec<Value> = names.iter().map(|n| json!({"id": n, "name": n})).collect();
        let members: Vec<&&str> = names.iter().filter(|n| n.starts_with("tiexin")).collect();
        json!({"packages": packages, "workspace_members": members, "resolve": {"nodes": nodes}})
    }

    #[test]
    fn an_arrow_up_is_a_fault() {
        let found = faults(&metadata(&[("tiexin-domain", "tiexin-store", None)]));
        assert_eq!(found, ["tiexin-domain must not use tiexin-store"]);
    }

    #[test]
    fn a_library_is_found_through_others() {
        let found = faults(&metadata(&[("tiexin-domain", "innocent", None), ("innocent", "rusqlite", None)]));
        assert_eq!(found, ["tiexin-domain must not reach rusqlite: tiexin-domain → innocent → rusqlite"]);
    }

    #[test]
    fn tests_may_use_what_they_need_but_the_screens_may_not() {
        assert!(faults(&metadata(&[("tiexin-domain", "tiexin-store", Some("dev"))])).is_empty());
        let found = faults(&metadata(&[("tiexin-ui", "tiexin-store", Some("dev"))]));
        assert_eq!(found, ["tiexin-ui must not use tiexin-store"]);
    }

    #[test]
    fn a_new_room_needs_a_row() {
        let found = faults(&metadata(&[("tiexin-attic", "serde", None)]));
        assert_eq!(found.len(), 1);
    }
}
