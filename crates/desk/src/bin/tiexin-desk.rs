//! The desk without a window.

fn main() -> std::process::ExitCode {
    tiexin_desk::cli::main()
}
