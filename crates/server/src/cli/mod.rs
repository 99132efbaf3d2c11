//! The command line: `tiexin-server …`. Results on stdout, messages on stderr, non-zero exit on failure.

mod args;
mod audit;
mod audit_root;
mod device;
mod escrow;
mod migrate;
mod office;
mod office_audit;
mod package;
mod print;
mod read;
mod release;
mod restored;
mod serve;

use std::process::ExitCode;

use tiexin_terminal::{Unprinted, say};

use args::{Audit, Cli, Command, Common, Package};

use crate::config::{Clock, File, StoreUrl};
use crate::devices::Policy;
use crate::error::{Error, Result};
use crate::province::Province;

impl Common {
    fn file(&self) -> Result<File> {
        self.config.as_deref().map_or_else(|| Ok(File::default()), File::read)
    }

    fn store(&self, file: &File) -> Result<StoreUrl> {
        let store = self.store.as_ref().or(file.store.as_ref());
        let store =
            store.ok_or_else(|| Error::Config("请用 --store 指明数据库，例如 sqlite:tiexin.db".into()))?;
        let store = store.parse()?;
        // Beside the data of a server that keeps them in a file.
        if let StoreUrl::Sqlite(file) = &store
            && let Some(folder) = file.parent().filter(|folder| folder.is_dir())
        {
            crate::log::keep_crashes(folder);
        }
        Ok(store)
    }

    /// Where the bytes of attachments lie.
    fn blobs(&self, file: &File) -> Option<String> {
        self.blobs.clone().or_else(|| file.blobs.clone())
    }

    fn policy(&self, file: &File) -> Result<Policy> {
        let escrow = self.escrow.clone().or_else(|| file.escrow.clone());
        let lease_days = self.lease_days.or(file.lease_days);
        let token_seconds = self.token_seconds.or(file.token_seconds);
        File { escrow, lease_days, token_seconds, ..File::default() }.policy()
    }

    async fn province(&self) -> Result<Province> {
        let file = self.file()?;
        let store = self.store(&file)?;
        is_there(&store).await?;
        let province = Province::open(&store, Clock::default()).await?;
        let province = province.under(self.policy(&file)?);
        self.blobs(&file).map_or(Ok(province.clone()), |place| province.with_blobs(&place))
    }
}

/// A mistyped name must not begin a book beside the real one: only `migrate` does.
async fn is_there(store: &StoreUrl) -> Result<()> {
    match crate::store::version(store).await? {
        Some(_) => Ok(()),
        None => Err(Error::Config(
            "这个数据库里还没有省平台的表。请核对 --store；第一次使用请先运行 migrate".into(),
        )),
    }
}

/// Runs the command line.
pub fn main() -> ExitCode {
    let cli = match tiexin_terminal::read::<Cli>() {
        Ok(cli) => cli,
        Err(unread) => return unread.end(),
    };
    crate::log::begin();
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(e) => return failed(&e.into()),
    };
    match runtime.block_on(run(cli)) {
        Ok(code) => code,
        Err(e) => failed(&e),
    }
}

fn failed(e: &Error) -> ExitCode {
    if !matches!(e, Error::Unprinted(Unprinted::ReaderGone)) {
        say!("{e}");
    }
    ExitCode::FAILURE
}

async fn run(cli: Cli) -> Result<ExitCode> {
    let Cli { common, command } = cli;
    match command {
        Command::Serve(args) => serve::serve(&common, args).await?,
        Command::Migrate => migrate::migrate(&common).await?,
        Command::User(command) => office::user(&common, command).await?,
        Command::Grant(command) => office::grant(&common, command).await?,
        Command::Device(command) => device::device(&common, command).await?,
        Command::Backup { to, begin, .. } => office::backup(&common, to.as_deref(), begin).await?,
        Command::Replica(command) => office::replica(&common, command).await?,
        Command::Restored { yes, command } => restored::restored(&common, command, yes).await?,
        Command::Package(Package::Take { files, reply }) => {
            return package::take(&common, &files, &reply).await;
        }
        Command::Audit(Audit::List(wanted)) => audit::list(&common, wanted).await?,
        Command::Audit(Audit::Office(wanted)) => office_audit::list(&common, wanted).await?,
        Command::Release(command) => release::release(&common, command).await?,
        Command::AuditRoot(command) => return audit_root::audit_root(&common, command).await,
        Command::Escrow(command) => escrow::escrow(&common, command).await?,
        Command::Verify => return office::verify(&common).await,
        Command::Demo => office::demo(&common).await?,
    }
    Ok(ExitCode::SUCCESS)
}
