//! Fuzz target `credential`.
#![cfg_attr(fuzzing, no_main)]

api_keys_fuzz::fuzz_target!(credential);
