//! Fuzz target `config_file`.
#![cfg_attr(fuzzing, no_main)]

api_keys_fuzz::fuzz_target!(config_file);
