//! Which parts of WebAssembly the screens may use: those of its first version, which every browser that has it knows.
//!
//! rustc's own target and its ready-made standard library use six later ones. Two are switched off: wasm-bindgen's
//! crate and tool ask whether they are there. The others wasm-opt writes in the words of the first version.

use wasmparser::{CustomSectionReader, Parser, Payload, Validator, WasmFeatures};

/// The later parts that rustc's output uses, by wasm-opt's names; the passes that lower them.
pub(crate) const RUSTC: [&str; 4] =
    ["bulk-memory", "mutable-globals", "nontrapping-float-to-int", "sign-ext"];
pub(crate) const LOWERING: [&str; 3] =
    ["llvm-memory-copy-fill-lowering", "llvm-nontrapping-fptoint-lowering", "signext-lowering"];

/// References to JavaScript's values inside wasm, several results of a function.
const OFF: [&str; 2] = ["reference-types", "multivalue"];

/// What cargo is told so that our crates and those they stand on do without [`OFF`].
pub(crate) fn flags() -> String {
    let off = OFF.map(|feature| format!("-{feature}")).join(",");
    format!("target.wasm32-unknown-unknown.rustflags=[\"-Ctarget-feature={off}\"]")
}

/// Says the same in the section that names the features in use: the standard library's part of it says otherwise.
pub(crate) fn without_off(wasm: &[u8]) -> Result<Vec<u8>, String> {
    let mut changed = wasm.to_vec();
    let section = features(wasm)?.ok_or("the wasm has no section target_features")?;
    let (start, end) = (section.data_offset(), section.data_offset() + section.data().len());
    for feature in OFF {
        let told: Vec<u8> = [&[b'+', feature.len() as u8], feature.as_bytes()].concat();
        if let Some(at) = changed[start..end].windows(told.len()).position(|part| part == told) {
            changed[start + at] = b'-';
        }
    }
    Ok(changed)
}

fn features(wasm: &[u8]) -> Result<Option<CustomSectionReader<'_>>, String> {
    for payload in Parser::new(0).parse_all(wasm) {
        if let Payload::CustomSection(section) =
            payload.map_err(|e| format!("the wasm cannot be read: {e}"))?
            && section.name() == "target_features"
        {
            return Ok(Some(section));
        }
    }
    Ok(None)
}

/// Refuses a module that an engine of the first version would refuse.
pub(crate) fn check(wasm: &[u8]) -> Result<(), String> {
    let checked = Validator::new_with_features(WasmFeatures::MVP).validate_all(wasm);
    checked.map(drop).map_err(|e| format!("old browsers would not take the wasm (docs/browsers.md): {e}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A module with one function of one result and this body.
    fn module(result: &[u8], body: &[u8]) -> Vec<u8> {
        let kind = [&[1, 0x60, 0, result.len() as u8], result].concat();
        let code = [&[1, body.len() as u8 + 2, 0], body, &[0x0b]].concat();
        let mut wasm = b"\0asm\x01\0\0\0".to_vec();
        for (id, bytes) in [(1, kind), (3, vec![1, 0]), (5, vec![1, 0, 1]), (10, code)] {
            wasm.extend([id, bytes.len() as u8]);
            wasm.extend(bytes);
        }
        wasm
    }

    const I32: &[u8] = &[0x7f];

    #[test]
    fn the_first_version_is_taken() {
        check(&module(I32, &[0x41, 1])).expect("i32.const 1");
        check(&module(&[0x7d], &[0x43, 0, 0, 0, 0])).expect("f32.const 0");
    }

    #[test]
    fn each_later_part_is_refused() {
        let later: [(&str, &[u8], &[u8]); 6] = [
            ("sign-ext", I32, &[0x41, 1, 0xc0]),
            ("nontrapping-float-to-int", I32, &[0x43, 0, 0, 0, 0, 0xfc, 0]),
            ("bulk-memory", I32, &[0x41, 0, 0x41, 0, 0x41, 0, 0xfc, 10, 0, 0, 0x41, 0]),
            ("multivalue", &[0x7f, 0x7f], &[0x41, 1, 0x41, 1]),
            ("reference-types", &[0x6f], &[0xd0, 0x6f]),
            ("simd", &[0x7b], &[&[0xfd, 12][..], &[0; 16]].concat()),
        ];
        for (name, result, body) in later {
            assert!(check(&module(result, body)).is_err(), "{name} was taken");
        }
    }

    #[test]
    fn a_global_that_changes_is_not_handed_out() {
        let globals = [&[1, 0x7f, 1, 0x41, 0, 0x0b][..]].concat();
        let mut wasm = b"\0asm\x01\0\0\0".to_vec();
        for (id, bytes) in [(6, globals), (7, vec![1, 1, b'g', 3, 0])] {
            wasm.extend([id, bytes.len() as u8]);
            wasm.extend(bytes);
        }
        assert!(check(&wasm).is_err());
    }

    #[test]
    fn what_is_off_is_told_and_nothing_else() {
        let told = b"\x0ftarget_features\x03+\x0freference-types+\x0amultivalue+\x08sign-ext";
        let mut wasm = b"\0asm\x01\0\0\0".to_vec();
        wasm.extend([0, told.len() as u8]);
        wasm.extend(told);
        let changed = without_off(&wasm).expect("a section");
        let text = String::from_utf8_lossy(&changed);
        assert!(text.contains("-\u{f}reference-types-\u{a}multivalue+\u{8}sign-ext"), "{text}");
        assert_eq!(changed.len(), wasm.len());
    }

    #[test]
    fn a_module_that_does_not_say_is_refused() {
        assert!(without_off(b"\0asm\x01\0\0\0").is_err());
    }
}
