//! Binding the book to this machine, so that a copied folder opens nowhere.

use tiexin_contract::book::{BindMachine, GetMachine, MachineState, ReleaseMachine};
use tiexin_contract::{ErrorCode, ErrorReply};
use tiexin_files::Trouble;
use tiexin_store::{Book, MachineSecret, StoreError, UnlockError};

use crate::registry::{Registry, anywhere};
use crate::rights::{At, Need};
use crate::{errors, folders, home};

pub(super) fn register(registry: &mut Registry) {
    registry.add(Need::SignedIn, anywhere, state);
    registry.add(Need::SignedIn, anywhere, bind);
    registry.add(Need::SignedIn, anywhere, release);
}

const NOTICE: &str = "绑定以后，别人把整个台账文件夹拷走，知道密码也打不开；在这台电脑上照常登录，什么都不变。文件夹里以前恢复备份时移到一旁的旧台账也一起绑定。\n绑定以前拷走的台账文件夹，还有所有的备份，知道密码的仍然打得开；用不着的请删掉，要留的请锁好。\n电脑坏了、重装了系统，硬盘里的台账就再也打不开。所以：\n· 请先备份，以后每周备份。备份不受绑定限制，在别的电脑上用备份时的登录名和密码就能恢复；请把备份锁好。恢复出来的台账没有绑定，要重新绑定。\n· 已接入省平台的，没有备份也可以在新电脑上重新接入，已上传的都会回来；没上传的只在备份里。\n· 省平台开了密钥托管的，管理员发来的救援文件照样能用。\n· 换电脑前，请先在这里解除绑定。";
/// Where no Windows keeps it.
const KEY_FILE_NOTICE: &str = "\n· 密钥是台账文件夹之外的一个文件，属于绑定时的这个系统用户。绑定以后会写明它在哪里：请另存一份锁好，丢了、重装了系统，放回原处就打得开。文件没有了，或者换一个系统用户登录这台电脑，台账也打不开；台账文件夹另外复制过一份的，解除其中一份，另一份就打不开了。";
/// What Windows keeps stays with Windows.
const RELEASE_NOTICE: &str = "台账文件夹又可以在别的电脑上用密码打开。绑定期间另外复制的台账文件夹（不是备份）在别的电脑上仍然打不开，要用的请重新复制一份。备份不受影响。";
/// The key file is taken away.
const KEY_FILE_RELEASE_NOTICE: &str = "台账文件夹又可以在别的电脑上用密码打开。密钥随着解除删掉，绑定期间另外复制的台账文件夹（不是备份）在哪里都再也打不开，这台电脑上也一样，要用的请重新复制一份。备份不受影响。";

fn state(at: &At, _: GetMachine) -> Result<MachineState, ErrorReply> {
    told(at)
}

fn bind(at: &At, args: BindMachine) -> Result<MachineState, ErrorReply> {
    if home::is_carried(at.book().dir()) {
        return Err(ErrorReply::new(
            ErrorCode::Invalid,
            "这份台账和程序一起带着走，绑定以后在别的电脑上就打不开了，所以不能绑定。没有改动。",
        ));
    }
    let secret = secret(args.key_folder.as_deref())?;
    at.book().bind_machine(&secret, at.user.id, at.now_ms).map_err(|error| match error {
        StoreError::Unlock(UnlockError::Io(_)) | StoreError::Io(_) => ErrorReply::new(
            ErrorCode::Disk,
            "没能绑定：密钥写不进那个文件夹，或者它在台账文件夹里面。台账没有改动；请换一个本机的文件夹。",
        ),
        other => errors::store(other),
    })?;
    told(at)
}

fn release(at: &At, _: ReleaseMachine) -> Result<MachineState, ErrorReply> {
    at.book().release_machine(at.user.id, at.now_ms).map_err(|error| match error {
        StoreError::Unlock(UnlockError::OtherMachine) => ErrorReply::new(
            ErrorCode::Disk,
            "没能解除：还有账号绑定在原来的电脑上，要在那台电脑上解除；那台电脑坏了的，请管理员给这些账号也发救援文件，用过以后再解除。您自己的登录不受影响。",
        ),
        other => errors::store(other),
    })?;
    told(at)
}

/// Windows' own protection of data where there is one, else a file of this user.
fn secret(folder: Option<&str>) -> Result<MachineSecret, ErrorReply> {
    match folder {
        Some(folder) => Ok(MachineSecret::KeyFile(folders::of_this_machine(folder)?)),
        None if MachineSecret::System.is_there() => Ok(MachineSecret::System),
        None => dirs::config_dir()
            .map(|folder| MachineSecret::KeyFile(folder.join("tiexin")))
            .ok_or_else(|| errors::disk(&Trouble::Unknown)),
    }
}

fn told(at: &At) -> Result<MachineState, ErrorReply> {
    let bound = Book::bound_of(at.book().dir()).map_err(errors::unlock)?;
    let by_system = bound.as_ref().map_or(MachineSecret::System.is_there(), |bound| bound.by_system);
    let key_file = bound.as_ref().and_then(|bound| bound.key_file.as_deref());
    let (how, more) = match (by_system, key_file) {
        (true, _) => ("由 Windows 的数据保护保管".to_owned(), ""),
        (false, Some(path)) => {
            (format!("由台账文件夹之外的密钥文件 {} 保管", path.display()), KEY_FILE_NOTICE)
        }
        (false, None) => ("由台账文件夹之外的一个密钥文件保管".to_owned(), KEY_FILE_NOTICE),
    };
    let release_notice = if by_system { RELEASE_NOTICE } else { KEY_FILE_RELEASE_NOTICE };
    Ok(MachineState {
        bound: bound.is_some(),
        here: bound.as_ref().is_some_and(|bound| bound.here),
        how,
        notice: format!("{NOTICE}{more}"),
        release_notice: release_notice.to_owned(),
    })
}
