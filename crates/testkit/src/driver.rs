//! A WebDriver of the machine's own, on a port of its own; ends with all that it started.

use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use crate::patience::{GLANCE, PATIENCE};
use crate::window::{Trouble, trouble};

/// A running driver and the window or browser that it opened. Killed when dropped.
pub(crate) struct Driver {
    child: Child,
    pub(crate) address: String,
}

impl Driver {
    /// Starts it and waits until it listens.
    pub(crate) fn start(mut command: Command) -> Result<Driver, Trouble> {
        use std::os::unix::process::CommandExt;
        let port = free_port()?;
        let name = command.get_program().to_string_lossy().into_owned();
        let child = command
            .arg(format!("--port={port}"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            // Its own group, so that the window goes with it whatever happens.
            .process_group(0)
            .spawn()
            .map_err(|e| trouble(&name)(&e))?;
        let driver = Driver { child, address: format!("http://127.0.0.1:{port}") };
        answers(port, &name)?;
        Ok(driver)
    }

    /// The process group of the driver and of all that it started.
    pub(crate) fn process_group(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let group = format!("-{}", self.child.id());
        let _ = Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status();
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn free_port() -> Result<u16, Trouble> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(|e| trouble("no port")(&e))?;
    Ok(listener.local_addr().map_err(|e| trouble("no port")(&e))?.port())
}

fn answers(port: u16, name: &str) -> Result<(), Trouble> {
    let patience = Instant::now() + PATIENCE;
    while Instant::now() < patience {
        if TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return Ok(());
        }
        std::thread::sleep(GLANCE);
    }
    Err(Trouble(format!("{name} does not answer")))
}
