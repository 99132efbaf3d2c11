#![no_main]

tiexin_fuzz::target!("ledger", container);
