//! Opening a page of the loopback host in the office's browser.

#[cfg_attr(windows, path = "windows.rs")]
#[cfg_attr(not(windows), path = "unix.rs")]
mod known;

use std::io;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long a browser's starter may take to say that there is none.
const WAIT: Duration = Duration::from_secs(6);
const LOOK: Duration = Duration::from_millis(25);

/// Opens the address in a browser, the likeliest first. Blocks until one has taken it. False: there is none.
pub fn open(address: &str) -> bool {
    known::browsers(address).into_iter().any(|mut browser| took(&mut browser))
}

fn took(browser: &mut Command) -> bool {
    browser.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    // Ctrl+C in our terminal is not for the browser.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(browser, 0);
    browser.spawn().and_then(settled).unwrap_or(false)
}

/// A starter that hands the address on ends with success; a browser that is itself the program goes on.
fn settled(mut child: Child) -> io::Result<bool> {
    let begun = Instant::now();
    while begun.elapsed() < WAIT {
        if let Some(ended) = child.try_wait()? {
            return Ok(ended.success());
        }
        std::thread::sleep(LOOK);
    }
    // Somebody has to hear that it ended, or it stays in the system's list for as long as we run.
    std::thread::spawn(move || child.wait());
    Ok(true)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn one_that_fails_is_not_taken_for_one_that_opened() {
        assert!(took(&mut Command::new("true")));
        assert!(!took(&mut Command::new("false")));
        assert!(!took(&mut Command::new("/no/such/browser")));
    }
}
