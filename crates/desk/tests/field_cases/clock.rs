//! The calendar of China, and a program that believes in another time.

use std::path::Path;
use std::process::Command;

use chrono::{DateTime, FixedOffset, NaiveDate, Timelike, Utc};

/// Shifts the clock of one program, for machines without faketime.
const SHIM: &str = r#"
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
int clock_gettime(clockid_t c, struct timespec *t) {
  int r = syscall(SYS_clock_gettime, c, t); const char *s = getenv("CASE_CLOCK");
  if (!r && s && c == CLOCK_REALTIME) t->tv_sec += atol(s);
  return r;
}
int gettimeofday(struct timeval *v, void *z) {
  struct timespec t; clock_gettime(CLOCK_REALTIME, &t); v->tv_sec = t.tv_sec; v->tv_usec = t.tv_nsec / 1000; return 0;
}
time_t time(time_t *p) { struct timespec t; clock_gettime(CLOCK_REALTIME, &t); if (p) *p = t.tv_sec; return t.tv_sec; }
"#;

fn china_now() -> DateTime<FixedOffset> {
    let china = FixedOffset::east_opt(8 * 3600).expect("an offset");
    Utc::now().with_timezone(&china)
}

pub(crate) fn china_today() -> NaiveDate {
    china_now().date_naive()
}

/// The zone of China, also where no zones are installed.
pub(crate) fn china_zone() -> &'static str {
    if Path::new("/usr/share/zoneinfo/Asia/Shanghai").exists() { "Asia/Shanghai" } else { "CST-8" }
}

/// A zone in which it is another day than in China, at any hour.
pub(crate) fn other_zone() -> &'static str {
    if china_now().hour() < 19 { "<-12>12" } else { "<+14>-14" }
}

fn runs(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok_and(|ended| ended.status.success())
}

/// The same command with its clock at this time. None when this machine can do neither of the two ways.
pub(crate) fn at(command: &Command, at: &str, scratch: &Path) -> Option<Command> {
    let at = DateTime::parse_from_rfc3339(at).expect("a time of the case");
    let mut shifted;
    if runs("faketime") {
        shifted = Command::new("faketime");
        shifted.arg(at.with_timezone(&china_now().timezone()).format("%Y-%m-%d %H:%M:%S").to_string());
        shifted.arg(command.get_program()).args(command.get_args());
    } else {
        let (source, shim) = (scratch.join("clock.c"), scratch.join("clock.so"));
        std::fs::write(&source, SHIM).expect("the scratch folder");
        let built = Command::new("cc").arg("-shared").arg("-fPIC").arg("-o").arg(&shim).arg(&source).output();
        if !built.is_ok_and(|ended| ended.status.success()) {
            return None;
        }
        shifted = Command::new(command.get_program());
        shifted.args(command.get_args()).env("LD_PRELOAD", &shim);
        shifted.env("CASE_CLOCK", (at.timestamp() - Utc::now().timestamp()).to_string());
    }
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => shifted.env(name, value),
            None => shifted.env_remove(name),
        };
    }
    Some(shifted)
}
