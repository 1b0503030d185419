//! Fuzz target `base_url`.
#![cfg_attr(fuzzing, no_main)]

api_keys_fuzz::fuzz_target!(base_url);
