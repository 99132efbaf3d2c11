#![no_main]

tiexin_fuzz::target!("blob", flagged_json);
