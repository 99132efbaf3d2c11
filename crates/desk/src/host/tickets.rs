//! Tickets: the address of a page carries one, and the page gets the token for it.

use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A browser that starts on an old PC takes its time.
const GOOD_FOR: Duration = Duration::from_secs(120);
/// Pages that open at once.
const MOST: usize = 16;

#[derive(Default)]
pub(super) struct Tickets {
    out: Mutex<Vec<(String, Instant)>>,
}

impl Tickets {
    /// Gives a random word out.
    pub(super) fn issue(&self, ticket: String) -> String {
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        out.retain(|(_, at)| at.elapsed() < GOOD_FOR);
        if out.len() >= MOST {
            out.remove(0);
        }
        out.push((ticket.clone(), Instant::now()));
        ticket
    }

    /// Whether the ticket was good; it is not any more.
    pub(super) fn take(&self, given: &str) -> bool {
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        out.retain(|(_, at)| at.elapsed() < GOOD_FOR);
        let before = out.len();
        out.retain(|(ticket, _)| !super::same(ticket.as_bytes(), given.as_bytes()));
        out.len() < before
    }
}

/// Whether a process of another user of this machine is at the other end of a connection to our port, as far as the
/// system tells. On Linux everybody can read the command lines of everybody, and a ticket in them.
#[cfg(target_os = "linux")]
pub(super) fn of_another_user(peer: SocketAddr, port: u16) -> bool {
    use std::os::unix::fs::MetadataExt;
    let Ok(own) = std::fs::metadata("/proc/self") else { return false };
    let tables =
        ["/proc/net/tcp", "/proc/net/tcp6"].map(|table| std::fs::read_to_string(table).unwrap_or_default());
    tables.iter().find_map(|table| user_of(table, peer.port(), port)).is_some_and(|user| user != own.uid())
}

/// Elsewhere a command line is for its own user to read.
#[cfg(not(target_os = "linux"))]
pub(super) fn of_another_user(_: SocketAddr, _: u16) -> bool {
    false
}

/// Whose the socket is that is bound to port `from` and connected to our port `to`, by the system's table.
#[cfg(target_os = "linux")]
fn user_of(table: &str, from: u16, to: u16) -> Option<u32> {
    let ends_with = |address: &str, port: u16| {
        address.rsplit_once(':').is_some_and(|(_, end)| u16::from_str_radix(end, 16) == Ok(port))
    };
    table.lines().skip(1).find_map(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [_, local, remote, _, _, _, _, user, ..] = words[..] else { return None };
        (ends_with(local, from) && ends_with(remote, to)).then(|| user.parse().ok())?
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_is_good_once() {
        let tickets = Tickets::default();
        let (one, two) = (tickets.issue("one".into()), tickets.issue("two".into()));
        assert!(!tickets.take("three") && !tickets.take(""));
        assert!(tickets.take(&one) && !tickets.take(&one));
        assert!(tickets.take(&two));
        for n in 0..=MOST {
            tickets.issue(format!("later {n}"));
        }
        assert!(!tickets.take("later 0") && tickets.take("later 1"));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_user_at_the_other_end_is_read_from_the_systems_table() {
        let table =
            "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1
   1: 0100007F:C350 0100007F:1F90 01 00000000:00000000 00:00000000 00000000  1001        0 2 1
   2: 0100007F:1F90 0100007F:C350 01 00000000:00000000 00:00000000 00000000     0        0 3 1
";
        assert_eq!(user_of(table, 50000, 8080), Some(1001));
        assert_eq!(user_of(table, 50001, 8080), None);
        // A connection of our own.
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let line = std::net::TcpStream::connect(("127.0.0.1", port)).unwrap();
        let peer = line.local_addr().unwrap();
        let live = std::fs::read_to_string("/proc/net/tcp").unwrap();
        assert!(user_of(&live, peer.port(), port).is_some());
        assert!(!of_another_user(peer, port));
    }
}
