//! Fuzz target `date_time`.
#![cfg_attr(fuzzing, no_main)]

api_keys_fuzz::fuzz_target!(date_time);
