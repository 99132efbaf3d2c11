#![no_main]

tiexin_fuzz::target!("keyring", json);
