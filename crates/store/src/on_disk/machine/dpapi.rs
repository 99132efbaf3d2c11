//! Windows' own protection of data (DPAPI), for the machine and not for one of its users: a password that an
//! administrator sets anew, or a second user of a shared PC, takes nothing away.

use std::io;
use std::ptr;

use windows_sys::Win32::Foundation::LocalFree;
use windows_sys::Win32::Security::Cryptography::{
    CRYPT_INTEGER_BLOB, CRYPTPROTECT_LOCAL_MACHINE, CRYPTPROTECT_UI_FORBIDDEN, CryptProtectData,
    CryptUnprotectData,
};
use zeroize::{Zeroize, Zeroizing};

use super::{Keeper, key_of};
use crate::on_disk::suite::DataKey;

pub(super) struct Dpapi;

/// Sets what is kept for us apart from what is kept for other programs. Frozen.
const PURPOSE: &[u8] = b"cn.tiexin keyring 1";

impl Keeper for Dpapi {
    fn keep(&self, key: &DataKey) -> io::Result<Vec<u8>> {
        run(key.as_ref(), Way::Protect).map(|kept| kept.to_vec())
    }

    fn give(&self, kept: &[u8]) -> io::Result<DataKey> {
        key_of(&run(kept, Way::Unprotect)?)
    }

    /// Windows keeps nothing of it: what stands in the keyring is all.
    fn forget(&self, _: &[u8]) -> io::Result<()> {
        Ok(())
    }
}

#[derive(Clone, Copy)]
enum Way {
    Protect,
    Unprotect,
}

fn blob(bytes: &[u8]) -> io::Result<CRYPT_INTEGER_BLOB> {
    let length = u32::try_from(bytes.len()).map_err(io::Error::other)?;
    Ok(CRYPT_INTEGER_BLOB { cbData: length, pbData: bytes.as_ptr().cast_mut() })
}

#[allow(unsafe_code)]
fn run(bytes: &[u8], way: Way) -> io::Result<Zeroizing<Vec<u8>>> {
    let (given, purpose) = (blob(bytes)?, blob(PURPOSE)?);
    let mut out = CRYPT_INTEGER_BLOB { cbData: 0, pbData: ptr::null_mut() };
    let flags = CRYPTPROTECT_UI_FORBIDDEN | CRYPTPROTECT_LOCAL_MACHINE;
    // SAFETY: both inputs outlive the call and are only read; `out` is written by the system.
    let done = unsafe {
        match way {
            Way::Protect => {
                CryptProtectData(&given, ptr::null(), &purpose, ptr::null(), ptr::null(), flags, &mut out)
            }
            Way::Unprotect => CryptUnprotectData(
                &given,
                ptr::null_mut(),
                &purpose,
                ptr::null(),
                ptr::null(),
                CRYPTPROTECT_UI_FORBIDDEN,
                &mut out,
            ),
        }
    };
    if done == 0 || out.pbData.is_null() {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the system gave so many bytes there; they are copied, overwritten and given back once.
    unsafe {
        let made = std::slice::from_raw_parts_mut(out.pbData, out.cbData as usize);
        let copy = Zeroizing::new(made.to_vec());
        made.zeroize();
        LocalFree(out.pbData.cast());
        Ok(copy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::on_disk::suite::new_data_key;

    #[test]
    fn windows_gives_back_what_it_kept_and_nothing_that_was_altered() {
        let key = new_data_key().unwrap();
        let mut kept = Dpapi.keep(&key).unwrap();
        assert!(!kept.windows(32).any(|window| window == key.as_ref()));
        assert_eq!(Dpapi.give(&kept).unwrap(), key);
        let last = kept.len() - 1;
        kept[last] ^= 1;
        assert!(Dpapi.give(&kept).is_err());
    }
}
