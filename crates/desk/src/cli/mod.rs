//! The desk in a terminal: every command of `docs/command-line.md`.
//!
//! Holds no rule of its own: it reads arguments, asks the desk, prints. JSON on stdout with `--json`,
//! messages on stderr, an exit code that scripts can act on. Shapes marked frozen never change.

mod add;
mod args;
mod ask;
mod at;
mod attachment;
mod book;
mod bulk;
mod command;
mod demo;
mod devices;
mod duplicates;
mod election;
mod exit;
mod fields;
mod import;
mod imports;
mod machine;
mod out;
mod package;
mod paths;
mod quarantine;
mod records;
mod report;
mod reverse;
mod secret;
mod serve;
mod shape;
mod sync;
mod update;
mod views;
mod voided;
mod written;

use std::process::ExitCode;

use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use at::Door;
use command::{Cli, Command};
use exit::{Exit, Failure, Outcome};
use out::Out;

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let words = || std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned());
    let book = || crate::update::book_in(words()).or_else(|| crate::home().map(|home| home.folder));
    if !crate::update::is_way_back(words())
        && let Some(code) = crate::update::launch(book().as_deref())
    {
        return code;
    }
    if let Some(kind) = fields::asked(std::env::args().skip(1)) {
        return fields::tell(&kind, std::env::args().any(|word| word == "--json"));
    }
    let cli = match tiexin_terminal::read::<Cli>() {
        Ok(cli) => cli,
        Err(unread) => return unread.end(),
    };
    log_to_stderr();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(_) => return Failure::new(Exit::Failed, "系统资源不足，程序没有启动。").end(),
    };
    match runtime.block_on(run(cli)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.end(),
    }
}

async fn run(cli: Cli) -> Outcome {
    let Cli { shared, command } = cli;
    if let Some(folder) = at::folder(&shared).ok().filter(|folder| folder.is_dir()) {
        crate::write_crash_files(&folder);
    }
    match command {
        Command::Restore(args) => return book::restore(&args, Out { json: shared.json }),
        Command::Shape(args) => return shape::shape(&args, Out { json: shared.json }),
        Command::Serve(args) => return serve::serve(&shared, args).await,
        Command::Open(args) => return serve::open(&shared, args).await,
        Command::Demo(args) => return demo::demo(&shared, args).await,
        Command::Enrol(args) => return book::enrol(&shared, args).await,
        Command::Update(command) => return update::update(&shared, command).await,
        _ => {}
    }
    let door = Door::open(&shared)?;
    match command {
        Command::Init(args) => book::init(door, args).await,
        Command::User(args) => book::user(door, args).await,
        Command::Import(args) => import::import(door, args).await,
        Command::Template(args) => import::template(door, args).await,
        Command::Imports(args) => imports::imports(door, args).await,
        Command::Undo(args) => imports::undo(door, args).await,
        Command::Redo(args) => imports::redo(door, args).await,
        Command::Add(args) => add::add(door, args).await,
        Command::List(args) => records::list(door, args).await,
        Command::Families(args) => records::families(door, args).await,
        Command::Show(args) => records::show(door, args).await,
        Command::Search(args) => records::search(door, args).await,
        Command::Views(args) => views::views(door, args).await,
        Command::Set(args) => bulk::set(door, args).await,
        Command::Void(args) => voided::void(door, args).await,
        Command::Unvoid(args) => voided::unvoid(door, args).await,
        Command::Reverse(args) => reverse::reverse(door, args).await,
        Command::Move(args) => records::move_family(door, args).await,
        Command::Elect(args) => election::elect(door, args).await,
        Command::Attach(args) => attachment::attach(door, args).await,
        Command::Attachments(args) => attachment::attachments(door, args).await,
        Command::ExportAttachment(args) => attachment::export(door, args).await,
        Command::Report(args) => report::report(door, args).await,
        Command::Figure(args) => report::figure(door, args).await,
        Command::Sync => sync::sync(door).await,
        Command::Status => sync::status(door).await,
        Command::Package(command) => package::package(door, command).await,
        Command::Device(command) => devices::device(door, command).await,
        Command::Rescue(args) => devices::rescue(door, args).await,
        Command::Quarantine(command) => quarantine::quarantine(door, command).await,
        Command::Duplicates(command) => duplicates::duplicates(door, command).await,
        Command::Machine(command) => machine::machine(door, command).await,
        Command::Verify => book::verify(door).await,
        Command::Backup(args) => book::backup(door, args).await,
        // Those above.
        Command::Enrol(_)
        | Command::Restore(_)
        | Command::Open(_)
        | Command::Shape(_)
        | Command::Serve(_)
        | Command::Demo(_)
        | Command::Update(_) => Ok(()),
    }
}

/// Warnings only, unless `RUST_LOG` asks for more. Never stdout: that belongs to the results.
fn log_to_stderr() {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        // What keeps a certificate from being trusted is told in Chinese by whoever asked for the line; what the
        // system does not say of itself is nobody's fault.
        .unwrap_or_else(|_| {
            tracing_subscriber::EnvFilter::new(
                "error,rustls=off,rustls_platform_verifier=off,hyper=off,os_info=off",
            )
        });
    // A test in this process may have set one already.
    let lines = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(std::io::stderr);
    let told = filter_fn(crate::log::may_be_told);
    let _ = tracing_subscriber::registry().with(filter).with(told).with(lines).try_init();
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn everything_says_in_chinese_what_it_is() {
        assert_eq!(tiexin_terminal::bare(&Cli::command()), Vec::<String>::new());
    }
}
