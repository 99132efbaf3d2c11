//! Files that the command line names.

use std::path::Path;

use tiexin_contract::import::FileGiven;

use super::exit::{Exit, Failure, Outcome};

/// Paths are the desk's to open: it may not stand where the terminal stands.
pub(super) fn absolute(path: &Path) -> Outcome<String> {
    let whole = std::path::absolute(path).ok().and_then(|p| p.into_os_string().into_string().ok());
    whole.ok_or_else(|| Failure::new(Exit::Usage, format!("这个路径用不了：{}", path.display())))
}

/// A file that is to be read.
pub(super) fn there(file: &Path) -> Outcome<String> {
    let missing = |what: &str| Failure::new(Exit::NotFound, format!("{what}：{}", file.display()));
    if file.is_dir() {
        return Err(missing("这是一个文件夹，请写出里面的文件"));
    }
    if !file.is_file() {
        return Err(missing("没有这个文件"));
    }
    absolute(file)
}

/// The same, as the desk takes it.
pub(super) fn given(file: &Path) -> Outcome<FileGiven> {
    let path = there(file)?;
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Ok(FileGiven { name, path: Some(path), base64: None })
}

/// A file that is to be written, by a name that this system has; in the place of another one only by `force`.
pub(super) fn to_write(file: &Path, force: bool) -> Outcome<String> {
    if let Some(why) = tiexin_files::refused_path(&file.to_string_lossy()) {
        return Err(crate::files::refused(why).into());
    }
    let whole = absolute(file)?;
    crate::files::chosen(&whole)?;
    if !force && Path::new(&whole).exists() {
        let message =
            format!("已经有这个文件，没有覆盖：{whole}。请换一个名称；确实要覆盖的，加上 --force。");
        return Err(Failure::new(Exit::Failed, message));
    }
    Ok(whole)
}

/// The same of a table: programs go by its ending.
pub(super) fn table_to_write(file: &Path, force: bool) -> Outcome<String> {
    let (Some(name), false) = (file.file_name(), file.is_dir()) else { return to_write(file, force) };
    match file.extension().map(|ending| ending.to_string_lossy().into_owned()) {
        Some(ending) if ending.eq_ignore_ascii_case("xlsx") => to_write(file, force),
        Some(ending) => Err(Failure::new(
            Exit::Usage,
            format!("表格只能写成 .xlsx 文件，没有写出。请把名称的结尾（.{ending}）改成 .xlsx。"),
        )),
        None => {
            let mut whole = name.to_owned();
            whole.push(".xlsx");
            let path = to_write(&file.with_file_name(whole), force)?;
            tiexin_terminal::say!("名称没有结尾，已加上 .xlsx。");
            Ok(path)
        }
    }
}
