//! Fuzz target `retry_after`.
#![cfg_attr(fuzzing, no_main)]

api_keys_fuzz::fuzz_target!(retry_after);
