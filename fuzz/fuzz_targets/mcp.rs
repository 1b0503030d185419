#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| api_keys_fuzz::mcp(data));
