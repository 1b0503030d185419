//! Fuzz target `rotation`.
#![cfg_attr(fuzzing, no_main)]

api_keys_fuzz::fuzz_target!(rotation);
