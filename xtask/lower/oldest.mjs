// The oldest Chromium whose engine was tried (docs/browsers.md). `xtask/src/wasm.rs` keeps the wasm to the same.
export const OLDEST = 69;
