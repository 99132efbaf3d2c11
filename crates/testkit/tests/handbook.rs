//! The administrator's handbook, word by word: its commands are run in their order on an empty folder.

use std::net::TcpListener;
use std::path::Path;
use std::process::Command;

use tiexin_testkit::cluster::Cluster;
use tiexin_testkit::window::program;

const HANDBOOK: &str = include_str!("../../../docs/handbook/province.md");

/// The commands of blocks that open with this line.
fn commands(fence: &str) -> String {
    let mut inside = false;
    let mut commands = String::new();
    for line in HANDBOOK.lines() {
        if line.starts_with("```") {
            inside = line == fence;
        } else if inside {
            // What was run last is what failed.
            commands.push_str(line);
            commands.push('\n');
        }
    }
    commands
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|at| at.local_addr()).expect("a port").port()
}

/// Runs them as one session of a shell that ends at the first command that fails.
fn run(commands: &str, root: &Path, places: &[(&str, String)]) {
    let mut script = commands.to_owned();
    for (in_the_handbook, here) in places {
        assert!(script.contains(in_the_handbook), "{in_the_handbook} is not in the handbook any more");
        script = script.replace(in_the_handbook, here);
    }
    // `! command` is told apart from a command that may fail: it has to.
    let script: String = script
        .lines()
        .map(|line| match line.strip_prefix("! ") {
            Some(refused) => format!("if {refused}; then echo 'not refused'; exit 9; fi\n"),
            None => format!("{line}\n"),
        })
        .collect();
    let script = format!(
        "set -euo pipefail\ntrap 'jobs -p | xargs -r kill 2>/dev/null || true' EXIT\nset -x\n{script}"
    );
    let programs = program("tiexin-server");
    let path = format!(
        "{}:{}",
        programs.parent().expect("a folder").display(),
        std::env::var("PATH").unwrap_or_default()
    );
    let mut shell = Command::new("bash");
    for (name, _) in
        std::env::vars().filter(|(name, _)| name.starts_with("TIEXIN_") || name.starts_with("RUST"))
    {
        shell.env_remove(name);
    }
    let done = shell.args(["-c", &script]).env("PATH", path).current_dir(root).output().expect("bash");
    let (out, err) = (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    let log = std::fs::read_to_string(root.join("tiexin/serve.log")).unwrap_or_default();
    assert!(done.status.success(), "{}\n{out}\n{err}\nserver: {log}", done.status);
    assert!(!err.contains('\u{1b}'), "coloured lines: {err}");
}

#[test]
fn the_pilot_works_word_by_word() {
    let root = tempfile::tempdir().expect("a temporary folder");
    let at = |name: &str| root.path().join(name).display().to_string();
    run(
        &commands("```sh"),
        root.path(),
        &[
            ("/srv/tiexin", at("tiexin")),
            ("/var/lib/tiexin-server", at("state")),
            ("/backup", at("backup")),
            ("/media/stick", at("stick")),
            ("tiexin.example.cn", "localhost".into()),
            ("7340", free_port().to_string()),
        ],
    );
}

#[test]
fn postgres_works_word_by_word() {
    let Some(cluster) = Cluster::begin(&[]).expect("a cluster") else { return };
    let root = tempfile::tempdir().expect("a temporary folder");
    let port = cluster.port().to_string();
    let commands = commands("```sh postgres");
    let session = format!("export PGHOST=127.0.0.1 PGPORT={port} PGUSER=tiexin\n{commands}");
    let backup = root.path().join("backup").display().to_string();
    run(&session, root.path(), &[("/backup", backup), ("127.0.0.1:5432", format!("127.0.0.1:{port}"))]);
}

/// What `tiexin-server` knows and the handbook's table of roles does not, or the other way round.
#[test]
fn the_table_of_roles_is_what_roles_carry() {
    use tiexin_domain::access::{Action, Role};
    for role in Role::ALL {
        let row = HANDBOOK
            .lines()
            .find(|line| line.starts_with('|') && line.contains(&format!("| `{}` |", role.code())))
            .unwrap_or_else(|| panic!("no row for {}", role.code()));
        let told: Vec<bool> = row.split('|').skip(3).take(5).map(|cell| cell.contains('✓')).collect();
        let carries = [Action::Read, Action::Write, Action::Settle, Action::Audit, Action::Devices]
            .map(|action| role.carries(action));
        assert_eq!(told, carries, "{row}");
        assert!(row.contains(role.label()), "{row}");
    }
}
