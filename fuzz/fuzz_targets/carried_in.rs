#![no_main]

tiexin_fuzz::target!("carried_in", flagged_json);
