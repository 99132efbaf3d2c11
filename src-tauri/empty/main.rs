//! An empty Tauri window: what `bench window` holds ours against. No plugin, no command, no desk.

fn main() -> tauri::Result<()> {
    tauri::Builder::default().run(tauri::generate_context!("src-tauri/empty/tauri.conf.json"))
}
