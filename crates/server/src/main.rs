//! `tiexin-server`: see `tiexin_server::cli`.

fn main() -> std::process::ExitCode {
    tiexin_server::cli::main()
}
