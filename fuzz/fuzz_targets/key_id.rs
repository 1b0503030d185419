//! Fuzz target `key_id`.
#![cfg_attr(fuzzing, no_main)]

api_keys_fuzz::fuzz_target!(key_id);
