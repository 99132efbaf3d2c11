//! Writes the first inputs of every target into `fuzz/corpus/`.

use std::path::Path;

fn main() -> std::io::Result<()> {
    let shelf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus");
    for (target, bytes) in tiexin_hostile::seeds::all() {
        let folder = shelf.join(target);
        std::fs::create_dir_all(&folder)?;
        let name = blake3::hash(&bytes).to_hex();
        std::fs::write(folder.join(&name[..16]), bytes)?;
    }
    Ok(())
}
